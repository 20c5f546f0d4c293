"""Do predicted risks hold: calibration, Brier score, and net benefit of acting on them.

A risk is the probability of the outcome (label 1), between 0 and 1.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit
from scipy.stats import norm

from helpers.statistics.binary import binary_labels, both_classes, check_confidence, risks
from helpers.statistics.calibration_results import Calibration, CalibrationBins, NetBenefit
from helpers.statistics.proportion import proportion_interval

_STEPS = 100


def brier_score(y_true: ArrayLike, risk: ArrayLike) -> float:
    r"""Mean squared difference of risk and outcome, :math:`\frac1N \sum (p_i - y_i)^2`.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
        one class alone is allowed
    risk : array-like, shape = (n_patients,)
        probabilities, 0 to 1

    Returns
    -------
    float
        0 is ideal, 0.25 is a risk of one half for everybody

    Raises
    ------
    ValueError
        for labels other than 0 and 1, risks that are NaN or outside 0 to 1, or lengths that differ.

    References
    ----------
    Brier GW. Mon Weather Rev 1950;78:1-3.

    Examples
    --------
    >>> brier_score([0, 1], [0.5, 1.0])
    0.125
    """
    outcome = binary_labels(y_true)
    return float(((risks(risk, len(outcome)) - outcome) ** 2).mean())


def calibration(y_true: ArrayLike, risk: ArrayLike, confidence: float = 0.95) -> Calibration:
    r"""Calibration intercept and slope with Wald intervals, and Brier score.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
    risk : array-like, shape = (n_patients,)
        probabilities, 0 to 1
    confidence : float
        of the intervals

    Returns
    -------
    Calibration
        intercept and slope are NaN when a risk is exactly 0 or 1; the slope also when all risks are
        equal or separate the classes perfectly; `note` says which

    Raises
    ------
    ValueError
        for labels other than 0 and 1, a single class, risks that are NaN or outside 0 to 1,
        lengths that differ, or a confidence outside 0 to 1.

    Notes
    -----
    Slope: b in :math:`\operatorname{logit} P(y = 1) = a + b \operatorname{logit} p`. Intercept: a
    in the same model with b = 1. Both by maximum likelihood.

    References
    ----------
    Cox DR. Biometrika 1958;45:562-565.
    Van Calster B, McLernon DJ, van Smeden M, et al. BMC Med 2019;17:230.

    Examples
    --------
    >>> y, risk = [0, 0, 0, 1, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.3, 0.6, 0.6, 0.8, 0.9]
    >>> round(calibration(y, risk).slope, 2)
    1.42
    """
    check_confidence(confidence)
    outcome = both_classes(y_true)
    risk = risks(risk, len(outcome))
    prevalence, brier = float(outcome.mean()), brier_score(outcome, risk)
    certain = int(((risk == 0) | (risk == 1)).sum())
    z = norm.ppf((1 + confidence) / 2)
    intercept = slope = (nan, nan, nan)
    note = f"{certain} risks are exactly 0 or 1, whose logit is infinite" if certain else ""
    if not certain:
        odds = logit(risk)
        intercept = _interval(*_fit(np.ones((len(risk), 1)), outcome, odds), z)
        note = _no_slope(outcome, risk)
        if not note:
            slope = _interval(*_fit(np.column_stack([odds, np.ones_like(odds)]), outcome, 0.0), z)
    return Calibration(
        *intercept,
        *slope,
        brier,
        1 - brier / (prevalence * (1 - prevalence)),
        float(risk.mean()),
        prevalence,
        confidence,
        note,
    )


def calibration_bins(
    y_true: ArrayLike, risk: ArrayLike, n_bins: int = 10, confidence: float = 0.95
) -> CalibrationBins:
    """Predicted risk against observed share in groups of about equal size.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
        one class alone is allowed
    risk : array-like, shape = (n_patients,)
        probabilities, 0 to 1
    n_bins : int
        number of groups; fewer come back when equal risks, which stay together, fill several
    confidence : float
        of the intervals

    Returns
    -------
    CalibrationBins
        one entry per group, lowest risk first

    Raises
    ------
    ValueError
        for labels other than 0 and 1, risks that are NaN or outside 0 to 1, lengths that differ,
        or fewer than one group.

    Examples
    --------
    >>> bins = calibration_bins([0, 0, 1, 1], [0.1, 0.3, 0.5, 0.9], n_bins=2)
    >>> bins.risk.tolist(), bins.observed.tolist()
    ([0.2, 0.7], [0.0, 1.0])
    """
    check_confidence(confidence)
    if n_bins < 1:
        raise ValueError(f"n_bins is {n_bins}; expected at least 1 group")
    outcome = binary_labels(y_true)
    risk = risks(risk, len(outcome))
    edges = np.quantile(risk, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
    group = np.unique(np.searchsorted(edges, risk), return_inverse=True)[1]
    n, events = np.bincount(group), np.bincount(group, weights=outcome).astype(int)
    low, high = proportion_interval(events, n, confidence)
    return CalibrationBins(n, events, np.bincount(group, weights=risk) / n, events / n, low, high)


def net_benefit(y_true: ArrayLike, risk: ArrayLike, thresholds: ArrayLike) -> NetBenefit:
    r"""Net benefit of treating patients whose risk is at least a threshold probability.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
        one class alone is allowed
    risk : array-like, shape = (n_patients,)
        probabilities, 0 to 1
    thresholds : array-like, shape = (n_thresholds,)
        threshold probabilities, from 0 to below 1

    Returns
    -------
    NetBenefit
        per patient

    Raises
    ------
    ValueError
        for labels other than 0 and 1, risks that are NaN or outside 0 to 1, lengths that differ,
        or thresholds outside [0, 1).

    Notes
    -----
    :math:`TP / N - FP / N \cdot t / (1 - t)` at the threshold t: a patient treated in vain costs
    :math:`t / (1 - t)` of what a patient treated rightly gains.

    References
    ----------
    Vickers AJ, Elkin EB. Med Decis Making 2006;26:565-574.

    Examples
    --------
    >>> found = net_benefit([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], [0.2, 0.5])
    >>> found.model.tolist(), found.treat_all.tolist()
    ([0.4375, 0.0], [0.375, 0.0])
    """
    outcome = binary_labels(y_true)
    risk = risks(risk, len(outcome))
    threshold = np.atleast_1d(np.asarray(thresholds, dtype=float))
    if threshold.ndim != 1 or not ((threshold >= 0) & (threshold < 1)).all():
        raise ValueError("thresholds must be one list of probabilities from 0 to below 1")
    tp, fp = (
        len(part) - np.searchsorted(np.sort(part), threshold)
        for part in (risk[outcome], risk[~outcome])
    )
    n, events = len(outcome), int(outcome.sum())
    weight = threshold / (1 - threshold)
    return NetBenefit(
        threshold, tp, fp, tp / n - fp / n * weight, events / n - (n - events) / n * weight
    )


def _no_slope(outcome: np.ndarray, risk: np.ndarray) -> str:
    """Why the calibration slope has no finite estimate, empty when it has one."""
    cases, controls = risk[outcome], risk[~outcome]
    if risk.min() == risk.max():
        return "All risks are equal, so there is no slope"
    if cases.min() >= controls.max() or cases.max() <= controls.min():
        return "The risks separate the classes perfectly, so the slope is infinite"
    return ""


def _fit(design: np.ndarray, outcome: np.ndarray, offset) -> tuple[float, float]:
    """First coefficient of a logistic regression and its standard error, by Newton's method.

    Steps that lower the likelihood are halved, so that extreme risks do not make it diverge.
    """
    beta = np.zeros(design.shape[1])
    sign = np.where(outcome, 1.0, -1.0)

    def loss(beta):
        return np.logaddexp(0, -sign * (design @ beta + offset)).sum()

    for _ in range(_STEPS):
        p = expit(design @ beta + offset)
        information = design.T @ (design * (p * (1 - p))[:, None])
        step = np.linalg.solve(information, design.T @ (outcome - p))
        while loss(beta + step) > loss(beta) and np.abs(step).max() > 1e-12:
            step = step / 2
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    return float(beta[0]), sqrt(np.linalg.inv(information)[0, 0])


def _interval(estimate: float, error: float, z: float) -> tuple[float, float, float]:
    return estimate, estimate - z * error, estimate + z * error
