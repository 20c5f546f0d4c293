"""The five texture matrices, filled together from the chains of voxels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from helpers.features.fused.levels import Levels
from helpers.features.fused.roi import Roi


class Matrices(NamedTuple):
    """Counts by rank of grey level.

    `glcm` (directions, n, n) from a voxel to the next, not yet symmetric; `glrlm` (directions, n,
    run length); `gldm` (n, dependent neighbours); `ngtdm` the sum of absolute differences per
    level (n,); `zone_rank` and `zone_size` one entry per zone.
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
    n, directions = levels.value.size, len(roi.chains)
    glcm = np.zeros((directions, n, n), np.int32)
    glrlm = np.zeros((directions, n, roi.extent), np.int32)
    dependent, around, parent = walk_chains(levels.rank, levels.value, roi.chains, glcm, glrlm)
    glrlm[~roi.lined] = 0
    gldm = count_dependence(levels.rank, dependent, n, 2 * directions + 1)
    ngtdm = sum_differences(levels.rank, levels.value, around, roi.neighbours)
    return Matrices(glcm, glrlm, gldm, ngtdm, *collect_zones(levels.rank, parent))


@njit(cache=True, inline="always")
def _root(parent, voxel):
    while parent[voxel] != voxel:
        parent[voxel] = parent[parent[voxel]]
        voxel = parent[voxel]
    return voxel


@njit(cache=True)
def walk_chains(rank, value, chains, glcm, glrlm):
    """One walk along every line: co-occurrences, runs, and what each voxel has around it.

    Parameters
    ----------
    rank : int32, rank of each voxel's grey level
    value : the grey levels
    chains : see `helpers.features.fused.roi.Roi`
    glcm, glrlm : zeros, filled here

    Returns
    -------
    dependent : number of neighbours of the same level
    around : sum of the neighbours' levels
    parent : union-find forest whose trees are the zones of equal level
    """
    dependent = np.zeros(rank.size, np.int32)
    around = np.zeros(rank.size, np.int64)
    parent = np.arange(rank.size).astype(np.int32)
    for d in range(len(chains)):
        chain, pairs, runs = chains[d], glcm[d], glrlm[d]
        last, level, run = 0, 0, 0
        for t in range(rank.size):
            voxel = chain[t]
            if voxel < 0:
                voxel = ~voxel
                if run > 0:
                    runs[level, run - 1] += 1
                run = 1
            else:
                other = rank[voxel]
                pairs[level, other] += 1
                around[voxel] += value[level]
                around[last] += value[other]
                if other == level:
                    run += 1
                    dependent[voxel] += 1
                    dependent[last] += 1
                    a, b = _root(parent, voxel), _root(parent, last)
                    if a < b:
                        parent[b] = a
                    else:
                        parent[a] = b
                else:
                    runs[level, run - 1] += 1
                    run = 1
            last, level = voxel, rank[voxel]
        runs[level, run - 1] += 1
    return dependent, around, parent


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


@njit(cache=True)
def collect_zones(rank, parent):
    """GLSZM as a list: rank of the level and size of every zone."""
    size = np.zeros(rank.size, np.int64)
    zones = 0
    for v in range(rank.size):
        root = _root(parent, v)
        zones += root == v
        size[root] += 1
    zone_rank = np.empty(zones, np.int32)
    zone_size = np.empty(zones, np.int64)
    at = 0
    for v in range(rank.size):
        if size[v] > 0:
            zone_rank[at] = rank[v]
            zone_size[at] = size[v]
            at += 1
    return zone_rank, zone_size
