"""Placements: how many patients of the other class lie below or above each patient.

Kept as whole numbers, so that a variance that is zero is exactly zero.
"""

from __future__ import annotations

from math import nan

import numpy as np
from scipy.stats import rankdata


def placement_counts(positive: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Twice the negatives below each positive and the positives above each negative, as integers.

    A midrank among all minus a midrank in its own class counts the other class below, ties half.
    """
    ranks = rankdata(rows, axis=1)
    cases, controls = rows[:, positive], rows[:, ~positive]
    above = 2 * (ranks[:, positive] - rankdata(cases, axis=1))
    below = 2 * (ranks[:, ~positive] - rankdata(controls, axis=1))
    return above.astype(np.int64), 2 * cases.shape[1] - below.astype(np.int64)


def mean_covariance(counts: np.ndarray) -> np.ndarray:
    """Covariance matrix of the mean count of each row; exactly 0 for a row without spread."""
    size = counts.shape[1]
    if size < 2:
        return np.full((len(counts), len(counts)), nan)
    deviations = (size * counts - counts.sum(axis=1, keepdims=True)) / size
    return deviations @ deviations.T / (size - 1) / size
