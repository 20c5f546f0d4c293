"""The five texture matrices of one image of a lesion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from helpers.features.fused.levels import Levels
from helpers.features.fused.roi import Roi, sum_neighbours
from helpers.features.fused.zones import find_zones

_ONE = np.uint64(1)


class Matrices(NamedTuple):
    """Counts by rank of grey level.

    `glcm` (directions, n, n) from a voxel to the next, not symmetric; `glrlm` (directions, n, run
    length); `gldm` (n, dependent neighbours); `ngtdm` the sum of absolute differences per level
    (n,); `zone_rank` and `zone_size` one entry per zone.
    """

    glcm: np.ndarray
    glrlm: np.ndarray
    gldm: np.ndarray
    ngtdm: np.ndarray
    zone_rank: np.ndarray
    zone_size: np.ndarray


def fill_matrices(levels: Levels, roi: Roi) -> Matrices:
    """All texture matrices of one image of a lesion.

    Parameters
    ----------
    levels : see `helpers.features.fused.levels.discretise`
    roi : see `helpers.features.fused.roi.find_roi`
    """
    n = levels.value.size
    ranks = np.full(roi.frame, n, np.uint16)
    ranks.ravel()[roi.place] = levels.rank
    values = np.zeros(roi.frame, np.int32)
    values.ravel()[roi.place] = levels.value[levels.rank]
    glcm, glrlm = pairs_and_runs(ranks.ravel(), roi.place, roi.steps, n, roi.extent)
    glrlm[~roi.lined] = 0
    dependent = count_equal(ranks.ravel(), roi.steps).ravel()[roi.place]
    gldm = count_dependence(levels.rank, dependent, n, 2 * roi.steps.size + 1)
    around = sum_neighbours(values).ravel()[roi.place]
    ngtdm = sum_differences(levels.rank, levels.value, around, roi.neighbours)
    return Matrices(glcm, glrlm, gldm, ngtdm, *find_zones(ranks, roi.place, levels.rank))


@njit(cache=True)
def pairs_and_runs(ranks, place, steps, n, extent):
    """GLCM and GLRLM of every direction.

    Two facts save work. A voxel either continues the run of the one behind it or makes a pair of
    unequal levels, so that it is counted once, in one table, without a branch. And as many voxels
    are the k-th of their run as there are runs of at least k, so that ends need not be found. Two
    tables take turns, so that equal entries in a row do not wait for each other.

    Parameters
    ----------
    ranks : uint16, the frame of `Roi` in flat form; n outside the lesion
    place, steps : see `helpers.features.fused.roi.Roi`
    n : number of levels
    extent : longest possible run

    Returns
    -------
    glcm : int32, shape (directions, n, n)
    glrlm : int32, shape (directions, n, extent)
    """
    glcm = np.empty((steps.size, n, n), np.int32)
    glrlm = np.empty((steps.size, n, extent), np.int32)
    run = np.zeros(ranks.size, np.uint32)
    size = (n + 1) * n + n * (extent + 2)
    table, other = np.empty(size, np.uint32), np.empty(size, np.uint32)
    for d in range(steps.size):
        table[:] = 0
        other[:] = 0
        for i in range(0, place.size - 1, 2):
            _count_voxel(ranks, run, place[i], steps[d], table, n, extent)
            _count_voxel(ranks, run, place[i + 1], steps[d], other, n, extent)
        if place.size % 2:
            _count_voxel(ranks, run, place[-1], steps[d], table, n, extent)
        for k in range(size):
            table[k] += other[k]
        _split_table(table, n, extent, glcm[d], glrlm[d])
    return glcm, glrlm


@njit(cache=True, inline="always")
def _count_voxel(ranks, run, at, step, table, n, extent):
    """The table holds pairs (from, to) first, then continued runs (level, length so far)."""
    level, before = np.uint64(ranks[at]), np.uint64(ranks[at - step])
    same = np.uint64(level == before)
    length = np.uint64(run[at - step]) * same + _ONE
    run[at] = length
    pair = before * np.uint64(n) + level
    continued = np.uint64((n + 1) * n) + level * np.uint64(extent + 2) + length
    table[same * continued + (_ONE - same) * pair] += np.uint32(1)


@njit(cache=True)
def _split_table(table, n, extent, glcm, glrlm):
    pairs = table[: (n + 1) * n].reshape(n + 1, n)
    reached = table[(n + 1) * n :].reshape(n, extent + 2)
    for level in range(n):
        begun, continued = 0, 0
        for before in range(n + 1):
            begun += pairs[before, level]
        for length in range(2, extent + 1):
            continued += reached[level, length]
        reached[level, 1] = begun
        for after in range(n):
            glcm[level, after] = pairs[level, after]
        glcm[level, level] = continued
        for length in range(1, extent + 1):
            glrlm[level, length - 1] = reached[level, length] - reached[level, length + 1]


@njit(cache=True)
def count_equal(ranks, steps):
    """How many neighbours of every voxel of the frame have its level.

    Parameters
    ----------
    ranks : uint16, the frame of `Roi` in flat form; n outside the lesion
    steps : see `helpers.features.fused.roi.Roi`
    """
    equal = np.zeros(ranks.size, np.int16)
    farthest = np.int64(steps.max()) if steps.size else 0
    first, end = farthest, ranks.size - farthest
    for d in range(2 * steps.size):
        step = np.int64(steps[d // 2]) * (1 if d % 2 else -1)
        here, there = ranks[first:end], ranks[first + step : end + step]
        total = equal[first:end]
        for p in range(here.size):
            total[p] += np.int16(here[p] == there[p])
    return equal


@njit(cache=True)
def count_dependence(rank, dependent, n, width):
    """GLDM: voxels by level and number of neighbours of the same level."""
    gldm = np.zeros((n, width), np.int32)
    for v in range(rank.size):
        gldm[rank[v], dependent[v]] += 1
    return gldm


@njit(cache=True)
def sum_differences(rank, value, around, neighbours):
    """NGTDM: per level, the sum of |level − mean of the neighbours|."""
    total = np.zeros(value.size)
    for v in range(rank.size):
        if neighbours[v] > 0:
            total[rank[v]] += abs(value[rank[v]] - around[v] / neighbours[v])
    return total
