"""Checks that every statistic of a binary outcome makes before it computes anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def binary_labels(labels: ArrayLike, name: str = "y_true") -> np.ndarray:
    """Labels as booleans, True where the label is 1.

    Parameters
    ----------
    labels : 0/1, array-like, shape = (n_patients,)
    name : what the caller calls them, for the error message

    Raises
    ------
    ValueError
        when there are none, more than one dimension, or anything but 0 and 1.
    """
    found = np.asarray(labels)
    if found.ndim != 1 or found.size == 0:
        raise ValueError(f"{name} has shape {found.shape}; expected (n_patients,), not empty")
    if found.dtype == bool:
        return found
    try:
        numbers = found.astype(float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} holds values that are not numbers; expected 0 and 1") from error
    bad = ~np.isin(numbers, (0, 1))
    if bad.any():
        examples = ", ".join(f"{value:g}" for value in np.unique(numbers[bad])[:3])
        raise ValueError(
            f"{name} holds {bad.sum()} values other than 0 and 1 (such as {examples}); "
            "expected 1 for the patients with the outcome and 0 for the others"
        )
    return numbers == 1


def both_classes(labels: ArrayLike, name: str = "y_true") -> np.ndarray:
    """`binary_labels` that hold both classes.

    Raises
    ------
    ValueError
        as `binary_labels`, or when only one class is there.
    """
    positive = binary_labels(labels, name)
    if positive.all() or not positive.any():
        raise ValueError(
            f"{name} holds {positive.sum()} ones and {(~positive).sum()} zeros; "
            "expected both classes"
        )
    return positive


def finite_scores(score: ArrayLike, n_patients: int, name: str = "score") -> np.ndarray:
    """Scores as floats, one a patient.

    Raises
    ------
    ValueError
        when their number differs from `n_patients`, or one is NaN or infinite.
    """
    found = np.asarray(score, dtype=float)
    if found.shape != (n_patients,):
        raise ValueError(
            f"{name} has shape {found.shape}; expected ({n_patients},), one value for each label"
        )
    bad = ~np.isfinite(found)
    if bad.any():
        raise ValueError(
            f"{name} holds {np.isnan(found).sum()} NaN and {np.isinf(found).sum()} infinite "
            f"values, the first at position {np.flatnonzero(bad)[0]}; expected finite numbers"
        )
    return found


def risks(risk: ArrayLike, n_patients: int, name: str = "risk") -> np.ndarray:
    """`finite_scores` that are probabilities.

    Raises
    ------
    ValueError
        as `finite_scores`, or when one lies outside 0 to 1.
    """
    found = finite_scores(risk, n_patients, name)
    if found.min() < 0 or found.max() > 1:
        raise ValueError(
            f"{name} runs from {found.min():g} to {found.max():g}; "
            "expected probabilities between 0 and 1"
        )
    return found


def check_confidence(confidence: float) -> None:
    """Refuse a confidence level that is not between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
