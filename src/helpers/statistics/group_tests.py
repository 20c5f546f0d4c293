"""Two groups compared on one variable: t, Mann-Whitney, chi-square and Fisher, and the choice.

The tests follow R: `t.test`, `wilcox.test`, `chisq.test` and `fisher.test` with their defaults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from helpers.statistics.contingency import (
    chi_square,
    expected_counts,
    fisher_exact,
    fisher_monte_carlo,
)
from helpers.statistics.exact_tables import TooLargeError
from helpers.statistics.result import GroupTest

__all__ = [
    "GroupTest",
    "chi_square",
    "choose_table_test",
    "choose_test",
    "fisher_exact",
    "fisher_monte_carlo",
    "mann_whitney",
    "student_t",
    "student_t_from_summary",
    "welch_t",
    "welch_t_from_summary",
]


def welch_t(a: ArrayLike, b: ArrayLike) -> GroupTest:
    """Welch's t test of two means, without assuming equal variances.

    Parameters
    ----------
    a, b : array-like, shape = (n_a,) and (n_b,), at least two values each

    Returns
    -------
    GroupTest with statistic t (mean of a minus mean of b), p_value, df

    Raises
    ------
    ValueError
        for NaN, fewer than two values, or two groups without any spread.

    References
    ----------
    Welch BL. Biometrika 1947;34:28-35.

    Examples
    --------
    >>> found = welch_t([1, 2, 3, 4], [2, 4, 6, 8])
    >>> round(found.statistic, 3), round(found.df, 2)
    (-1.732, 4.41)
    """
    return welch_t_from_summary(*_summary(a, "a"), *_summary(b, "b"))


def welch_t_from_summary(
    mean_a: float, sd_a: float, n_a: int, mean_b: float, sd_b: float, n_b: int
) -> GroupTest:
    r"""Welch's t test from means, standard deviations (n - 1) and group sizes.

    Raises
    ------
    ValueError
        for a negative or missing SD, fewer than two values in a group, or no spread at all.

    Notes
    -----
    :math:`t = (\bar a - \bar b) / \sqrt{s_a^2/n_a + s_b^2/n_b}`, with the degrees of freedom of
    Satterthwaite.
    """
    _check_summary(mean_a, sd_a, n_a, "a", 2)
    _check_summary(mean_b, sd_b, n_b, "b", 2)
    part_a, part_b = sd_a**2 / n_a, sd_b**2 / n_b
    error = np.sqrt(part_a + part_b)
    _check_spread(error, mean_a, mean_b)
    df = (part_a + part_b) ** 2 / (part_a**2 / (n_a - 1) + part_b**2 / (n_b - 1))
    return _t_result("Welch's t test", (mean_a - mean_b) / error, df)


def student_t(a: ArrayLike, b: ArrayLike) -> GroupTest:
    """Student's t test of two means with a common variance.

    Parameters
    ----------
    a, b : array-like, shape = (n_a,) and (n_b,), three values or more together

    Returns
    -------
    GroupTest with statistic t (mean of a minus mean of b), p_value, df = n_a + n_b - 2

    Raises
    ------
    ValueError
        for NaN, an empty group, or two groups without any spread.
    """
    return student_t_from_summary(*_summary(a, "a"), *_summary(b, "b"))


def student_t_from_summary(
    mean_a: float, sd_a: float, n_a: int, mean_b: float, sd_b: float, n_b: int
) -> GroupTest:
    """Student's t test from means, standard deviations (n - 1) and group sizes.

    Raises
    ------
    ValueError
        as `welch_t_from_summary`; a group of one is allowed beside one of two or more, its SD
        counts as 0.
    """
    _check_summary(mean_a, sd_a, n_a, "a", 1)
    _check_summary(mean_b, sd_b, n_b, "b", 1)
    df = n_a + n_b - 2
    if df < 1:
        raise ValueError(f"groups hold {n_a} and {n_b} values; expected at least 3 together")
    pooled = ((n_a - 1) * sd_a**2 + (n_b - 1) * sd_b**2) / df
    error = np.sqrt(pooled * (1 / n_a + 1 / n_b))
    _check_spread(error, mean_a, mean_b)
    return _t_result("Student's t test", (mean_a - mean_b) / error, df)


def mann_whitney(a: ArrayLike, b: ArrayLike) -> GroupTest:
    """Mann-Whitney U test (Wilcoxon rank sum test) as R's `wilcox.test`.

    Exact when both groups hold fewer than 50 values without ties, else by the normal approximation
    with corrections for ties and continuity.

    Parameters
    ----------
    a, b : array-like, shape = (n_a,) and (n_b,)

    Returns
    -------
    GroupTest
        with statistic U of a (R calls it W): the pairs in which a is larger, ties counted
        as half

    Raises
    ------
    ValueError
        for NaN, an empty group, or values that are all equal.
    """
    a, b = _values(a, "a"), _values(b, "b")
    together = np.concatenate([a, b])
    if together.min() == together.max():
        raise ValueError("all values are equal; expected values that can be ranked")
    ties = len(np.unique(together)) < len(together)
    method = "exact" if max(len(a), len(b)) < 50 and not ties else "asymptotic"
    found = stats.mannwhitneyu(a, b, method=method)
    return GroupTest("Mann-Whitney U test", float(found.statistic), float(found.pvalue))


def choose_test(
    a: ArrayLike, b: ArrayLike, kind: str = "continuous", test: str = "auto"
) -> GroupTest:
    """The test of one variable between two groups, by rule or as asked for.

    Parameters
    ----------
    a, b : values of the two groups, shape = (n_a,) and (n_b,), without blanks
    kind : "continuous", "binary" or "categorical"
    test : "auto" or the name of a test
        "welch", "student" or "mann-whitney" for a continuous variable, "chi-square" or "fisher" for
        the others

    Returns
    -------
    GroupTest
        A variable that cannot be tested (one level only, no spread, a group with too few
        values) has NaN as statistic and P value, and its `test` says why.

    Raises
    ------
    ValueError
        for NaN, an unknown kind, or a test that does not suit the kind.

    Notes
    -----
    By rule a continuous variable gets Welch's t test. The others are counted, levels by groups,
    and tested as `choose_table_test` says.

    Examples
    --------
    >>> choose_test(["no"] * 9 + ["yes"], ["yes"] * 4, kind="binary").test
    "Fisher's exact test"
    """
    if kind == "continuous":
        return _choose_continuous(_values(a, "a", 0), _values(b, "b", 0), test)
    if kind not in ("binary", "categorical"):
        raise ValueError(f"kind is {kind!r}; expected 'continuous', 'binary' or 'categorical'")
    counts = [_level_counts(values, name) for values, name in ((a, "a"), (b, "b"))]
    levels = list(dict.fromkeys([*counts[0], *counts[1]]))
    if test not in ("auto", "chi-square", "fisher"):
        raise ValueError(
            f"test is {test!r} for a {kind} variable; expected 'auto', 'chi-square' or 'fisher'"
        )
    if not (counts[0] and counts[1]):
        return _untested("a group without values")
    if len(levels) < 2:
        return _untested("one level only")
    return choose_table_test([[half.get(level, 0) for half in counts] for level in levels], test)


def choose_table_test(table: ArrayLike, test: str = "auto") -> GroupTest:
    """The test of a table of counts, by rule or as asked for.

    Parameters
    ----------
    table : counts, array-like, shape = (n_levels, n_groups), no empty row or column
    test : "auto", "chi-square" or "fisher"

    Returns
    -------
    GroupTest

    Notes
    -----
    By rule a 2 × 2 table gets chi-square with Yates' correction, or Fisher's exact test when an
    expected count is below 5. A larger one gets chi-square without correction, or the exact test
    of Freeman and Halton when more than 20% of the expected counts are below 5 or one is below 1
    (Cochran). A table too large for the exact test gets its Monte Carlo estimate, and the name of
    the test says so.

    References
    ----------
    Cochran WG. Some methods for strengthening the common chi-square tests. Biometrics
    1954;10:417-451.
    """
    expected = expected_counts(table)
    share = (expected < 5).mean()
    rare = share > 0 if expected.shape == (2, 2) else share > 0.2 or expected.min() < 1
    if test == "chi-square" or (test == "auto" and not rare):
        return chi_square(table)
    if test not in ("auto", "fisher"):
        raise ValueError(f"test is {test!r}; expected 'auto', 'chi-square' or 'fisher'")
    try:
        return fisher_exact(table)
    except TooLargeError:
        return fisher_monte_carlo(table)


def _choose_continuous(a: np.ndarray, b: np.ndarray, test: str) -> GroupTest:
    tests: dict[str, Callable] = {
        "auto": welch_t,
        "welch": welch_t,
        "student": student_t,
        "mann-whitney": mann_whitney,
    }
    if test not in tests:
        raise ValueError(
            f"test is {test!r} for a continuous variable; expected {', '.join(map(repr, tests))}"
        )
    if min(len(a), len(b)) < (1 if test == "mann-whitney" else 2):
        return _untested("too few values in a group")
    ranked = test == "mann-whitney"
    if np.ptp(np.concatenate([a, b])) == 0 or (not ranked and np.ptp(a) == np.ptp(b) == 0):
        return _untested("no spread")
    return tests[test](a, b)


def _untested(why: str) -> GroupTest:
    return GroupTest(f"not tested: {why}", float("nan"), float("nan"))


def _level_counts(values: ArrayLike, name: str) -> Counter:
    values = np.asarray(values, dtype=object).ravel().tolist()
    blank = sum(value is None or value != value for value in values)
    if blank:
        raise ValueError(f"group {name} holds {blank} blank values; expected none")
    return Counter(values)


def _values(values: ArrayLike, name: str, least: int = 1) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < least:
        raise ValueError(
            f"group {name} has shape {values.shape}; expected one dimension with at least {least} "
            "values"
        )
    bad = np.count_nonzero(~np.isfinite(values))
    if bad:
        raise ValueError(f"group {name} holds {bad} values that are not finite; expected none")
    return values


def _summary(values: ArrayLike, name: str) -> tuple[float, float, int]:
    values = _values(values, name)
    sd = values.std(ddof=1) if len(values) > 1 else 0.0
    return float(values.mean()), float(sd), len(values)


def _check_summary(mean: float, sd: float, n: int, name: str, least: int) -> None:
    if not (np.isfinite(mean) and np.isfinite(sd) and sd >= 0):
        raise ValueError(
            f"group {name} has mean {mean} and SD {sd}; expected two finite numbers, SD >= 0"
        )
    if n != int(n) or n < least:
        raise ValueError(f"group {name} holds {n} values; expected a whole number >= {least}")


def _check_spread(error: float, mean_a: float, mean_b: float) -> None:
    """As R: a standard error within rounding of the means is no spread."""
    if error <= 10 * np.finfo(float).eps * max(abs(mean_a), abs(mean_b)):
        raise ValueError("both groups are constant; a t test needs values that vary")


def _t_result(name: str, t: float, df: float) -> GroupTest:
    return GroupTest(name, float(t), float(2 * stats.t.sf(abs(t), df)), float(df))
