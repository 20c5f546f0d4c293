"""Features of the neighbouring grey tone difference matrix."""

from __future__ import annotations

import numpy as np
from numba import njit

NAMES = ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength")


@njit(cache=True)
def ngtdm_features(difference, count, level):
    """The 5 NGTDM features.

    Parameters
    ----------
    difference : float64, shape (n,), sum of absolute differences per level
    count : voxels per level, shape (n,), all above 0
    level : the n grey levels

    Returns
    -------
    float64, shape (5,), in the order of `NAMES`

    Notes
    -----
    Definitions: Amadasun 1989, IEEE Trans SMC 19:1264.
    """
    n = level.size
    voxels = float(count.sum())
    p = count / voxels
    coarse = (p * difference).sum()
    total = difference.sum()
    spread, busy, complexity, strength = 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        for j in range(n):
            gap = float(level[i] - level[j])
            spread += p[i] * p[j] * gap**2
            busy += abs(level[i] * p[i] - level[j] * p[j])
            together = p[i] * difference[i] + p[j] * difference[j]
            complexity += abs(gap) * together / (p[i] + p[j])
            strength += (p[i] + p[j]) * gap**2
    out = np.empty(5)
    out[0] = coarse / busy if busy != 0 else 0.0
    out[1] = 1 / coarse if coarse != 0 else 1e6
    out[2] = complexity / voxels
    out[3] = spread * total / voxels / (n * (n - 1)) if n > 1 else 0.0
    out[4] = strength / total if total != 0 else 0.0
    return out
