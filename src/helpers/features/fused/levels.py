"""Grey levels of fixed width inside the lesion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit


class Levels(NamedTuple):
    """Grey levels of the lesion's voxels.

    `value` are the levels that occur (1, 2, ...), ascending; `rank` tells for each voxel which of
    them it has; `count` how many voxels have each.
    """

    value: np.ndarray
    rank: np.ndarray
    count: np.ndarray


def discretise(values: np.ndarray, bin_width: float) -> Levels:
    """Sort grey values into bins that are multiples of the bin width, as pyradiomics does.

    Parameters
    ----------
    values : float64 or float32, finite; the type decides how the edges are rounded
    bin_width : in the unit of the values
    """
    low, high = values.min(), values.max()
    edges = np.arange(low - low % bin_width, high + 2 * bin_width, bin_width)
    if len(edges) == 1:
        edges = np.array([edges[0] - 0.5, edges[0] + 0.5])
    level = digitise(values, edges.astype(np.float64), bin_width)
    count = np.bincount(level)
    present = np.flatnonzero(count)
    rank = np.zeros(count.size, np.int32)
    rank[present] = np.arange(present.size, dtype=np.int32)
    return Levels(present, rank[level], count[present])


@njit(cache=True)
def digitise(values, edges, width):
    """Number of edges that are not greater than each value: `numpy.digitize` for even bins."""
    level = np.empty(values.size, np.int64)
    last = edges.size - 1
    for i in range(values.size):
        x = np.float64(values[i])
        k = min(max(int((x - edges[0]) / width), 0), last)
        while k < last and edges[k + 1] <= x:
            k += 1
        while k >= 0 and edges[k] > x:
            k -= 1
        level[i] = k + 1
    return level
