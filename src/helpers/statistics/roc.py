"""AUC and its interval, DeLong's tests, covariance of many AUCs.

Direction is explicit everywhere: a higher score means that the outcome (label 1) is more likely.
No curve is ever flipped, so an AUC below 0.5 is reported as what it is.
"""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, t

from helpers.statistics.auc_intervals import METHODS, auc_limits, interval_note
from helpers.statistics.binary import both_classes, check_confidence, finite_scores
from helpers.statistics.placements import mean_covariance, placement_counts
from helpers.statistics.roc_results import AucResult, DelongResult


def auc_ci(
    y_true: ArrayLike, score: ArrayLike, confidence: float = 0.95, method: str = "delong"
) -> AucResult:
    r"""Area under the ROC curve with a confidence interval.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
    score : array-like, shape = (n_patients,)
        higher = label 1 more likely; any unit
    confidence : float
        of the interval, between 0 and 1
    method : "delong", "logit" or "newcombe"
        Wald interval, clipped to [0, 1], which is what pROC prints; the same on the logit scale; or
        a score interval, which keeps a width at AUC = 1

    Returns
    -------
    AucResult
        with auc, low, high, variance, confidence, method, n_positive, n_negative, note

    Raises
    ------
    ValueError
        for labels other than 0 and 1, a single class, scores that are NaN or infinite, lengths
        that differ, an unknown method, or a confidence outside 0 to 1.

    Notes
    -----
    With m positive scores :math:`X_i` and n negative scores :math:`Y_j`,

    .. math::

        \hat\theta = \frac{1}{mn} \sum_{i,j} \left( [X_i > Y_j] + \tfrac12 [X_i = Y_j] \right),

    computed from sorted scores, as by midranks, in O(N log N). The placements
    :math:`V_{10}(X_i)`, the share of negatives below :math:`X_i`, and :math:`V_{01}(Y_j)`, the
    share of positives above :math:`Y_j`, ties counted half, have the sample variances
    :math:`S_{10}` and :math:`S_{01}`, and

    .. math:: \widehat{\operatorname{var}}(\hat\theta) = S_{10} / m + S_{01} / n .

    "delong" is :math:`\hat\theta \pm z \sqrt{\widehat{\operatorname{var}}}`; "logit" transforms
    back :math:`\operatorname{logit} \hat\theta \pm z \sqrt{\widehat{\operatorname{var}}} /
    (\hat\theta (1 - \hat\theta))`; "newcombe" holds every :math:`\theta` with
    :math:`|\hat\theta - \theta| \le z \sqrt{V(\theta)}`, where with :math:`h = (m + n) / 2 - 1`

    .. math::

        V(\theta) = \frac{\theta (1 - \theta)}{mn}
        \left[ 1 + h \frac{1 - \theta}{2 - \theta} + h \frac{\theta}{1 + \theta} \right] .

    At AUC = 0 or 1 DeLong's variance is 0 and its interval has no width; `note` says so.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845 (variance).
    Sun X, Xu W. IEEE Signal Process Lett 2014;21:1389-1393 (midranks).
    Pepe MS. The statistical evaluation of medical tests. Oxford 2003 (logit).
    Newcombe RG. Stat Med 2006;25:559-573, method 5 (score interval).

    Examples
    --------
    >>> result = auc_ci([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.4, 0.9])
    >>> print(result)
    AUC 0.944 (95% CI 0.790 to 1.000; DeLong, clipped to [0, 1]); 3 positive, 3 negative
    """
    check_confidence(confidence)
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; expected {', '.join(map(repr, METHODS))}")
    positive = both_classes(y_true)
    m, n = int(positive.sum()), int((~positive).sum())
    aucs, covariance = delong_covariance(positive, finite_scores(score, m + n)[None])
    auc, variance = float(aucs[0]), float(covariance[0, 0])
    z = norm.ppf((1 + confidence) / 2)
    low, high = auc_limits(auc, variance, (m, n), z, method)
    note = interval_note(auc, variance, method)
    return AucResult(auc, low, high, variance, confidence, METHODS[method], m, n, note)


