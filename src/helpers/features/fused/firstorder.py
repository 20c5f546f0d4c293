"""First-order features."""

from __future__ import annotations

import numpy as np

_EPS = np.spacing(1)


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
    ordered = np.sort(values)
    p10, p25, p50, p75, p90 = (percentile(ordered, q) for q in (10, 25, 50, 75, 90))
    energy = np.sum(values**2)
    mean = np.mean(values)
    deviation = values - mean
    m2, m3, m4 = _moments(deviation, mean)
    inner = ordered[np.searchsorted(ordered, p10) : np.searchsorted(ordered, p90, side="right")]
    return {
        "10Percentile": p10,
        "90Percentile": p90,
        "Energy": energy,
        "Entropy": -np.sum(p * np.log2(p + _EPS)),
        "InterquartileRange": p75 - p25,
        "Kurtosis": m4 / m2**2 if m2 != 0 else m4,
        "Maximum": ordered[-1],
        "MeanAbsoluteDeviation": np.mean(np.abs(deviation)),
        "Mean": mean,
        "Median": p50,
        "Minimum": ordered[0],
        "Range": ordered[-1] - ordered[0],
        "RobustMeanAbsoluteDeviation": np.mean(np.abs(inner - np.mean(inner))),
        "RootMeanSquared": np.sqrt(energy / values.size),
        "Skewness": m3 / m2**1.5 if m2 != 0 else m3,
        "TotalEnergy": energy * voxel_mm3,
        "Uniformity": np.sum(p**2),
        "Variance": m2,
    }


def percentile(ordered: np.ndarray, q: float) -> float:
    """Percentile by linear interpolation, as numpy's default.

    Parameters
    ----------
    ordered : ascending values
    q : 0 to 100

    Examples
    --------
    >>> float(percentile(np.array([0.0, 10.0, 20.0]), 25))
    5.0
    """
    at = (ordered.size - 1) * (q / 100)
    below = int(at)
    above = min(below + 1, ordered.size - 1)
    weight = at - below
    step = ordered[above] - ordered[below]
    if weight >= 0.5:
        return ordered[above] - step * (1 - weight)
    return ordered[below] + step * weight


def _moments(deviation: np.ndarray, mean: float) -> tuple[float, float, float]:
    squared = deviation * deviation
    m2 = np.mean(squared)
    if m2 <= 1e-20 * mean * mean:  # rounding errors: powers as numpy makes them
        return m2, np.mean(np.power(deviation, 3)), np.mean(np.power(deviation, 4))
    return m2, np.mean(squared * deviation), np.mean(squared * squared)
