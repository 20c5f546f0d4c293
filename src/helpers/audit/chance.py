"""How often chance alone would give an AUC as high as a printed one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.audit.rounding import rounding_interval


@dataclass(frozen=True)
class Surprise:
    """How often a simulated AUC reaches a printed one.

    probability and its Monte Carlo standard_error, over `draws` samples
    """

    probability: float
    standard_error: float
    draws: int


def simulated_aucs(
    true_auc: float,
    positives: int,
    negatives: int,
    true_se: float = 0.0,
    draws: int = 20_000,
    seed: int = 0,
) -> np.ndarray:
    """AUCs of random samples from a population with a known AUC.

    Parameters
    ----------
    true_auc : AUC in the population, for example that of the training cohort
    positives, negatives : group sizes of a sample
    true_se : uncertainty of `true_auc`; each draw then has its own true AUC, normally distributed
    draws : number of samples
    seed : of the random numbers

    Returns
    -------
    array, shape = (draws,)

    Notes
    -----
    Model: scores of both classes are normal with equal SD, √2 Φ⁻¹(AUC) apart, and patients are
    independent.
    """
    rng = np.random.default_rng(seed)
    true = np.clip(rng.normal(true_auc, true_se, draws), 0.5, 1 - 1e-9)
    gaps = np.sqrt(2) * stats.norm.ppf(true)
    aucs = np.empty(draws)
    for start in range(0, draws, 1000):  # a thousand samples at a time keep the memory small
        part = gaps[start : start + 1000, None]
        scores = rng.standard_normal((len(part), positives + negatives))
        scores[:, :positives] += part
        ranks = scores.argsort(axis=1).argsort(axis=1)[:, :positives].sum(axis=1)
        wins = ranks - positives * (positives - 1) / 2
        aucs[start : start + 1000] = wins / (positives * negatives)
    return aucs


def probability_of_auc(at_least: str, aucs: np.ndarray) -> Surprise:
    """Share of simulated AUCs that are at least as high as a printed one.

    Parameters
    ----------
    at_least : printed AUC; its rounding interval's lower end counts
    aucs : from `simulated_aucs`

    Returns
    -------
    Surprise

    Notes
    -----
    It takes both cohorts for samples of one population, and the training AUC for unbiased; an
    apparent AUC is optimistic, so the true probability would be smaller.

    Examples
    --------
    >>> probability_of_auc("0.5", simulated_aucs(0.9, 5, 5, draws=200)).probability > 0.9
    True
    """
    share = float((aucs >= float(rounding_interval(at_least).low)).mean())
    return Surprise(share, float(np.sqrt(share * (1 - share) / len(aucs))), len(aucs))
