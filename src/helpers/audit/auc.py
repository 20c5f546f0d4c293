"""What printed AUCs, intervals, Z and operating points say about one another."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product

import numpy as np
from scipy import stats

from helpers.audit.rounding import Interval, rounding_interval

Range = tuple[float, float]


@dataclass(frozen=True)
class SymmetricCI:
    """A printed interval read as AUC ± z × SE.

    centre, standard_error : ranges; symmetric : whether the printed AUC can be the centre;
    cut : whether the upper end would lie above 1, so that only the lower half gives the SE
    """

    centre: Range
    standard_error: Range
    symmetric: bool
    cut: bool


@lru_cache(maxsize=4096)
def read_ci(auc: str, low: str, high: str, confidence: float = 0.95) -> SymmetricCI:
    """The standard error that a printed confidence interval implies.

    Parameters
    ----------
    auc, low, high : printed text
    confidence : of the interval

    Returns
    -------
    SymmetricCI

    Notes
    -----
    DeLong's interval is symmetric unless its upper end is cut at 1. Where AUC + (AUC − low)
    reaches 1, the SE is taken from the lower half alone.

    Examples
    --------
    >>> found = read_ci("0.844", "0.767", "0.922")
    >>> [round(se, 4) for se in found.standard_error], found.symmetric
    ([0.0393, 0.0398], True)
    >>> read_ci("0.994", "0.982", "0.999").cut
    True
    """
    centre, lower, upper = (rounding_interval(text).clipped(0, 1) for text in (auc, low, high))
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    middle = Interval((lower.low + upper.low) / 2, (lower.high + upper.high) / 2)
    half = Interval(max(centre.low - lower.high, 0), centre.high - lower.low)
    cut = centre.high + half.high >= 1 and centre.low + half.high >= upper.low
    if cut:
        width = half
    else:
        width = Interval(max(upper.low - lower.high, 0) / 2, (upper.high - lower.low) / 2)
    ends = width.floats
    return SymmetricCI(
        middle.floats, (ends[0] / z, ends[1] / z), bool(cut or middle.meets(centre)), bool(cut)
    )


def hanley_mcneil_se(auc: float, positives: int, negatives: int) -> float:
    r"""Standard error of an AUC for given group sizes (Hanley and McNeil 1982).

    Parameters
    ----------
    auc : between 0 and 1
    positives, negatives : group sizes

    Notes
    -----
    With m positives, n negatives, :math:`Q_1 = A / (2 - A)` and :math:`Q_2 = 2 A^2 / (1 + A)`, the
    variance is

    .. math:: \frac{A (1 - A) + (m - 1)(Q_1 - A^2) + (n - 1)(Q_2 - A^2)}{m n} .

    It rests on exponential scores, so a printed SE may lie some way off.

    References
    ----------
    Hanley JA, McNeil BJ. Radiology 1982;143:29-36.

    Examples
    --------
    >>> round(hanley_mcneil_se(0.844, 51, 184), 4)
    0.0358
    """
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    above = auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)
    return float(np.sqrt(above / (positives * negatives)))


def largest_se(auc: float, positives: int, negatives: int) -> float:
    r"""The largest standard error that DeLong's method can give for an AUC and group sizes.

    Notes
    -----
    The variance is :math:`S_{10} / m + S_{01} / n` for m positives and n negatives, with the sample
    variances of placement values. These lie between 0 and 1 with mean A, so the variance of k of
    them is at most :math:`A (1 - A) \, k / (k - 1)`.
    """
    return float(np.sqrt(auc * (1 - auc) * (1 / (positives - 1) + 1 / (negatives - 1))))


@lru_cache(maxsize=4096)
def p_from_z(z: str) -> Range:
    """Range of the two-sided P of a printed Z.

    Examples
    --------
    >>> [round(p, 4) for p in p_from_z("2.519")]
    [0.0118, 0.0118]
    """
    low, high = rounding_interval(z).floats
    sizes = sorted((abs(low), abs(high)))
    least = 0.0 if low <= 0 <= high else sizes[0]
    return float(2 * stats.norm.sf(sizes[1])), float(2 * stats.norm.sf(least))


@lru_cache(maxsize=4096)
def z_from_p(p: str) -> Range:
    """Range of the size of Z with a printed two-sided P; infinite at P = 0.

    Examples
    --------
    >>> [round(z, 3) for z in z_from_p("0.041")]
    [2.038, 2.049]
    """
    low, high = rounding_interval(p).clipped(0, 1).floats
    return float(stats.norm.isf(high / 2)), float(stats.norm.isf(low / 2))


@lru_cache(maxsize=4096)
def implied_correlation(auc_a: str, auc_b: str, se_a: Range, se_b: Range, z: str) -> Range | None:
    r"""Range of the correlation of two AUCs that a printed Z implies.

    Parameters
    ----------
    auc_a, auc_b : printed AUCs
    se_a, se_b : ranges of their standard errors
    z : printed Z of their difference

    Returns
    -------
    low, high : floats
        not limited to [−1, 1]; None where the Z may be zero, which tells nothing

    Notes
    -----
    A difference D of the AUCs has the standard error :math:`d = D / Z`, so

    .. math:: r = \frac{s_a^2 + s_b^2 - d^2}{2 s_a s_b} .

    r falls with the difference; in either SE it is convex or rising, so its largest value lies in
    a corner, and its least value in a corner or where :math:`s_a^2 = s_b^2 - d^2` (or the reverse).

    Examples
    --------
    >>> [round(r, 2) for r in implied_correlation("0.844", "0.720", (0.0393, 0.0398),
    ...                                            (0.0411, 0.0416), "2.519")]
    [0.24, 0.28]
    """
    z_low, z_high = sorted(abs(end) for end in rounding_interval(z).floats)
    if rounding_interval(z).low <= 0 <= rounding_interval(z).high:
        return None
    a, b = rounding_interval(auc_a), rounding_interval(auc_b)
    ends = [float(a.low - b.high), float(a.high - b.low)]
    least = 0.0 if ends[0] <= 0 <= ends[1] else min(map(abs, ends))
    narrow, wide = least / z_high, max(map(abs, ends)) / z_low
    if min(*se_a, *se_b) <= 0:
        return None
    high = max(_correlation(s, t, narrow) for s, t in product(se_a, se_b))
    corners = list(product(se_a, se_b))
    for t in se_b:
        corners += [(s, t) for s in _turning(t, wide, se_a)]
    for s in se_a:
        corners += [(s, t) for t in _turning(s, wide, se_b)]
    return min(_correlation(s, t, wide) for s, t in corners), high


def _correlation(s: float, t: float, d: float) -> float:
    return (s * s + t * t - d * d) / (2 * s * t)


def _turning(other: float, d: float, limits: Range) -> list[float]:
    """Where the correlation is least in one SE, if that lies inside its range."""
    square = other * other - d * d
    turn = float(np.sqrt(square)) if square > 0 else 0.0
    return [turn] if limits[0] < turn < limits[1] else []


def possible_aucs(auc: str, positives: int, negatives: int) -> list[Fraction]:
    """Every empirical AUC of two groups that is printed so.

    An empirical AUC is the share of pairs that are ranked rightly, ties counting half: a multiple
    of 1/(2 × positives × negatives).

    Examples
    --------
    >>> [round(float(value), 5) for value in possible_aucs("0.878", 15, 47)]
    [0.87801]
    """
    steps = 2 * positives * negatives
    limits = rounding_interval(auc).clipped(0, 1).scaled(steps)
    first, last = -(-limits.low // 1), limits.high // 1
    return [Fraction(int(count), steps) for count in range(int(first), int(last) + 1)]


def auc_limits(sensitivity: float, specificity: float) -> Range:
    """The smallest and the largest area under a ROC curve through an operating point.

    A curve that rises from (0, 0) through (1 − specificity, sensitivity) to (1, 1) encloses at
    least sensitivity × specificity and at most 1 − (1 − sensitivity)(1 − specificity).

    Examples
    --------
    >>> [round(limit, 3) for limit in auc_limits(0.842, 0.824)]
    [0.694, 0.972]
    """
    least = sensitivity * specificity
    return least, 1 - (1 - sensitivity) * (1 - specificity)


def one_point_auc(sensitivity: float, specificity: float) -> float:
    """Area under the two straight lines through one operating point: the balanced accuracy.

    Examples
    --------
    >>> round(one_point_auc(45 / 47, 6 / 15), 3)
    0.679
    """
    return (sensitivity + specificity) / 2
