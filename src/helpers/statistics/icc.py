"""Intraclass correlation: how much of a measurement's variance lies between subjects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

FORMS = ("1", "A,1", "C,1", "1,k", "A,k", "C,k")
# A feature that varies by less than this share of its size varies by rounding only.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class ICC:
    """Intraclass correlations and their confidence limits.

    Attributes
    ----------
    value, low, high : float or array, shape = (n_features,)
        NaN where there is nothing to compare
    n_subjects : int or array, shape = (n_features,)
        subjects with all reads
    n_raters : int
        reads per subject
    form, confidence : str and float
        as asked for
    """

    value: float | np.ndarray
    low: float | np.ndarray
    high: float | np.ndarray
    n_subjects: int | np.ndarray
    n_raters: int
    form: str
    confidence: float


@dataclass(frozen=True)
class _Variance:
    """Mean squares of the two-way layout, each of shape = (n_features,).

    subjects, raters, residual : between subjects, between raters, what is left
    within : within subjects, raters and residual together
    n, k : number of subjects (per feature) and of raters
    """

    subjects: np.ndarray
    raters: np.ndarray
    residual: np.ndarray
    within: np.ndarray
    n: np.ndarray
    k: int


def icc(ratings: ArrayLike, form: str = "A,1", confidence: float = 0.95) -> ICC:
    r"""Intraclass correlation of one or many features, with limits from the F distribution.

    Parameters
    ----------
    ratings : array-like, shape = (n_subjects, n_raters) or (n_subjects, n_raters, n_features)
        NaN is a missing read: that subject is left out for that feature, and `n_subjects` tells
    form : one of "1", "A,1", "C,1" (a single read) and "1,k", "A,k", "C,k" (the mean of the reads)
    confidence : level of the two-sided interval, between 0 and 1

    Returns
    -------
    ICC with fields value, low, high, n_subjects, n_raters

    Raises
    ------
    ValueError
        for another shape or form, fewer than two raters or subjects, infinite values, or a
        confidence outside 0 to 1.

    Notes
    -----
    With the mean squares between subjects MSR, between raters MSC, residual MSE and within
    subjects MSW, for n subjects and k raters:

    .. math::

        ICC(1) &= \frac{MSR - MSW}{MSR + (k-1) MSW}

        ICC(A,1) &= \frac{MSR - MSE}{MSR + (k-1) MSE + \frac{k}{n} (MSC - MSE)}

        ICC(C,1) &= \frac{MSR - MSE}{MSR + (k-1) MSE}

    The averages follow by the Spearman-Brown formula, :math:`k\rho / (1 + (k-1)\rho)`, and so do
    their limits. "1" does not know which rater read what; "A" counts a systematic difference
    between raters as disagreement, "C" does not. In the notation of Shrout and Fleiss they are
    ICC(1,1), ICC(2,1), ICC(3,1), and ICC(1,k), ICC(2,k), ICC(3,k).

    A negative value (subjects differ less than reads do) is returned as it is; averages of strongly
    negative ones have no meaning. A feature that is constant, within rounding, has no ICC: its
    value and limits are NaN, as they are with fewer than two complete subjects. The limits of "A"
    are approximate, with Satterthwaite's degrees of freedom; where few raters differ much they
    cover too seldom (about 90% instead of 95% for 30 subjects and three raters whose variance is a
    sixth of the total).

    References
    ----------
    McGraw KO, Wong SP. Forming inferences about some intraclass correlation coefficients. Psychol
    Methods 1996;1:30-46. Shrout PE, Fleiss JL. Psychol Bull 1979;86:420-428.

    Examples
    --------
    The six subjects and four judges of Shrout and Fleiss:

    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9],
    ...            [6, 2, 4, 7]]
    >>> found = icc(ratings, "A,1")
    >>> print(f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})")
    0.29 (0.02 to 0.76)
    """
    values, single_feature = _checked(ratings, form, confidence)
    variance, constant = _mean_squares(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, low, high = _SINGLE[form[0]](variance, confidence)
        if form.endswith("k"):
            estimate, low, high = (_averaged(rho, variance.k) for rho in (estimate, low, high))
    nothing = constant | (variance.n < 2)
    fields = [np.where(nothing, np.nan, part) for part in (estimate, low, high)]
    n_subjects = variance.n
    if single_feature:
        fields, n_subjects = [float(part[0]) for part in fields], int(n_subjects[0])
    return ICC(*fields, n_subjects, variance.k, form, confidence)


def _checked(ratings: ArrayLike, form: str, confidence: float) -> tuple[np.ndarray, bool]:
    """Ratings as (n_subjects, n_raters, n_features), and whether they were one feature."""
    values = np.asarray(ratings, dtype=float)
    if form not in FORMS:
        raise ValueError(f"form is {form!r}; expected one of {', '.join(map(repr, FORMS))}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a level between 0 and 1")
    if values.ndim not in (2, 3):
        raise ValueError(
            f"ratings have shape {values.shape}; expected (n_subjects, n_raters) or (n_subjects, "
            "n_raters, n_features)"
        )
    if values.shape[1] < 2:
        raise ValueError(f"ratings hold {values.shape[1]} raters; expected at least two")
    if values.shape[0] < 2:
        raise ValueError(f"ratings hold {values.shape[0]} subjects; expected at least two")
    infinite = np.argwhere(np.isinf(values))
    if len(infinite):
        raise ValueError(
            f"ratings hold {len(infinite)} infinite values, the first at subject, rater"
            f"{', feature' if values.ndim == 3 else ''} = {tuple(infinite[0].tolist())} counted "
            "from 0; expected finite numbers, or NaN for a missing read"
        )
    single_feature = values.ndim == 2
    return (values[:, :, None] if single_feature else values), single_feature


def _mean_squares(values: np.ndarray) -> tuple[_Variance, np.ndarray]:
    """Mean squares of each feature over its complete subjects, and which features are constant."""
    k = values.shape[1]
    # a sum is NaN exactly where one of its reads is
    complete = ~np.isnan(values.sum(axis=1))
    n = complete.sum(axis=0)
    if not complete.all():
        values = np.where(complete[:, None, :], values, np.nan)
        # incomplete subjects at the first complete value, so that they move no extreme
        first = np.take_along_axis(values[:, 0, :], complete.argmax(axis=0)[None, :], axis=0)
        values = np.where(complete[:, None, :], values, np.where(n, first, 0.0)[None])
    highest, lowest = values.max(axis=(0, 1)), values.min(axis=(0, 1))
    size = np.maximum(np.abs(highest), np.abs(lowest))
    constant = highest - lowest <= _ROUNDING * size

    weight = complete.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        subject = values.mean(axis=1)
        grand = (weight * subject).sum(axis=0) / n
        rater = (values * weight[:, None, :]).sum(axis=0) / n
        residual = values - subject[:, None, :] - (rater - grand)
        sum_subjects = k * (weight * (subject - grand) ** 2).sum(axis=0)
        sum_raters = n * ((rater - grand) ** 2).sum(axis=0)
        sum_residual = (weight[:, None, :] * residual**2).sum(axis=(0, 1))
        variance = _Variance(
            subjects=sum_subjects / (n - 1),
            raters=sum_raters / (k - 1),
            residual=sum_residual / ((n - 1) * (k - 1)),
            within=(sum_raters + sum_residual) / (n * (k - 1)),
            n=n,
            k=k,
        )
    return variance, constant


def _one_way(variance: _Variance, confidence: float):
    return _ratio_limits(
        variance.subjects, variance.within, variance, variance.n * (variance.k - 1), confidence
    )


def _consistency(variance: _Variance, confidence: float):
    return _ratio_limits(
        variance.subjects,
        variance.residual,
        variance,
        (variance.n - 1) * (variance.k - 1),
        confidence,
    )


def _ratio_limits(between, error, variance: _Variance, df_error, confidence: float):
    """Estimate and limits that follow from one F ratio."""
    upper = (1 + confidence) / 2
    k, df = variance.k, variance.n - 1

    def correlation(scaled_error):
        return (between - scaled_error) / (between + (k - 1) * scaled_error)

    low = correlation(error * _f_quantile(upper, df, df_error))
    high = correlation(error / _f_quantile(upper, df_error, df))
    return correlation(error), low, high


def _agreement(variance: _Variance, confidence: float):
    n, k = variance.n, variance.k
    between, raters, error = variance.subjects, variance.raters, variance.residual
    rho = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
    part_raters = k * rho * raters
    part_error = (n * (1 + (k - 1) * rho) - k * rho) * error
    df = (
        (k - 1)
        * (n - 1)
        * (part_raters + part_error) ** 2
        / ((n - 1) * part_raters**2 + part_error**2)
    )
    upper = (1 + confidence) / 2
    spread = k * raters + (k * n - k - n) * error
    for_low = _f_quantile(upper, n - 1, df)
    for_high = _f_quantile(upper, df, n - 1)
    low = n * (between - for_low * error) / (for_low * spread + n * between)
    high = n * (for_high * between - error) / (spread + n * for_high * between)
    perfect = (raters == 0) & (error == 0)
    return rho, np.where(perfect, 1.0, low), np.where(perfect, 1.0, high)


def _f_quantile(upper: float, df_numerator, df_denominator) -> np.ndarray:
    """Quantile of F; equal pairs of degrees of freedom are looked up once."""
    pairs = np.column_stack(np.broadcast_arrays(df_numerator, df_denominator))
    different, index = np.unique(pairs, axis=0, return_inverse=True)
    return stats.f.ppf(upper, different[:, 0], different[:, 1])[index]


def _averaged(rho: np.ndarray, k: int) -> np.ndarray:
    """Spearman-Brown: the correlation of the mean of k reads."""
    return k * rho / (1 + rho * (k - 1))


_SINGLE = {"1": _one_way, "A": _agreement, "C": _consistency}
