"""The lesion's voxels and who is whose neighbour: the same for all filtered images."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

# half of the 26 neighbours (z, y, x): the other half are their opposites
DIRECTIONS = np.array(
    [
        (0, 0, 1),
        (0, 1, -1),
        (0, 1, 0),
        (0, 1, 1),
        (1, -1, -1),
        (1, -1, 0),
        (1, -1, 1),
        (1, 0, -1),
        (1, 0, 0),
        (1, 0, 1),
        (1, 1, -1),
        (1, 1, 0),
        (1, 1, 1),
    ],
    dtype=np.int64,
)


class Roi(NamedTuple):
    """The lesion's voxels in raster order and their neighbours.

    `position` are flat indices into the padded volume. `chains` of shape (directions, voxels) lists
    the voxels line by line in each direction; the first voxel of an unbroken stretch is stored as
    its bitwise complement. `lined` tells for which directions two voxels share a line, broken or
    not. `neighbours` counts each voxel's neighbours.
    """

    position: np.ndarray
    chains: np.ndarray
    lined: np.ndarray
    neighbours: np.ndarray
    box: np.ndarray  # the lesion alone, uint8, cropped to it
    extent: int  # voxels along the longest side of that box


def find_roi(mask: np.ndarray) -> Roi:
    """Voxels and neighbours of a mask.

    Parameters
    ----------
    mask : uint8, shape (z, y, x), 1 in the lesion; at least one voxel
    """
    position = np.flatnonzero(mask)
    where = np.unravel_index(position, mask.shape)
    cut = tuple(slice(axis.min(), axis.max() + 1) for axis in where)
    box = np.ascontiguousarray(mask[cut])
    moving = np.array(box.shape) > 1
    directions = DIRECTIONS[~(DIRECTIONS[:, ~moving] != 0).any(axis=1)]
    number = np.full(tuple(n + 2 for n in box.shape), -1, np.int32)
    number[1:-1, 1:-1, 1:-1][box != 0] = np.arange(position.size, dtype=np.int32)
    chains, neighbours = chain_voxels(number, directions, position.size)
    lined = np.array(
        [(c >= 0).any() or _share_line(box, d) for c, d in zip(chains, directions, strict=True)]
    )
    return Roi(position, chains, lined, neighbours, box, max(box.shape))


def _share_line(box: np.ndarray, direction: np.ndarray) -> bool:
    """Whether two voxels, not adjacent, lie on one line: rare, so without hurry."""
    points = np.argwhere(box != 0)
    axis = int(np.flatnonzero(direction)[0])
    steps = points[:, axis] * direction[axis]
    lines = points - steps[:, None] * direction
    return len(np.unique(lines, axis=0)) < len(points)


@njit(cache=True)
def chain_voxels(number, directions, count):
    """Line up the voxels along each direction.

    Parameters
    ----------
    number : int32, shape (z, y, x), the voxel's number in raster order, -1 outside, one voxel of
        padding all around
    directions : int64, shape (n, 3)
    count : number of voxels

    Returns
    -------
    chains : int32, shape (n, count), see `Roi`
    neighbours : int32, shape (count,)
    """
    _, ny, nx = number.shape
    flat = number.ravel()
    chains = np.empty((len(directions), count), np.int32)
    neighbours = np.zeros(count, np.int32)
    for d in range(len(directions)):
        step = (directions[d, 0] * ny + directions[d, 1]) * nx + directions[d, 2]
        chain = chains[d]
        filled = 0
        for start in range(flat.size):
            if flat[start] < 0 or flat[start - step] >= 0:
                continue
            at = start
            chain[filled] = ~flat[at]
            filled += 1
            while flat[at + step] >= 0:
                neighbours[flat[at]] += 1
                at += step
                neighbours[flat[at]] += 1
                chain[filled] = flat[at]
                filled += 1
    return chains, neighbours
