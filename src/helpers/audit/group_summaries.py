"""Tables of an audit for a page: what each test of two groups gives beside what is printed."""

from __future__ import annotations

import pandas as pd

from helpers.audit.count_rows import find_hidden, full_table
from helpers.audit.counts import (
    FISHER,
    FREEMAN_HALTON,
    PEARSON,
    YATES,
    implied_df,
    match_tests,
)
from helpers.audit.group_tables import two_groups
from helpers.audit.t_tests import TESTS, check_t, t_range
from helpers.published import CountRow, MeanRow, Published


def span(limits: tuple[float, float] | None, digits: int = 3) -> str:
    """A range as text, one number where both ends look the same.

    Examples
    --------
    >>> span((0.1234, 0.1301)), span((0.5, 0.5))
    ('0.123 to 0.130', '0.500')
    """
    if limits is None:
        return ""
    low, high = (f"{end:.{digits}f}" for end in limits)
    return low if low == high else f"{low} to {high}"


def group_sizes(published: Published, name: str) -> tuple[int, int]:
    """Sizes of the two groups of a table, in the paper's order."""
    sizes = published.tables[name].sizes
    return tuple(int(sizes[group]) for group in published.groups)


def p_span(limits: tuple[float, float]) -> str:
    """A range of P as text, with four digits or as <0.0001.

    Examples
    --------
    >>> p_span((0.6922, 0.693)), p_span((1e-7, 2e-6))
    ('0.6922 to 0.6930', '<0.0001')
    """
    return "<0.0001" if limits[1] < 0.0001 else span(limits, 4)


def label(row: MeanRow | CountRow) -> str:
    """A row's variable in words, with its unit."""
    words = row.meaning[:1].upper() + row.meaning[1:]
    unit = getattr(row, "unit", "")
    return f"{words} ({unit})" if unit else words


def t_test_table(published: Published, name: str, significant: int | None = None) -> pd.DataFrame:
    """Printed t and P of each continuous row beside what each t test can give.

    Parameters
    ----------
    published : Published
    name : of a table of groups
    significant : read means and SDs as rounded to so many significant digits

    Returns
    -------
    DataFrame, row, published t, published P, then for Welch and Student the range of t from means,
    SDs and sizes, the range of P from the printed t, and whether both fit
    """
    sizes, rows = group_sizes(published, name), []
    for row in published.tables[name].rows.values():
        if not isinstance(row, MeanRow):
            continue
        line = {"row": label(row), "printed t": row.statistic, "printed P": row.p}
        for test in TESTS:
            summary = two_groups(row, sizes, published.groups, significant)
            check = check_t(summary, row.statistic, row.p, test)
            line |= {
                f"{test} t": span(check.t),
                f"{test} P": p_span(check.p_from_t or check.p),
                f"{test} fits": "yes" if check.fits else "no",
            }
        rows.append(line)
    return pd.DataFrame(rows)


def t_deviations(published: Published, name: str) -> pd.DataFrame:
    """Range of possible t minus the printed t, for each continuous row and each test.

    Returns
    -------
    DataFrame, row, test, low, high
    """
    sizes, rows = group_sizes(published, name), []
    for row in published.tables[name].rows.values():
        if isinstance(row, MeanRow) and row.statistic is not None:
            for test in TESTS:
                low, high = t_range(two_groups(row, sizes, published.groups), test)
                printed = float(row.statistic)
                ends = {"low": low - printed, "high": high - printed}
                rows.append({"row": label(row), "test": test} | ends)
    return pd.DataFrame(rows)


def count_test_table(published: Published, name: str) -> pd.DataFrame:
    """Printed χ² and P of each categorical row beside those of every usual test.

    Returns
    -------
    DataFrame, row, printed χ², printed P, χ² and P with Yates' correction and without, exact P,
    and the tests that give the printed statistic and the printed P
    """
    sizes, rows = group_sizes(published, name), []
    for row in published.tables[name].rows.values():
        if not isinstance(row, CountRow):
            continue
        match = match_tests(full_table(row, sizes, published.groups), row.statistic, row.p)
        rows.append(
            {
                "row": label(row),
                "printed χ²": row.statistic or "",
                "printed P": row.p or "",
                "Yates χ²": _text(match.values.get(YATES), 0),
                "Yates P": _text(match.values.get(YATES), 1),
                "plain χ²": _text(match.values.get(PEARSON), 0),
                "plain P": _text(match.values.get(PEARSON), 1),
                "exact P": _text(match.values.get(FISHER, match.values.get(FREEMAN_HALTON)), 1),
                "test of χ²": _names(match.statistic) if row.statistic else "",
                "test of P": _names(match.p),
            }
        )
    return pd.DataFrame(rows)


def _text(found: tuple[float, float] | None, part: int) -> str:
    return "" if found is None else f"{found[part]:.4f}"


def _names(tests: tuple[str, ...]) -> str:
    return " or ".join(tests) or "none of these"


def hidden_level_table(published: Published, name: str) -> pd.DataFrame:
    """Rows whose χ² and P need levels that are not printed.

    Returns
    -------
    DataFrame, row, printed χ², printed P, degrees of freedom (implied by both), tables (how many
    fit), then for the rarest level of the first of them the count in each group
    """
    sizes, rows = group_sizes(published, name), []
    for row in published.tables[name].rows.values():
        if not isinstance(row, CountRow) or row.statistic is None or row.p is None:
            continue
        if match_tests(full_table(row, sizes, published.groups), row.statistic, None).statistic:
            continue
        found = find_hidden(row, sizes, published.groups)
        smallest = found[0].smallest if found else ("", "")
        df = ", ".join(map(str, implied_df(row.statistic, row.p))) or "none"
        line = {
            "row": label(row),
            "printed χ²": row.statistic,
            "printed P": row.p,
            "degrees of freedom": df,
        }
        line |= {"tables": len(found)} | dict(zip(published.groups, smallest, strict=True))
        rows.append(line)
    return pd.DataFrame(rows)
