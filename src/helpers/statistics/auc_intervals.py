"""Confidence limits of an AUC, by the methods that `helpers.statistics.roc.auc_ci` explains."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

METHODS = {
    "delong": "DeLong, clipped to [0, 1]",
    "logit": "DeLong on the logit scale",
    "newcombe": "Newcombe's score interval",
}


def auc_limits(
    auc: float, variance: float, sizes: tuple[int, int], z: float, method: str
) -> tuple[float, float]:
    """Lower and upper limit of an AUC.

    Parameters
    ----------
    auc, variance : float
        the estimate and DeLong's variance of it
    sizes : tuple of int
        patients with and without the outcome
    z : float
        normal quantile that belongs to the confidence
    method : "delong", "logit" or "newcombe"

    Returns
    -------
    low, high : float
        NaN where the method has no interval
    """
    if method == "newcombe":
        return _newcombe(auc, sizes, z), 1 - _newcombe(1 - auc, sizes, z)
    reach = z * sqrt(variance)
    if method == "delong":
        low, high = np.clip([auc - reach, auc + reach], 0, 1)
    elif auc in (0, 1):
        low = high = nan
    else:
        low, high = expit(logit(auc) + reach / (auc * (1 - auc)) * np.array([-1, 1]))
    return float(low), float(high)


def interval_note(auc: float, variance: float, method: str) -> str:
    """What a reader must know before using the interval, empty when nothing is unusual."""
    if np.isnan(variance):
        return "One class holds a single patient, so DeLong's variance cannot be estimated"
    if variance > 0 or method == "newcombe":
        return ""
    kind = "The classes are perfectly separated" if auc in (0, 1) else "The score never varies"
    return f"{kind}: DeLong's variance is 0, which is not certainty; use method='newcombe'"


def _newcombe(auc: float, sizes: tuple[int, int], z: float) -> float:
    """Lower limit of Newcombe's score interval; the upper one is its mirror image."""
    half = sum(sizes) / 2 - 1

    def excess(theta: float) -> float:
        shape = 1 + half * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return (auc - theta) ** 2 - z**2 * theta * (1 - theta) * shape / (sizes[0] * sizes[1])

    # At auc = 1 the function also vanishes at 1, which is not the limit that is sought.
    return brentq(excess, 0, min(auc, 1 - 1e-9), xtol=1e-14) if auc > 0 else 0.0
