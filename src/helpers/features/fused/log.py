"""The Laplacian of Gaussian by recursive filters, as ITK computes it.

Deriche 1993 (INRIA RR-1893): the Gaussian and its second derivative are sums of damped
oscillations, so that a filter of fourth order runs along each line forwards and backwards. ITK
stores single precision after each of the nine passes, which is followed here.
"""

from __future__ import annotations

from math import cos, exp, sin

import numpy as np
from numba import njit

_LANES = 16
# Deriche's fit: a cos(w x / s) + b sin(w x / s), times exp(l x / s)
_SMOOTH = ((1.3530, 1.8151), (-0.3531, 0.0902))
_SECOND = ((-1.3563, 5.2318), (0.3446, -2.2355))
_W1, _L1, _W2, _L2 = 0.6681, -1.3932, 2.0787, -1.3732


def log_image(volume: np.ndarray, spacing: np.ndarray, sigma: float, box: np.ndarray) -> np.ndarray:
    """Laplacian of Gaussian, normalised across scale, inside a box.

    Parameters
    ----------
    volume : float64, shape (z, y, x), at least 4 voxels along each axis
    spacing : mm along z, y, x
    sigma : mm
    box : first and one behind the last index along z, y, x: shape (3, 2)

    Returns
    -------
    float32, of the shape of the box
    """
    total = np.zeros(box[:, 1] - box[:, 0], np.float32)
    cut = tuple(slice(*ends) for ends in box)
    part = np.empty(volume.shape, np.float32)
    for axis in (2, 1, 0):
        source, lines = volume, np.array([(0, n) for n in volume.shape])
        for along in (axis, *(other for other in (2, 1, 0) if other != axis)):
            coefficients = _coefficients(sigma, spacing[along], along == axis)
            filter_axis(source, part, along, coefficients, lines)
            source = part
            lines[along] = box[along]  # later passes need the lines through the box only
        total = (total + part[cut] * (1.0 / np.float64(spacing[axis]) ** 2)).astype(np.float32)
    return total


def fits(shape: tuple[int, ...], spacing: np.ndarray, sigma: float) -> bool:
    """Whether pyradiomics applies a LoG of this width (mm) to an image of this size."""
    size = np.array(shape)
    return bool(size.min() >= 4 and (size >= np.ceil(sigma / spacing) + 1).all())


