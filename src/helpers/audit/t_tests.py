"""Which t and P can stand behind printed means, SDs and group sizes.

Each printed mean or SD is an interval, so t is one too. t rises with the first mean, falls with
the second, and moves towards zero as either SD grows: its extremes lie in corners of the box of
intervals, so the interval of t is exact and not a sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy import stats

from helpers.audit.rounding import Interval, number, rounding_interval

WELCH, STUDENT = "Welch", "Student"
TESTS = (WELCH, STUDENT)
Range = tuple[float, float]


@dataclass(frozen=True)
class TwoGroups:
    """Printed summaries of a continuous variable in two groups.

    Attributes
    ----------
    mean, sd : pairs of Interval
        one of each group, in the variable's unit
    n : pair of int
        group sizes
    """

    mean: tuple[Interval, Interval]
    sd: tuple[Interval, Interval]
    n: tuple[int, int]

    @classmethod
    def printed(
        cls,
        mean: tuple[str, str],
        sd: tuple[str, str],
        n: tuple[int, int],
        significant: int | None = None,
    ) -> TwoGroups:
        """From printed text; `significant` as for `helpers.audit.rounding.rounding_interval`."""
        return cls(
            tuple(rounding_interval(text, significant) for text in mean),
            tuple(rounding_interval(text, significant).clipped(0, 10**12) for text in sd),
            n,
        )


def t_range(groups: TwoGroups, test: str = WELCH) -> Range:
    r"""The smallest and the largest t, first group minus second.

    Parameters
    ----------
    groups : TwoGroups
    test : "Welch" (unequal variances) or "Student" (pooled variance)

    Returns
    -------
    low, high : floats

    Notes
    -----
    Welch: :math:`t = (m_1 - m_2) / \sqrt{s_1^2/n_1 + s_2^2/n_2}`. Student: both variances are the
    one pooled with weights :math:`n_1 - 1` and :math:`n_2 - 1`.

    Examples
    --------
    >>> groups = TwoGroups.printed(("2.8", "1.7"), ("1.6", "1.2"), (184, 51))
    >>> [round(t, 2) for t in t_range(groups)]
    [4.69, 6.08]
    """
    first, second = groups.mean
    low, high = first.low - second.high, first.high - second.low
    errors = [_standard_error(groups, end, test) for end in ("low", "high")]
    return _quotient(low, errors, 0), _quotient(high, errors, 1)


def _standard_error(groups: TwoGroups, end: str, test: str) -> float:
    a, b = (float(getattr(sd, end)) for sd in groups.sd)
    m, n = groups.n
    if test == WELCH:
        return float(np.sqrt(a * a / m + b * b / n))
    pooled = ((m - 1) * a * a + (n - 1) * b * b) / (m + n - 2)
    return float(np.sqrt(pooled * (1 / m + 1 / n)))


def _quotient(difference: Fraction, errors: list[float], high: bool) -> float:
    """The extreme of difference / error; a positive one is largest over the smallest error."""
    error = errors[0] if (difference > 0) == bool(high) else errors[1]
    return float(difference) / error if error else math.copysign(math.inf, difference)


def df_range(groups: TwoGroups, test: str = WELCH) -> Range:
    """The fewest and the most degrees of freedom.

    Notes
    -----
    With w the share of the first group in the squared standard error, Welch's 1/df is
    w²/(n1 - 1) + (1 - w)²/(n2 - 1): convex in w, with its least value at
    w = (n1 - 1)/(n1 + n2 - 2), where df is that of Student's test.
    """
    m, n = groups.n
    if test == STUDENT:
        return float(m + n - 2), float(m + n - 2)
    low, high = ([float(getattr(sd, end)) ** 2 for sd in groups.sd] for end in ("low", "high"))
    shares = [
        a / m / (a / m + b / n) if a or b else 0.5
        for a, b in ((low[0], high[1]), (high[0], low[1]))
    ]
    candidates = [*shares, min(max((m - 1) / (m + n - 2), shares[0]), shares[1])]
    df = [1 / (w * w / (m - 1) + (1 - w) ** 2 / (n - 1)) for w in candidates]
    return min(df), max(df)


def p_range(t: Range, df: Range) -> Range:
    """The smallest and the largest two-sided P for intervals of t and of degrees of freedom."""
    sizes = [abs(end) for end in t]
    least = 0.0 if t[0] <= 0 <= t[1] else min(sizes)
    low = 2 * stats.t.sf(max(sizes), df[1])
    return float(low), float(2 * stats.t.sf(least, df[0]))


@dataclass(frozen=True)
class TCheck:
    """What one t test makes of a printed row.

    t, p : ranges from means, SDs and sizes; p_from_t : range of P from the printed t;
    statistic_fits, p_fits : whether the printed t and P lie in reach, None where not printed
    """

    test: str
    t: Range
    p: Range
    p_from_t: Range | None
    statistic_fits: bool | None
    p_fits: bool | None

    @property
    def fits(self) -> bool:
        """Whether nothing that is printed contradicts this test."""
        return self.statistic_fits is not False and self.p_fits is not False


@lru_cache(maxsize=4096)
def check_t(groups: TwoGroups, statistic: str | None, p: str | None, test: str) -> TCheck:
    """Hold a printed t and P against the printed means, SDs and sizes.

    P is compared with what the printed t gives, which is much narrower than what the means give;
    without a printed t, with the latter.

    Parameters
    ----------
    groups : TwoGroups
    statistic, p : printed text, or None
    test : "Welch" or "Student"

    Returns
    -------
    TCheck

    Examples
    --------
    >>> groups = TwoGroups.printed(("61.2", "60.2"), ("13.4", "16.7"), (184, 51))
    >>> check_t(groups, "0.397", "0.693", "Welch").fits
    True
    >>> check_t(groups, "0.397", "0.695", "Welch").fits
    False
    """
    t, df = t_range(groups, test), df_range(groups, test)
    statistic_fits = p_fits = p_from_t = None
    if statistic is not None:
        printed = rounding_interval(statistic).floats
        statistic_fits = _meet(t, printed)
        p_from_t = p_range(printed, df)
    if p is not None:
        p_fits = _meet(p_from_t or p_range(t, df), rounding_interval(p).floats)
    return TCheck(test, t, p_range(t, df), p_from_t, statistic_fits, p_fits)


def _meet(a: Range, b: Range) -> bool:
    """Whether two ranges meet, allowing for the last bits of floating point."""
    slack = 1e-9
    return a[0] <= b[1] + slack and b[0] <= a[1] + slack


def grim(mean: str, n: int, items: int = 1) -> bool:
    """Whether a printed mean of n integers exists (GRIM).

    Parameters
    ----------
    mean : printed text
    n : number of values
    items : integers averaged in each value, 1 for ages or a single score

    Returns
    -------
    bool
        True wherever 1/(n × items) is smaller than the rounding unit, so the test has power in
        small groups only

    References
    ----------
    Brown NJL, Heathers JAJ. Soc Psychol Personal Sci 2017;8:363-369.

    Examples
    --------
    >>> grim("3.45", 20), grim("3.47", 20)
    (True, False)
    """
    total = rounding_interval(mean).scaled(n * items)
    return total.high.__floor__() >= total.low.__ceil__()


def sd_limits(mean: str, n: int, low: float, high: float, integers: bool = False) -> Range:
    """The smallest and the largest SD of n values between two bounds with a printed mean.

    Parameters
    ----------
    mean : printed text
    n : number of values
    low, high : bounds of a single value, in the variable's unit
    integers : whether values are whole numbers, which keeps the SD from being 0 between them

    Returns
    -------
    low, high : floats
        of the sample SD, with n − 1 in its denominator

    Notes
    -----
    The largest has all values at the bounds, except one where the sum asks for it; the smallest
    has them next to the mean. These are the first bounds that SPRITE (Heathers 2018) works in.

    Examples
    --------
    >>> [round(sd, 2) for sd in sd_limits("12.5", 184, 3, 15)]
    [0.0, 4.92]
    """
    interval = rounding_interval(mean).clipped(Fraction(low), Fraction(high))
    centres = [float(interval.low), float(interval.high)]
    middle = (low + high) / 2
    if centres[0] < middle < centres[1]:
        centres.append(middle)
    largest = max(_spread_out(centre, n, low, high) for centre in centres)
    if not integers:
        return 0.0, largest
    sums = {round(interval.low * n), round(interval.high * n), round(number(mean) * n)}
    parts = [(total % n) / n for total in sums]
    return min(float(np.sqrt(f * (1 - f) * n / (n - 1))) for f in parts), largest


def _spread_out(mean: float, n: int, low: float, high: float) -> float:
    at_high = (mean - low) / (high - low) * n
    whole = int(np.floor(at_high))
    rest = n * mean - whole * high - (n - whole - 1) * low
    values = [high] * whole + ([rest] if whole < n else []) + [low] * (n - whole - 1)
    return float(np.std(values, ddof=1))