def delong_covariance(y_true: ArrayLike, scores: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    r"""AUCs of several models on the same patients and their covariance.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
    scores : array-like, shape = (n_models, n_patients)
        higher = label 1 more likely

    Returns
    -------
    aucs : array, shape = (n_models,)
    covariance : array, shape = (n_models, n_models)
        NaN when a class has a single patient

    Raises
    ------
    ValueError
        for labels other than 0 and 1, a single class, scores that are NaN or infinite, or another
        shape.

    Notes
    -----
    :math:`S = S_{10} / m + S_{01} / n` with the sample covariance matrices of the placements of
    the m positive and the n negative patients. Any contrast :math:`c` of AUCs has the variance
    :math:`c^T S c`.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.

    Examples
    --------
    >>> aucs, covariance = delong_covariance([0, 0, 1, 1], [[1, 2, 3, 4], [1, 3, 2, 4]])
    >>> aucs.tolist(), covariance.round(4).tolist()
    ([1.0, 0.75], [[0.0, 0.0], [0.0, 0.125]])
    """
    positive = both_classes(y_true)
    m, n = int(positive.sum()), int((~positive).sum())
    above, below = placement_counts(positive, _score_rows(scores, len(positive)))
    aucs = above.sum(axis=1) / (2 * m * n)
    return aucs, mean_covariance(above) / (2 * n) ** 2 + mean_covariance(below) / (2 * m) ** 2


def delong_test(
    y_true: ArrayLike, score_a: ArrayLike, score_b: ArrayLike, confidence: float = 0.95
) -> DelongResult:
    r"""DeLong's test of two AUCs of the same patients.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
    score_a, score_b : array-like, shape = (n_patients,)
        higher = label 1 more likely
    confidence : float
        of the interval around the difference

    Returns
    -------
    DelongResult
        with z, p_value, auc_a, auc_b, and low, high of auc_a - auc_b

    Raises
    ------
    ValueError
        for labels other than 0 and 1, a single class, scores that are NaN or infinite, lengths
        that differ, or a confidence outside 0 to 1.

    Notes
    -----
    :math:`z = (\hat\theta_a - \hat\theta_b) / \sqrt{S_{aa} + S_{bb} - 2 S_{ab}}`, against the
    normal distribution. When both scores order every pair of a positive and a negative alike the
    difference and its variance are zero: z = 0 and P = 1. A difference whose variance is zero gets
    an infinite z and P = 0; `note` says so.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.

    Examples
    --------
    >>> print(delong_test([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], [1, 4, 3, 2, 5, 6]))
    AUC 1.000 - 0.778 = +0.222 (95% CI -0.265 to +0.709); z = 0.894, P = 0.371 (DeLong, paired)
    """
    check_confidence(confidence)
    positive = both_classes(y_true)
    m, n = int(positive.sum()), int((~positive).sum())
    rows = [
        finite_scores(score_a, m + n, "score_a"),
        finite_scores(score_b, m + n, "score_b"),
    ]
    above, below = placement_counts(positive, np.vstack(rows))
    auc_a, auc_b = above.sum(axis=1) / (2 * m * n)
    # Differences of whole numbers: alike is exactly zero, whatever the rounding of the AUCs.
    differences = [side[:1] - side[1:] for side in (above, below)]
    difference = float(differences[0].sum()) / (2 * m * n)
    if not any(side.any() for side in differences):
        variance = 0.0
    else:
        variance = float(
            mean_covariance(differences[0])[0, 0] / (2 * n) ** 2
            + mean_covariance(differences[1])[0, 0] / (2 * m) ** 2
        )
    return _compare(difference, variance, auc_a, auc_b, confidence, "DeLong, paired", inf)


def unpaired_test(
    y_a: ArrayLike,
    score_a: ArrayLike,
    y_b: ArrayLike,
    score_b: ArrayLike,
    confidence: float = 0.95,
) -> DelongResult:
    r"""DeLong's test of two AUCs of different patients, such as two cohorts.

    Parameters
    ----------
    y_a, score_a : array-like, shape = (n_a,)
        labels 0/1 and scores of the first cohort, higher = label 1 more likely
    y_b, score_b : array-like, shape = (n_b,)
        of the second cohort
    confidence : float
        of the interval around the difference

    Returns
    -------
    DelongResult
        z is the statistic that R's `roc.test` calls D, df its degrees of freedom

    Raises
    ------
    ValueError
        as `delong_test`, for either cohort.

    Notes
    -----
    :math:`D = (\hat\theta_a - \hat\theta_b) / \sqrt{v_a + v_b}` with DeLong's variances, against
    the t distribution with Welch-Satterthwaite degrees of freedom

    .. math:: \frac{(v_a + v_b)^2}{v_a^2 / (n_a - 1) + v_b^2 / (n_b - 1)} ,

    where :math:`n_a, n_b` count all patients of a cohort, as in pROC.

    References
    ----------
    Robin X, Turck N, Hainard A, et al. BMC Bioinformatics 2011;12:77 (pROC).

    Examples
    --------
    >>> y, score = [0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]
    >>> unpaired_test(y, score, y, score).p_value
    1.0
    """
    check_confidence(confidence)
    sizes, aucs, variances = [], [], []
    for label, score, name in ((y_a, score_a, "a"), (y_b, score_b, "b")):
        sizes.append(len(both_classes(label, f"y_{name}")))
        row = finite_scores(score, sizes[-1], f"score_{name}")
        auc, covariance = delong_covariance(label, row[None])
        aucs.append(float(auc[0]))
        variances.append(float(covariance[0, 0]))
    total = sum(variances)
    spread = sum(v**2 / (size - 1) for v, size in zip(variances, sizes, strict=True))
    df = total**2 / spread if spread else inf
    return _compare(aucs[0] - aucs[1], total, *aucs, confidence, "DeLong, unpaired", df)


def _score_rows(scores: ArrayLike, n_patients: int) -> np.ndarray:
    rows = np.asarray(scores, dtype=float)
    if rows.ndim != 2 or len(rows) == 0:
        raise ValueError(f"scores has shape {rows.shape}; expected (n_models, {n_patients})")
    for place, row in enumerate(rows):
        finite_scores(row, n_patients, "score" if len(rows) == 1 else f"scores[{place}]")
    return rows


def _compare(difference, variance, auc_a, auc_b, confidence, method, df) -> DelongResult:
    note = ""
    if np.isnan(variance):
        z, p, note = (
            nan,
            nan,
            "One class holds a single patient, so there is no variance to test by",
        )
    elif variance == 0 and difference == 0:
        z, p = 0.0, 1.0
        note = "Difference and variance are both zero: nothing tells the two apart"
    elif variance == 0:
        z, p = float(np.copysign(inf, difference)), 0.0
        note = "The variance is 0, so z is infinite; the sample is too small to rely on it"
    else:
        z = difference / sqrt(variance)
        p = float(2 * t.sf(abs(z), df))
    reach = float(t.ppf((1 + confidence) / 2, df)) * sqrt(variance)
    low, high = np.clip([difference - reach, difference + reach], -1, 1)
    return DelongResult(
        z, p, float(auc_a), float(auc_b), float(low), float(high), confidence, method, df, note
    )
