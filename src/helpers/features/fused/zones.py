"""Zones of equal grey level, 26-connected, by union-find."""

from __future__ import annotations

import numpy as np
from numba import njit


def find_zones(ranks: np.ndarray, place: np.ndarray, rank: np.ndarray):
    """GLSZM as a list: rank of the level and number of voxels of every zone.

    Parameters
    ----------
    ranks : uint16, the frame of `helpers.features.fused.roi.Roi`, shape (z, y, x)
    place : of the voxels in the frame
    rank : of the voxels' levels
    """
    parent = join_zones(ranks.ravel(), place.astype(np.int64), ranks.shape[1], ranks.shape[2])
    return measure_zones(parent, place.astype(np.int64), rank)


@njit(cache=True, inline="always")
def _root(parent, at):
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at


@njit(cache=True, inline="always")
def _join(parent, a, b):
    a, b = _root(parent, a), _root(parent, b)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@njit(cache=True)
def join_zones(ranks, place, ny, nx):
    """A forest over the frame whose trees are the zones.

    Voxels come in raster order, so that neighbours which touch each other are joined already: the
    voxel right behind (z − 1) touches all others that came before, the one above (y − 1) all but
    three.
    """
    parent = np.empty(ranks.size, np.int32)
    behind, above = nx * ny, nx
    others = np.array([-1, 1 - above, -1 - above])
    below = np.array([above - 1 - behind, above + 1 - behind])
    aslant = np.array([-above, -1, 1, -1 - above, 1 - above]) - behind
    for at in place:
        parent[at] = at
        level = ranks[at]
        if ranks[at - behind] == level:
            _join(parent, at, at - behind)
            continue
        if ranks[at - above] == level:
            _join(parent, at, at - above)
        else:
            for step in others:
                if ranks[at + step] == level:
                    _join(parent, at, at + step)
            for step in aslant:
                if ranks[at + step] == level:
                    _join(parent, at, at + step)
        if ranks[at + above - behind] == level:
            _join(parent, at, at + above - behind)
        else:
            for step in below:
                if ranks[at + step] == level:
                    _join(parent, at, at + step)
    return parent


@njit(cache=True)
def measure_zones(parent, place, rank):
    """Rank and size of every tree of the forest, in the order of their first voxels."""
    size = np.zeros(parent.size, np.int32)
    zones = 0
    for at in place:
        root = _root(parent, at)
        zones += root == at
        size[root] += 1
    zone_rank = np.empty(zones, np.int64)
    zone_size = np.empty(zones, np.int64)
    found = 0
    for v in range(place.size):
        if size[place[v]] > 0:
            zone_rank[found] = rank[v]
            zone_size[found] = size[place[v]]
            found += 1
    return zone_rank, zone_size
