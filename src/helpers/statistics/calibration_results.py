"""What calibration and net benefit return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Calibration:
    """How predicted risks agree with what happened.

    Attributes
    ----------
    intercept, intercept_low, intercept_high : float
        calibration in the large, on the logit scale; 0 is ideal, above 0: risks are too low
    slope, slope_low, slope_high : float
        1 is ideal, below 1 means that risks are too extreme
    brier : float
        mean squared difference of risk and outcome; 0 is ideal
    brier_scaled : float
        1 - brier / (brier of the prevalence); 1 is ideal, 0 no better than the prevalence
    mean_risk, prevalence : float
        predicted and observed share with the outcome
    confidence : float
        of the intervals
    note : str
        why an estimate is NaN; empty when none is
    """

    intercept: float
    intercept_low: float
    intercept_high: float
    slope: float
    slope_low: float
    slope_high: float
    brier: float
    brier_scaled: float
    mean_risk: float
    prevalence: float
    confidence: float
    note: str = ""

    def __str__(self) -> str:
        """One sentence, as a paper would print it."""
        return (
            f"calibration intercept {self.intercept:.3f} "
            f"({self.intercept_low:.3f} to {self.intercept_high:.3f}), "
            f"slope {self.slope:.3f} ({self.slope_low:.3f} to {self.slope_high:.3f}), "
            f"{self.confidence:.0%} CI; Brier score {self.brier:.3f}"
            + (f". {self.note}" if self.note else "")
        )


@dataclass(frozen=True)
class CalibrationBins:
    """Predicted risk and observed share in groups of patients, lowest risk first.

    Attributes
    ----------
    n, events : int array, shape = (n_groups,)
        patients and patients with the outcome
    risk : array, shape = (n_groups,)
        mean predicted risk
    observed, low, high : array, shape = (n_groups,)
        share with the outcome and its Wilson interval
    """

    n: np.ndarray
    events: np.ndarray
    risk: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class NetBenefit:
    """Net benefit per patient of three policies at each threshold probability.

    Attributes
    ----------
    threshold : array, shape = (n_thresholds,)
        threshold probabilities
    tp, fp : int array, shape = (n_thresholds,)
        patients with and without the outcome whose risk reaches the threshold
    model : array, shape = (n_thresholds,)
        treat those whose risk reaches the threshold
    treat_all : array, shape = (n_thresholds,)
        treat everybody; treating nobody has the net benefit 0
    """

    threshold: np.ndarray
    tp: np.ndarray
    fp: np.ndarray
    model: np.ndarray
    treat_all: np.ndarray
