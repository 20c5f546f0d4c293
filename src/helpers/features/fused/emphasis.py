"""Features of the matrices that count grey level against a size: GLRLM, GLSZM and GLDM."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_EPS = float(np.spacing(1))

# in the order of `measure_sizes`, with what a size is called in each matrix
GLRLM = (
    "ShortRunEmphasis",
    "LongRunEmphasis",
    "GrayLevelNonUniformity",
    "GrayLevelNonUniformityNormalized",
    "RunLengthNonUniformity",
    "RunLengthNonUniformityNormalized",
    "RunPercentage",
    "GrayLevelVariance",
    "RunVariance",
    "RunEntropy",
    "LowGrayLevelRunEmphasis",
    "HighGrayLevelRunEmphasis",
    "ShortRunLowGrayLevelEmphasis",
    "ShortRunHighGrayLevelEmphasis",
    "LongRunLowGrayLevelEmphasis",
    "LongRunHighGrayLevelEmphasis",
)
GLSZM = (
    "SmallAreaEmphasis",
    "LargeAreaEmphasis",
    "GrayLevelNonUniformity",
    "GrayLevelNonUniformityNormalized",
    "SizeZoneNonUniformity",
    "SizeZoneNonUniformityNormalized",
    "ZonePercentage",
    "GrayLevelVariance",
    "ZoneVariance",
    "ZoneEntropy",
    "LowGrayLevelZoneEmphasis",
    "HighGrayLevelZoneEmphasis",
    "SmallAreaLowGrayLevelEmphasis",
    "SmallAreaHighGrayLevelEmphasis",
    "LargeAreaLowGrayLevelEmphasis",
    "LargeAreaHighGrayLevelEmphasis",
)
GLDM = (
    "SmallDependenceEmphasis",
    "LargeDependenceEmphasis",
    "GrayLevelNonUniformity",
    None,  # equals the first-order uniformity: pyradiomics leaves it out
    "DependenceNonUniformity",
    "DependenceNonUniformityNormalized",
    None,  # always 1
    "GrayLevelVariance",
    "DependenceVariance",
    "DependenceEntropy",
    "LowGrayLevelEmphasis",
    "HighGrayLevelEmphasis",
    "SmallDependenceLowGrayLevelEmphasis",
    "SmallDependenceHighGrayLevelEmphasis",
    "LargeDependenceLowGrayLevelEmphasis",
    "LargeDependenceHighGrayLevelEmphasis",
)
COUNT = len(GLRLM)


def glrlm_features(glrlm: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The 16 run features: means over the directions that have runs.

    Parameters
    ----------
    glrlm : counts, shape (directions, n, run length)
    level : the n grey levels
    """
    size = np.arange(1, glrlm.shape[2] + 1)
    found = [measure_sizes(runs, level, size) for runs in glrlm if runs.any()]
    return np.mean(found, axis=0) if found else np.full(COUNT, np.nan)


def glszm_features(rank: np.ndarray, zone_size: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The 16 zone features.

    Parameters
    ----------
    rank, zone_size : rank of the grey level and size of every zone
    level : the n grey levels
    """
    size, column = np.unique(zone_size, return_inverse=True)
    cells = np.bincount(rank * size.size + column, minlength=level.size * size.size)
    counts = cells.reshape(level.size, size.size).astype(np.int32)
    return measure_sizes(counts, level, size)


def gldm_features(gldm: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The 16 values of `measure_sizes`; two of them have no name in `GLDM`.

    Parameters
    ----------
    gldm : counts, shape (n, dependent neighbours from 0)
    level : the n grey levels
    """
    return measure_sizes(gldm, level, np.arange(1, gldm.shape[1] + 1))


@njit(cache=True)
def measure_sizes(counts, level, size):
    """Emphases, non-uniformities, variances and entropy of counts by level and size.

    Parameters
    ----------
    counts : int32, shape (n, m)
    level : shape (n,), from 1
    size : shape (m,), from 1

    Returns
    -------
    float64, shape (16,), in the order of `GLRLM`

    Notes
    -----
    Definitions: Zwanenburg 2020, Radiology 295:328 (IBSI), sections on GLRLM, GLSZM and NGLDM.
    """
    n, m = counts.shape
    out = np.zeros(COUNT)
    per_level = np.zeros(n)
    per_size = np.zeros(m)
    total, covered = 0.0, 0.0
    for i in range(n):
        for j in range(m):
            if counts[i, j] > 0:
                c = float(counts[i, j])
                per_level[i] += c
                per_size[j] += c
                total += c
                covered += c * size[j]
    for i in range(n):
        g2 = float(level[i]) ** 2
        for j in range(m):
            if counts[i, j] > 0:
                c = float(counts[i, j])
                s2 = float(size[j]) ** 2
                out[9] -= c / total * math.log2(c / total + _EPS)
                out[12] += c / (g2 * s2)
                out[13] += c * g2 / s2
                out[14] += c * s2 / g2
                out[15] += c * s2 * g2
    for j in range(m):
        s2 = float(size[j]) ** 2
        out[0] += per_size[j] / s2
        out[1] += per_size[j] * s2
        out[4] += per_size[j] ** 2
    for i in range(n):
        g2 = float(level[i]) ** 2
        out[2] += per_level[i] ** 2
        out[10] += per_level[i] / g2
        out[11] += per_level[i] * g2
    out[3] = out[2] / total**2
    out[5] = out[4] / total**2
    for k in (0, 1, 2, 4, 10, 11, 12, 13, 14, 15):
        out[k] /= total
    out[6] = total / covered
    out[7] = _variance(per_level, level, total)
    out[8] = _variance(per_size, size, total)
    return out


@njit(cache=True)
def _variance(counts, at, total):
    mean = 0.0
    for i in range(counts.size):
        mean += counts[i] / total * at[i]
    variance = 0.0
    for i in range(counts.size):
        variance += counts[i] / total * (at[i] - mean) ** 2
    return variance
