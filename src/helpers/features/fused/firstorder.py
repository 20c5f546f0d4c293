"""First-order features."""

from __future__ import annotations

import numpy as np
from numba import njit

_EPS = np.spacing(1)
_BUCKETS = 2048


def firstorder_features(values: np.ndarray, count: np.ndarray, voxel_mm3: float) -> dict:
    """The 18 first-order features by name, in pyradiomics' order.

    Parameters
    ----------
    values : grey values of the lesion's voxels in raster order
    count : voxels per grey level
    voxel_mm3 : volume of a voxel

    Notes
    -----
    Means are numpy's of the values in their order: where all values are equal, skewness and
    kurtosis are made of the rounding error of that mean.
    """
    values = values.astype(np.float64)
    p = count / count.sum()
    p10, p25, p50, p75, p90 = percentiles(values, (10, 25, 50, 75, 90))
    lowest, highest = values.min(), values.max()
    energy = np.sum(values**2)
    mean = np.mean(values)
    deviation = values - mean
    m2, m3, m4 = _moments(deviation, mean)
    inner = values[(values >= p10) & (values <= p90)]
    return {
        "10Percentile": p10,
        "90Percentile": p90,
        "Energy": energy,
        "Entropy": -np.sum(p * np.log2(p + _EPS)),
        "InterquartileRange": p75 - p25,
        "Kurtosis": m4 / m2**2 if m2 != 0 else m4,
        "Maximum": highest,
        "MeanAbsoluteDeviation": np.mean(np.abs(deviation)),
        "Mean": mean,
        "Median": p50,
        "Minimum": lowest,
        "Range": highest - lowest,
        "RobustMeanAbsoluteDeviation": np.mean(np.abs(inner - np.mean(inner))),
        "RootMeanSquared": np.sqrt(energy / values.size),
        "Skewness": m3 / m2**1.5 if m2 != 0 else m3,
        "TotalEnergy": energy * voxel_mm3,
        "Uniformity": np.sum(p**2),
        "Variance": m2,
    }


def percentiles(values: np.ndarray, wanted: tuple[float, ...]) -> list[float]:
    """Percentiles by linear interpolation, as numpy's default.

    Parameters
    ----------
    values : finite, in any order
    wanted : 0 to 100

    Examples
    --------
    >>> [float(p) for p in percentiles(np.array([20.0, 0.0, 10.0]), (25, 50))]
    [5.0, 10.0]
    """
    last = values.size - 1
    at = [last * (q / 100) for q in wanted]
    ends = sorted({k for a in at for k in (int(a), min(int(a) + 1, last))})
    ordered = dict(zip(ends, order_statistics(values, np.array(ends)), strict=True))
    return [_between(ordered[int(a)], ordered[min(int(a) + 1, last)], a - int(a)) for a in at]


def _between(low: float, high: float, weight: float) -> float:
    step = high - low
    return high - step * (1 - weight) if weight >= 0.5 else low + step * weight


@njit(cache=True)
def order_statistics(values, wanted):
    """The values at some places of the sorted order, without sorting all.

    Values are spread over buckets of equal width, and only buckets with a wanted place are sorted.

    Parameters
    ----------
    values : float64, finite
    wanted : places from 0, ascending
    """
    low, high = values.min(), values.max()
    scale = (_BUCKETS - 1) / (high - low) if high > low else 0.0
    bucket = np.empty(values.size, np.int32)
    count = np.zeros(_BUCKETS + 1, np.int64)
    for i in range(values.size):
        bucket[i] = int((values[i] - low) * scale)
        count[bucket[i] + 1] += 1
    start = np.cumsum(count)
    needed = np.zeros(_BUCKETS, np.bool_)
    for k in wanted:
        needed[np.searchsorted(start, k, side="right") - 1] = True
    filled = start[:-1].copy()
    ordered = np.empty(values.size)
    for i in range(values.size):
        b = bucket[i]
        if needed[b]:
            ordered[filled[b]] = values[i]
            filled[b] += 1
    for b in range(_BUCKETS):
        if needed[b]:
            ordered[start[b] : start[b + 1]] = np.sort(ordered[start[b] : start[b + 1]])
    return ordered[wanted]


def _moments(deviation: np.ndarray, mean: float) -> tuple[float, float, float]:
    squared = deviation * deviation
    m2 = np.mean(squared)
    if m2 <= 1e-20 * mean * mean:  # rounding errors: powers as numpy makes them
        return m2, np.mean(np.power(deviation, 3)), np.mean(np.power(deviation, 4))
    return m2, np.mean(squared * deviation), np.mean(squared * squared)
