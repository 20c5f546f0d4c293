"""Features of the grey level co-occurrence matrix."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_EPS = float(np.spacing(1))
_LN2 = math.log(2.0)

NAMES = (
    "Autocorrelation",
    "JointAverage",
    "ClusterProminence",
    "ClusterShade",
    "ClusterTendency",
    "Contrast",
    "Correlation",
    "DifferenceAverage",
    "DifferenceEntropy",
    "DifferenceVariance",
    "JointEnergy",
    "JointEntropy",
    "Imc1",
    "Imc2",
    "Idm",
    "Idmn",
    "Id",
    "Idn",
    "InverseVariance",
    "MaximumProbability",
    "SumAverage",
    "SumEntropy",
    "SumSquares",
    "MCC",
)
COUNT = len(NAMES) - 1  # without MCC, which is an eigenvalue
_IMC2 = NAMES.index("Imc2")


def glcm_features(pairs: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, bool]:
    """The 24 GLCM features: means over the directions in which voxels have neighbours.

    Parameters
    ----------
    pairs : counts from a voxel to the next, shape (directions, n, n)
    level : the n grey levels

    Returns
    -------
    values : float64, shape (24,), in the order of `NAMES`
    decided : False where the value of Imc2 or MCC is the root of a rounding error
    """
    pairs = pairs[pairs.any(axis=(1, 2))]
    if not len(pairs):
        return np.full(len(NAMES), np.nan), True
    probability = pairs + pairs.transpose(0, 2, 1)
    probability = probability / probability.sum(axis=(1, 2), keepdims=True)
    found = np.array([measure_pairs(p, level) for p in probability])
    gap = found[:, -1]
    mcc, second = maximal_correlation(probability)
    decided = bool((np.abs(gap) > 1e-7).all() and second > 1e-12) or level.size == 1
    return np.append(found[:, :COUNT].mean(axis=0), mcc), decided


def maximal_correlation(probability: np.ndarray) -> tuple[float, float]:
    """Mean maximal correlation coefficient of some GLCMs, and the least eigenvalue it came from.

    Parameters
    ----------
    probability : symmetric matrices, shape (directions, n, n)
    """
    if probability.shape[1] < 2:
        return 1.0, 1.0
    margin = probability.sum(axis=2)
    weighted = probability / (margin[:, :, None] * margin[:, None, :] + _EPS)
    eigenvalues = np.linalg.eigvals(weighted @ probability)
    eigenvalues.sort()
    second = eigenvalues[:, -2]
    with np.errstate(invalid="ignore"):
        return float(np.nanmean(np.sqrt(second)).real), float(second.real.min())


@njit(cache=True)
def measure_pairs(p, level):
    """The features of one symmetric co-occurrence matrix, without MCC.

    Parameters
    ----------
    p : float64, shape (n, n), sum 1, symmetric
    level : shape (n,), from 1

    Returns
    -------
    float64, shape (24,): the first 23 of `NAMES`, then how far Imc2 is from independence in bits

    Notes
    -----
    Definitions: Haralick 1973, IEEE Trans SMC 3:610; Zwanenburg 2020, Radiology 295:328 (IBSI).
    """
    n = level.size
    out = np.zeros(COUNT + 1)
    top = level[n - 1]
    margin = p.sum(axis=1)
    mean = 0.0
    for i in range(n):
        mean += level[i] * margin[i]
    by_sum = np.zeros(2 * top + 1)
    by_difference = np.zeros(top)
    covariance, entropy, crossed = 0.0, 0.0, 0.0
    for i in range(n):
        a = float(level[i])
        for j in range(i, n):
            if p[i, j] > 0:
                b = float(level[j])
                q = p[i, j] if i == j else 2 * p[i, j]
                from_mean = a + b - mean - mean
                out[0] += q * a * b
                out[2] += q * from_mean**4
                out[3] += q * from_mean**3
                out[4] += q * from_mean**2
                out[5] += q * (a - b) ** 2
                out[10] += q * p[i, j]
                out[19] = max(out[19], p[i, j])
                covariance += q * (a - mean) * (b - mean)
                entropy -= q * math.log2(p[i, j] + _EPS)
                crossed -= q * math.log2(margin[i] * margin[j] + _EPS)
                by_sum[level[i] + level[j]] += q
                by_difference[level[j] - level[i]] += q
    out[1] = mean
    out[11] = entropy
    for i in range(n):
        out[22] += margin[i] * (level[i] - mean) ** 2
    out[6] = covariance / (out[22] + _EPS) if out[22] > 0 else 1.0
    _measure_differences(by_difference, top, out)
    for k in range(2, by_sum.size):
        if by_sum[k] > 0:
            out[20] += k * by_sum[k]
            out[21] -= by_sum[k] * math.log2(by_sum[k] + _EPS)
    _measure_information(margin, entropy, crossed, out)
    return out


@njit(cache=True)
def _measure_differences(p, top, out):
    for k in range(p.size):
        if p[k] > 0:
            out[7] += k * p[k]
            out[8] -= p[k] * math.log2(p[k] + _EPS)
            out[14] += p[k] / (1 + k * k)
            out[15] += p[k] / (1 + k * k / top**2)
            out[16] += p[k] / (1 + k)
            out[17] += p[k] / (1 + k / top)
            if k > 0:
                out[18] += p[k] / (k * k)
    for k in range(p.size):
        out[9] += p[k] * (k - out[7]) ** 2


@njit(cache=True)
def _measure_information(margin, entropy, crossed, out):
    """Both informational measures of correlation.

    log2(uv + eps) is expanded about log2(u) + log2(v): all pairs are needed, n logarithms do.
    """
    margin = margin[margin > 0]
    n = margin.size
    logs = np.empty(n)
    single, independent = 0.0, 0.0
    for i in range(n):
        logs[i] = math.log2(margin[i])
        single -= margin[i] * math.log2(margin[i] + _EPS)
    for i in range(n):
        for j in range(n):
            uv = margin[i] * margin[j]
            r = _EPS / uv
            extra = r * (1 - r * (0.5 - r * (1 / 3 - r * 0.25))) / _LN2
            independent -= uv * (logs[i] + logs[j] + extra)
    out[12] = (entropy - crossed) / single if single != 0 else 0.0
    gap = independent - entropy
    out[13] = math.sqrt(max(1 - math.exp(-2 * gap), 0.0)) if n > 1 else 0.0
    out[23] = gap