def _numerator(width: float, terms: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Forward coefficients of a damped pair, and their sums weighted by powers of the index."""
    (a1, b1), (a2, b2) = terms
    sin1, sin2 = sin(_W1 / width), sin(_W2 / width)
    cos1, cos2 = cos(_W1 / width), cos(_W2 / width)
    exp1, exp2 = exp(_L1 / width), exp(_L2 / width)
    n1 = exp2 * (b2 * sin2 - (a2 + 2 * a1) * cos2)
    n1 += exp1 * (b1 * sin1 - (a1 + 2 * a2) * cos1)
    n2 = (a1 + a2) * cos2 * cos1
    n2 -= b1 * cos2 * sin1 + b2 * cos1 * sin2
    n2 *= 2 * exp1 * exp2
    n2 += a2 * exp1 * exp1 + a1 * exp2 * exp2
    n3 = exp2 * exp1 * exp1 * (b2 * sin2 - a2 * cos2)
    n3 += exp1 * exp2 * exp2 * (b1 * sin1 - a1 * cos1)
    n0 = a1 + a2
    sums = np.array([n0 + n1 + n2 + n3, n1 + 2 * n2 + 3 * n3, n1 + 4 * n2 + 9 * n3])
    return np.array([n0, n1, n2, n3]), sums


def _denominator(width: float) -> tuple[np.ndarray, tuple[float, float, float]]:
    cos1, cos2 = cos(_W1 / width), cos(_W2 / width)
    exp1, exp2 = exp(_L1 / width), exp(_L2 / width)
    d4 = exp1 * exp1 * exp2 * exp2
    d3 = -2 * cos1 * exp1 * exp2 * exp2
    d3 += -2 * cos2 * exp2 * exp1 * exp1
    d2 = 4 * cos2 * cos1 * exp1 * exp2
    d2 += exp1 * exp1 + exp2 * exp2
    d1 = -2 * (exp2 * cos2 + exp1 * cos1)
    sums = (
        1.0 + d1 + d2 + d3 + d4,
        d1 + 2 * d2 + 3 * d3 + 4 * d4,
        d1 + 4 * d2 + 9 * d3 + 16 * d4,
    )
    return np.array([d1, d2, d3, d4]), sums


def _coefficients(sigma: float, step: float, derivative: bool) -> np.ndarray:
    """Rows: forward taps, recursion, backward taps, forward and backward boundary."""
    width = sigma / step
    d, (sd, dd, ed) = _denominator(width)
    n, (sn, dn, en) = _numerator(width, _SMOOTH)
    if derivative:
        n_second, sums = _numerator(width, _SECOND)
        beta = -(2 * sums[0] - sd * n_second[0]) / (2 * sn - sd * n[0])
        n = n_second + beta * n
        sn, dn, en = sums[0] + beta * sn, sums[1] + beta * dn, sums[2] + beta * en
        alpha = en * sd * sd - ed * sn * sd - 2 * dn * dd * sd + 2 * dd * dd * sn
        n *= sigma * sigma / (alpha / (sd * sd * sd))
    else:
        n *= 1.0 / (2 * sn / sd - n[0])
    m = np.append(n[1:] - d[:3] * n[0], -d[3] * n[0])
    total_n = n[0] + n[1] + n[2] + n[3]
    total_m = m[0] + m[1] + m[2] + m[3]
    return np.array([n, d, m, d * total_n / sd, d * total_m / sd])


@njit(cache=True)
def filter_axis(source, target, axis, coefficients, lines):
    """One recursive pass along an axis of (z, y, x) volumes, many lines at once.

    Parameters
    ----------
    source : float64 or float32
    target : float32; may be `source`
    axis : 0, 1 or 2
    coefficients : see `_coefficients`
    lines : which lines to filter, by first and one behind the last index along the other two axes
    """
    n = source.shape[axis]
    across = 2 if axis < 2 else 1
    data = np.zeros((n, _LANES))
    causal = np.zeros((n, _LANES))
    anticausal = np.zeros((n, _LANES))
    outer_axis = 1 if axis == 0 else 0
    for outer in range(lines[outer_axis, 0], lines[outer_axis, 1]):
        for first in range(lines[across, 0], lines[across, 1], _LANES):
            count = min(_LANES, lines[across, 1] - first)
            for i in range(n):
                for c in range(count):
                    if axis == 0:
                        data[i, c] = source[i, outer, first + c]
                    elif axis == 1:
                        data[i, c] = source[outer, i, first + c]
                    else:
                        data[i, c] = source[outer, first + c, i]
            _filter_lines(data, causal, anticausal, coefficients)
            for i in range(n):
                for c in range(count):
                    value = np.float32(causal[i, c] + anticausal[i, c])
                    if axis == 0:
                        target[i, outer, first + c] = value
                    elif axis == 1:
                        target[outer, i, first + c] = value
                    else:
                        target[outer, first + c, i] = value


@njit(cache=True)
def _filter_lines(data, causal, anticausal, coefficients):
    """Both directions; beyond its ends a line keeps its end values."""
    n0, n1, n2, n3 = coefficients[0]
    d1, d2, d3, d4 = coefficients[1]
    m1, m2, m3, m4 = coefficients[2]
    n = len(data)
    _start(data, causal, coefficients, True)
    for i in range(4, n):
        for c in range(_LANES):
            x = data[i, c] * n0 + data[i - 1, c] * n1 + data[i - 2, c] * n2 + data[i - 3, c] * n3
            y = causal[i - 1, c] * d1 + causal[i - 2, c] * d2
            causal[i, c] = x - (y + causal[i - 3, c] * d3 + causal[i - 4, c] * d4)
    _start(data, anticausal, coefficients, False)
    for i in range(n - 5, -1, -1):
        for c in range(_LANES):
            x = (
                data[i + 1, c] * m1
                + data[i + 2, c] * m2
                + data[i + 3, c] * m3
                + data[i + 4, c] * m4
            )
            y = anticausal[i + 1, c] * d1 + anticausal[i + 2, c] * d2
            anticausal[i, c] = x - (y + anticausal[i + 3, c] * d3 + anticausal[i + 4, c] * d4)


@njit(cache=True)
def _start(data, out, coefficients, forward):
    """The first four outputs of a pass."""
    n = len(data)
    taps = coefficients[0] if forward else coefficients[2]
    recursion, boundary = coefficients[1], coefficients[3 if forward else 4]
    lag = 0 if forward else 1
    for k in range(4):
        i = k if forward else n - 1 - k
        for c in range(_LANES):
            edge = data[0, c] if forward else data[n - 1, c]
            x, y = 0.0, 0.0
            for t in range(4):
                back = k - lag - t
                at = back if forward else n - 1 - back
                x += (data[at, c] if back >= 0 else edge) * taps[t]
                before = k - 1 - t
                at = before if forward else n - 1 - before
                y += out[at, c] * recursion[t] if before >= 0 else edge * boundary[t]
            out[i, c] = x - y
