"""Cubic B-spline and nearest-neighbour resampling of a box, with ITK's arithmetic.

ITK filters the whole image before it interpolates; the recursive filter forgets its start within
about 30 voxels, so a box with that margin gives the same values to the last bit or nearly so. The
order of the operations follows ITK, because texture in constant regions is rounding error: there a
different order would give other grey levels.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

MARGIN = 64  # voxels after which the prefilter's start has faded below double precision
_POLE = math.sqrt(3.0) - 2.0
_HORIZON = math.ceil(math.log(1e-10) / math.log(abs(_POLE)))
_GAIN = (1.0 - _POLE) * (1.0 - 1.0 / _POLE)
_LANES = 8


@njit(cache=True)
def _prefilter_lines(lines: np.ndarray) -> None:
    """Spline coefficients of columns side by side: `lines` of shape (samples, columns), in place.

    Mirror boundaries (Unser 1999, box 2).
    """
    n, width = lines.shape
    if n == 1:
        return
    for i in range(n):
        for c in range(width):
            lines[i, c] *= _GAIN
    _start_causal(lines)
    for i in range(1, n):
        for c in range(width):
            lines[i, c] += _POLE * lines[i - 1, c]
    for c in range(width):
        lines[n - 1, c] = (_POLE / (_POLE * _POLE - 1.0)) * (
            _POLE * lines[n - 2, c] + lines[n - 1, c]
        )
    for i in range(n - 2, -1, -1):
        for c in range(width):
            lines[i, c] = _POLE * (lines[i + 1, c] - lines[i, c])


@njit(cache=True)
def _start_causal(lines: np.ndarray) -> None:
    n, width = lines.shape
    power = _POLE
    if n > _HORIZON:
        for i in range(1, _HORIZON):
            for c in range(width):
                lines[0, c] += power * lines[i, c]
            power *= _POLE
        return
    inverse = 1.0 / _POLE
    mirrored = _POLE ** float(n - 1)
    for c in range(width):
        lines[0, c] += mirrored * lines[n - 1, c]
    mirrored *= mirrored * inverse
    for i in range(1, n - 1):
        for c in range(width):
            lines[0, c] += (power + mirrored) * lines[i, c]
        power *= _POLE
        mirrored *= inverse
    for c in range(width):
        lines[0, c] /= 1.0 - power * power


@njit(cache=True)
def spline_coefficients(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Cubic B-spline coefficients of a part of a volume, filtered along x, then y, then z.

    Parameters
    ----------
    values : float64, shape (z, y, x), with a margin around the part that is wanted
    low, high : first and one behind the last wanted index along x, y, z

    Returns
    -------
    float64, the coefficients of the wanted part, shape (z, y, x)
    """
    nz, ny, nx = values.shape
    wide = np.empty((nz, ny, high[0] - low[0]))
    block = np.empty((nx, _LANES))
    rows = values.reshape(nz * ny, nx)
    kept = wide.reshape(nz * ny, high[0] - low[0])
    for first in range(0, nz * ny, _LANES):
        count = min(_LANES, nz * ny - first)
        for c in range(count):
            for x in range(nx):
                block[x, c] = rows[first + c, x]
        _prefilter_lines(block)
        for c in range(count):
            for x in range(low[0], high[0]):
                kept[first + c, x - low[0]] = block[x, c]
    for z in range(nz):
        _prefilter_lines(wide[z])
    narrow = wide[:, low[1] : high[1]].copy()
    _prefilter_lines(narrow.reshape(nz, narrow.shape[1] * narrow.shape[2]))
    return narrow[low[2] : high[2]].copy()


@njit(cache=True, inline="always")
def _mirror(index: int, size: int) -> int:
    if size == 1:
        return 0
    if index < 0:
        index = -index
    if index >= size - 1:
        index = 2 * (size - 1) - index
    return index


@njit(cache=True)
def _support(position: float, size: int, first: int, index: np.ndarray, weight: np.ndarray) -> None:
    """The four coefficients around a position, as indices into the box, and their weights."""
    base = math.floor(np.float64(np.float32(position))) - 1
    w = position - (base + 1)
    weight[3] = (1.0 / 6.0) * w * w * w
    weight[0] = (1.0 / 6.0) + 0.5 * w * (w - 1.0) - weight[3]
    weight[2] = w + weight[0] - 2.0 * weight[3]
    weight[1] = 1.0 - weight[0] - weight[2] - weight[3]
    for k in range(4):
        index[k] = _mirror(int(base) + k, size) - first


