"""Exact permutation test of two AUCs of the same patients, for small samples and AUCs near 1.

Direction is explicit: a higher score means that the outcome (label 1) is more likely.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, rankdata

from helpers.statistics.binary import both_classes, finite_scores
from helpers.statistics.placements import half_counts, placement_counts
from helpers.statistics.roc_results import DelongResult

MOST_STEPS = 200_000_000


def permutation_test(y_true: ArrayLike, score_a: ArrayLike, score_b: ArrayLike) -> DelongResult:
    r"""Exchange the two scores of a patient at random: is the difference of AUCs extreme?

    Unlike DeLong's test it keeps its size in small samples and at AUCs near 1. It tests whether
    the scores are exchangeable within patients, which is more than equal AUCs, and detects mainly
    differences of AUC.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
    score_a, score_b : array-like, shape = (n_patients,)
        higher = label 1 more likely; each is replaced by its midranks, so units need not agree

    Returns
    -------
    DelongResult
        z is the difference over its standard deviation under permutation, p_value the share of all
        :math:`2^N` exchanges with a difference at least as large; low and high are NaN, since the
        test gives no interval

    Raises
    ------
    ValueError
        for labels other than 0 and 1, a single class, scores that are NaN or infinite, or lengths
        that differ.

    Notes
    -----
    The difference under exchanges :math:`w_k = \pm 1` of patient k is linear in them,
    :math:`\sum_k w_k c_k / (4mn)`. For a positive patient, :math:`c_k` is twice the number of
    negative values of both scores below the patient's score a, less the same for score b; for a
    negative patient, twice the number of positive values above a less those above b; ties count
    half. The :math:`c_k` are integers, so the distribution is computed exactly, one patient after
    another. For large cohorts (over 200 million steps) the normal approximation with the exact
    variance :math:`\sum_k c_k^2 / (4mn)^2` takes its place, and `method` says so.

    References
    ----------
    Bandos AI, Rockette HE, Gur D. Stat Med 2005;24:2873-2893.

    Examples
    --------
    >>> y = [0, 0, 0, 0, 1, 1, 1, 1]
    >>> permutation_test(y, [1, 2, 3, 4, 5, 6, 7, 8], [6, 2, 7, 4, 5, 3, 1, 8]).p_value
    0.125
    """
    positive = both_classes(y_true)
    a = rankdata(finite_scores(score_a, len(positive), "score_a"))
    b = rankdata(finite_scores(score_b, len(positive), "score_b"))
    pairs = 2 * int(positive.sum()) * int((~positive).sum())
    above, _ = placement_counts(positive, np.vstack([a, b]))
    auc_a, auc_b = above.sum(axis=1) / pairs
    ordered = [np.sort(np.concatenate([a[side], b[side]])) for side in (~positive, positive)]
    exchange = np.concatenate(
        [
            half_counts(ordered[0], a[positive]) - half_counts(ordered[0], b[positive]),
            half_counts(ordered[1], b[~positive]) - half_counts(ordered[1], a[~positive]),
        ]
    )
    total, sizes = int(exchange.sum()), np.abs(exchange[exchange != 0])
    deviation = sqrt((sizes.astype(float) ** 2).sum())
    z = total / deviation if deviation else 0.0
    if len(sizes) * int(sizes.sum()) > MOST_STEPS:
        p_value, method = float(2 * norm.sf(abs(z))), "permutation, normal approximation"
    else:
        p_value, method = _exact(sizes, abs(total)), "exact permutation"
    return DelongResult(z, p_value, float(auc_a), float(auc_b), nan, nan, nan, method)


def _exact(sizes: np.ndarray, observed: int) -> float:
    """P(|sum of sizes with random signs| >= observed), sizes being positive integers."""
    whole = int(sizes.sum())
    # share[s]: probability that the patients with sign + add up to s; the sum is 2 s - whole.
    share = np.zeros(whole + 1)
    share[0], reached = 1.0, 0
    for size in sizes.tolist():
        moved = share[: reached + 1] / 2
        share[: reached + 1] = moved
        share[size : size + reached + 1] += moved
        reached += size
    sums = 2 * np.arange(whole + 1) - whole
    return float(min(1.0, share[np.abs(sums) >= observed].sum()))
