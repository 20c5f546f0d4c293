"""Bootstrap of AUCs: patients are drawn with replacement inside each class.

Direction is explicit: a higher score means that the outcome (label 1) is more likely.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from helpers.statistics.binary import both_classes, check_confidence, finite_scores
from helpers.statistics.roc_results import AucResult, DelongResult

_CELLS_AT_ONCE = 4_000_000


def bootstrap_auc(
    y_true: ArrayLike,
    score: ArrayLike,
    n_boot: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
) -> AucResult:
    r"""Area under the ROC curve with a stratified bootstrap percentile interval.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
    score : array-like, shape = (n_patients,)
        higher = label 1 more likely
    n_boot : int
        number of bootstrap samples
    seed : int
        the same seed gives the same interval
    confidence : float
        of the interval

    Returns
    -------
    AucResult
        variance is that of the bootstrapped AUCs

    Raises
    ------
    ValueError
        as `helpers.statistics.roc.auc_ci`, or when `n_boot` is below 2.

    Notes
    -----
    Every sample holds as many positive and negative patients as the data, each drawn with
    replacement from its class. The interval reaches from the :math:`\alpha / 2` to the
    :math:`1 - \alpha / 2` quantile of the resulting AUCs. Separated classes stay separated in
    every sample, so at AUC = 1 this interval has no width either.

    References
    ----------
    Efron B, Tibshirani RJ. An introduction to the bootstrap. Chapman & Hall 1993.
    Robin X, Turck N, Hainard A, et al. BMC Bioinformatics 2011;12:77 (pROC).

    Examples
    --------
    >>> y, score = [0, 0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 5, 4, 6, 7, 8]
    >>> bootstrap_auc(y, score, seed=1).auc
    0.9375
    """
    positive, rows = _checked(y_true, {"score": score}, n_boot, confidence)
    auc = float(_aucs(positive, rows, *_every_patient_once(positive))[0, 0])
    drawn = bootstrapped_aucs(positive, rows, n_boot, seed)[:, 0]
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    variance = float(drawn.var(ddof=1))
    separated = variance == 0 and auc in (0, 1)
    return AucResult(
        auc,
        float(low),
        float(high),
        variance,
        confidence,
        f"stratified bootstrap, {n_boot} samples, percentile",
        int(positive.sum()),
        int((~positive).sum()),
        "The classes are perfectly separated in every sample, which is not certainty"
        if separated
        else "",
    )


def bootstrap_test(
    y_true: ArrayLike,
    score_a: ArrayLike,
    score_b: ArrayLike,
    n_boot: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
) -> DelongResult:
    r"""Stratified bootstrap test of two AUCs of the same patients.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
    score_a, score_b : array-like, shape = (n_patients,)
        higher = label 1 more likely
    n_boot, seed : int
        as for `bootstrap_auc`
    confidence : float
        as for `bootstrap_auc`

    Returns
    -------
    DelongResult
        low and high are percentiles of the bootstrapped differences

    Raises
    ------
    ValueError
        as `helpers.statistics.roc.delong_test`, or when `n_boot` is below 2.

    Notes
    -----
    :math:`z = (\hat\theta_a - \hat\theta_b) / s`, where s is the standard deviation of the
    difference over the samples, against the normal distribution. Both scores of a patient are
    drawn together, so the pairing is kept.

    References
    ----------
    Robin X, Turck N, Hainard A, et al. BMC Bioinformatics 2011;12:77 (pROC).

    Examples
    --------
    >>> y, score = [0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]
    >>> bootstrap_test(y, score, score).p_value
    1.0
    """
    positive, rows = _checked(y_true, {"score_a": score_a, "score_b": score_b}, n_boot, confidence)
    auc_a, auc_b = _aucs(positive, rows, *_every_patient_once(positive))[0].tolist()
    drawn = bootstrapped_aucs(positive, rows, n_boot, seed) @ [1, -1]
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2]).tolist()
    deviation, difference, note = sqrt(drawn.var(ddof=1)), auc_a - auc_b, ""
    if deviation > 0:
        z = difference / deviation
    else:
        z = 0.0 if difference == 0 else float(np.copysign(np.inf, difference))
        note = "The difference is the same in every sample"
    p_value = float(2 * norm.sf(abs(z)))
    method = f"stratified bootstrap, {n_boot} samples, paired"
    return DelongResult(z, p_value, auc_a, auc_b, low, high, confidence, method, note=note)


def bootstrapped_aucs(positive: np.ndarray, rows: np.ndarray, n_boot: int, seed: int) -> np.ndarray:
    """AUC of each model in each stratified bootstrap sample.

    Parameters
    ----------
    positive : bool, shape = (n_patients,)
    rows : scores, shape = (n_models, n_patients)

    Returns
    -------
    array, shape = (n_boot, n_models)
    """
    rng = np.random.default_rng(seed)
    m, n = int(positive.sum()), int((~positive).sum())
    step = max(1, _CELLS_AT_ONCE // (m + n))
    parts = []
    for start in range(0, n_boot, step):
        count = min(step, n_boot - start)
        cases = rng.multinomial(m, np.full(m, 1 / m), size=count)
        controls = rng.multinomial(n, np.full(n, 1 / n), size=count)
        parts.append(_aucs(positive, rows, cases, controls))
    return np.concatenate(parts)


def _aucs(positive, rows, cases, controls) -> np.ndarray:
    """AUCs when patients count as often as drawn: `cases` (draws, m), `controls` (draws, n)."""
    found = np.empty((len(cases), len(rows)))
    for column, row in enumerate(rows):
        order = np.argsort(row[~positive])
        ordered = row[~positive][order]
        # How many drawn negatives lie below each rank; a tie counts half of both ends.
        below = np.zeros((len(controls), len(ordered) + 1), dtype=np.int64)
        np.cumsum(controls[:, order], axis=1, out=below[:, 1:])
        left, right = (np.searchsorted(ordered, row[positive], side) for side in ("left", "right"))
        twice = np.einsum("ij,ij->i", cases, below[:, left] + below[:, right])
        found[:, column] = twice / (2 * cases.shape[1] * controls.shape[1])
    return found


def _every_patient_once(positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.ones((1, positive.sum()), np.int64), np.ones((1, (~positive).sum()), np.int64)


def _checked(y_true, scores: dict, n_boot: int, confidence: float):
    check_confidence(confidence)
    if n_boot < 2:
        raise ValueError(f"n_boot is {n_boot}; expected at least 2 bootstrap samples")
    positive = both_classes(y_true)
    rows = [finite_scores(score, len(positive), name) for name, score in scores.items()]
    return positive, np.vstack(rows)