@njit(cache=True, inline="always")
def _inside(position: float, size: int) -> bool:
    return position >= -0.5 and position < size - 0.5


@njit(cache=True)
def interpolate(coefficients, first, size, start, end, nx):
    """Spline values at the voxels of a grid whose axes are those of the image.

    Parameters
    ----------
    coefficients : box of spline coefficients, shape (z, y, x)
    first : index (x, y, z) of the box's first voxel in the image
    size : of the image (x, y, z)
    start, end : see `helpers.features.fused.grid.ScanLines`
    nx : voxels in a line

    Returns
    -------
    float64, shape (nz, ny, nx); 0 outside the image.
    """
    nz, ny, _ = start.shape
    out = np.zeros((nz, ny, nx))
    index = np.empty((3, 4), np.int64)
    weight = np.empty((3, 4))
    index_x = np.empty((4, nx), np.int64)
    weight_x = np.empty((4, nx))
    inside_x = np.empty(nx, np.bool_)
    step = end[0, 0, 0] - start[0, 0, 0]
    for x in range(nx):
        p = start[0, 0, 0] + x / float(nx) * step
        inside_x[x] = _inside(p, size[0])
        _support(p, size[0], first[0], index[0], weight[0])
        index_x[:, x] = index[0]
        weight_x[:, x] = weight[0]
    for z in range(nz):
        for y in range(ny):
            line = out[z, y]
            for d in range(1, 3):
                _support(start[z, y, d], size[d], first[d], index[d], weight[d])
            for k in range(4):
                for j in range(4):
                    row = coefficients[index[2, k], index[1, j]]
                    for i in range(4):
                        for x in range(nx):
                            w = (weight_x[i, x] * weight[1, j]) * weight[2, k]
                            line[x] += w * row[index_x[i, x]]
            inside = _inside(start[z, y, 1], size[1]) and _inside(start[z, y, 2], size[2])
            for x in range(nx):
                if not (inside and inside_x[x]):
                    line[x] = 0.0
    return out


@njit(cache=True)
def interpolate_oblique(coefficients, first, size, start, end, nx):
    """As `interpolate`, for axes that are turned: every voxel has its own weights."""
    nz, ny, _ = start.shape
    out = np.zeros((nz, ny, nx))
    index = np.empty((3, 4), np.int64)
    weight = np.empty((3, 4))
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                inside = True
                for d in range(3):
                    p = start[z, y, d] + x / float(nx) * (end[z, y, d] - start[z, y, d])
                    inside = inside and _inside(p, size[d])
                    _support(p, size[d], first[d], index[d], weight[d])
                if inside:
                    out[z, y, x] = _spline_sum(coefficients, index, weight)
    return out


@njit(cache=True)
def _spline_sum(coefficients, index, weight):
    total = 0.0
    for k in range(4):
        for j in range(4):
            for i in range(4):
                w = (weight[0, i] * weight[1, j]) * weight[2, k]
                total += w * coefficients[index[2, k], index[1, j], index[0, i]]
    return total


@njit(cache=True)
def nearest(mask, first, size, start, end, nx):
    """Nearest voxel of a mask at the voxels of a grid, halves rounded up as ITK does.

    Parameters and shapes as in `interpolate`; `mask` is a box of uint8.
    """
    nz, ny, _ = start.shape
    out = np.zeros((nz, ny, nx), np.uint8)
    index = np.empty(3, np.int64)
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                inside = True
                for d in range(3):
                    p = start[z, y, d] + x / float(nx) * (end[z, y, d] - start[z, y, d])
                    inside = inside and _inside(p, size[d])
                    index[d] = (int(np.rint(2.0 * p + 0.5)) >> 1) - first[d]
                    inside = inside and 0 <= index[d] < mask.shape[2 - d]
                if inside:
                    out[z, y, x] = mask[index[2], index[1], index[0]]
    return out
