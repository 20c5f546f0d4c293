"""Tests of a table of counts: Pearson's chi-square, Fisher's and Freeman-Halton's exact test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from helpers.statistics.exact_tables import TOLERANCE, exact_p_value
from helpers.statistics.result import GroupTest

MONTE_CARLO_DRAWS = 100_000


def expected_counts(table: ArrayLike) -> np.ndarray:
    """Counts expected without association: row total times column total over the grand total."""
    table = _counts(table)
    return np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()


def chi_square(table: ArrayLike, correction: bool = True) -> GroupTest:
    r"""Pearson's chi-square test of independence as R's `chisq.test`.

    Parameters
    ----------
    table : counts, array-like, shape = (n_levels, n_groups), no empty row or column
    correction : whether a 2 × 2 table gets Yates' continuity correction; larger ones never do

    Returns
    -------
    GroupTest with statistic, p_value and df = (n_levels - 1)(n_groups - 1)

    Raises
    ------
    ValueError
        for NaN, negative or fractional counts, fewer than two rows or columns, or an empty one.

    Notes
    -----
    :math:`\chi^2 = \sum (|O - E| - c)^2 / E`, where c is 0 without correction and otherwise 0.5
    or, when that is less, the common :math:`|O - E|` of the four cells.

    Examples
    --------
    >>> round(chi_square([[18, 15], [166, 36]]).statistic, 3)
    11.172
    """
    table = _counts(table)
    expected = expected_counts(table)
    gap = np.abs(table - expected)
    corrected = correction and table.shape == (2, 2)
    shift = min(0.5, gap.min()) if corrected else 0.0
    statistic = float(((gap - shift) ** 2 / expected).sum())
    df = (table.shape[0] - 1) * (table.shape[1] - 1)
    name = "chi-square test with Yates' correction" if corrected else "chi-square test"
    return GroupTest(name, statistic, float(stats.chi2.sf(statistic, df)), df)


def fisher_exact(table: ArrayLike) -> GroupTest:
    """Fisher's exact test, on larger tables the one of Freeman and Halton, as R's `fisher.test`.

    Parameters
    ----------
    table : counts, array-like, shape = (n_levels, n_groups), no empty row or column

    Returns
    -------
    GroupTest
        statistic is the conditional maximum likelihood odds ratio of a 2 × 2 table, NaN for
        a larger one

    Raises
    ------
    ValueError
        as `chi_square`, and for a table too large to be enumerated; `fisher_monte_carlo` is the
        way out.

    Notes
    -----
    The P value is the sum of the probabilities, given both margins, of all tables that are no more
    probable than the observed one. It is exact for r × c tables as well, not simulated.

    References
    ----------
    Freeman GH, Halton JH. Biometrika 1951;38:141-149.

    Examples
    --------
    >>> round(fisher_exact([[150, 35], [13, 9], [15, 5], [6, 2]]).p_value, 3)
    0.106
    """
    table = _counts(table)
    p_value = exact_p_value(table)
    if table.shape != (2, 2):
        return GroupTest("Fisher-Freeman-Halton exact test", float("nan"), p_value)
    ratio = stats.contingency.odds_ratio(table, kind="conditional").statistic
    return GroupTest("Fisher's exact test", float(ratio), p_value)


def fisher_monte_carlo(
    table: ArrayLike, draws: int = MONTE_CARLO_DRAWS, seed: int = 0
) -> GroupTest:
    """Fisher-Freeman-Halton P value of a table too large for `fisher_exact`, by simulation.

    Parameters
    ----------
    table : counts, array-like, shape = (n_levels, n_groups)
    draws : tables drawn at random with the observed margins
    seed : of the random generator

    Returns
    -------
    GroupTest
        with p_value = (1 + m) / (1 + draws), where m drawn tables are no more probable than
        the observed one, and its standard_error
    """
    table = _counts(table)
    if draws < 1:
        raise ValueError(f"draws is {draws}; expected at least 1")
    law = stats.random_table(table.sum(axis=1), table.sum(axis=0))
    observed = law.logpmf(table)
    drawn = law.logpmf(law.rvs(draws, random_state=np.random.default_rng(seed)))
    extreme = np.count_nonzero(drawn <= observed + np.log1p(TOLERANCE))
    p_value = float((1 + extreme) / (1 + draws))
    return GroupTest(
        f"Fisher-Freeman-Halton test ({draws} Monte Carlo tables)",
        float("nan"),
        p_value,
        standard_error=float(np.sqrt(p_value * (1 - p_value) / draws)),
    )


def _counts(table: ArrayLike) -> np.ndarray:
    """A checked table of counts, shape = (n_levels, n_groups)."""
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise ValueError(f"table has shape {counts.shape}; expected at least 2 rows and 2 columns")
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.rint(counts)).any():
        raise ValueError(f"table holds {counts.tolist()}; expected whole counts from 0")
    for axis, line in ((1, "row"), (0, "column")):
        empty = np.flatnonzero(counts.sum(axis=axis) == 0)
        if len(empty):
            raise ValueError(
                f"{line} {empty[0] + 1} of the table is empty; expected a count in every row and "
                "column. Leave out levels that nobody has"
            )
    return counts.astype(int)
