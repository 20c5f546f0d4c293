"""Checks of a table that compares two groups: means, SDs, counts, percentages, tests."""

from __future__ import annotations

from fractions import Fraction

from helpers.audit.evidence import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    POSSIBLE,
    REPRODUCED,
    Evidence,
    judge,
)
from helpers.audit.rounding import decimals, number
from helpers.audit.t_tests import TESTS, TCheck, TwoGroups, check_t, sd_limits, t_range
from helpers.published import GroupTable, MeanRow

SIGNIFICANT = 3


def check_group_table(name: str, table: GroupTable, groups: tuple[str, str]) -> list[Evidence]:
    """Evidence on every mean, SD, statistic and P of the continuous rows of a table.

    Parameters
    ----------
    name : of the table in the paper's file
    table : GroupTable
    groups : the two groups in the order in which differences are taken
    """
    sizes = tuple(int(table.sizes[group]) for group in groups)
    rows = {key: row for key, row in table.rows.items() if isinstance(row, MeanRow)}
    if min(sizes) < 2:
        reason = f"groups of {sizes[0]} and {sizes[1]} do not both have an SD"
        return [
            Evidence((name, key, f"{group}: sd"), INCONSISTENT, reason)
            for key in rows
            for group in groups
        ]
    test = table_test(table, groups)
    coarse = three_digit_reading(table)
    evidence = []
    for key, row in rows.items():
        evidence += _check_mean_row((name, key), row, sizes, groups, test, coarse)
    return evidence


def two_groups(
    row: MeanRow, sizes: tuple[int, int], groups: tuple[str, str], significant: int | None = None
) -> TwoGroups:
    """A printed row as intervals, groups in the given order."""
    means, sds = zip(*(row.values[group] for group in groups), strict=True)
    return TwoGroups.printed(means, sds, sizes, significant)


def table_test(table: GroupTable, groups: tuple[str, str]) -> str:
    """The t test, Welch's or Student's, that contradicts the fewest rows of a table."""
    fits = fitting_rows(table, groups)
    return max(TESTS, key=fits.__getitem__)


def fitting_rows(table: GroupTable, groups: tuple[str, str]) -> dict[str, int]:
    """How many continuous rows each t test fits in both statistic and P."""
    sizes = tuple(int(table.sizes[group]) for group in groups)
    fits = dict.fromkeys(TESTS, 0)
    for row in table.rows.values():
        if isinstance(row, MeanRow):
            summary = two_groups(row, sizes, groups)
            for test in TESTS:
                fits[test] += check_t(summary, row.statistic, row.p, test).fits
    return fits


def three_digit_reading(table: GroupTable) -> bool:
    """Whether a table looks rounded to three significant digits and padded afterwards.

    So it is when every mean, SD and percentage from 100 on ends in ".0", and some number under 10
    carries two decimals.
    """
    texts = [
        text
        for row in table.rows.values()
        for cells in ([row.values] if isinstance(row, MeanRow) else row.levels.values())
        for pair in cells.values()
        for text in (pair if isinstance(row, MeanRow) else pair[1:])
    ]
    large = [text for text in texts if number(text) >= 100]
    padded = bool(large) and all(number(text).denominator == 1 for text in large)
    fine = any(number(text) < 10 and decimals(text) == SIGNIFICANT - 1 for text in texts)
    return padded and fine


def _check_mean_row(place, row: MeanRow, sizes, groups, test: str, coarse: bool) -> list[Evidence]:
    check = check_t(two_groups(row, sizes, groups), row.statistic, row.p, test)
    cells = {
        (*place, f"{group}: {kind}"): text
        for group in groups
        for kind, text in zip(("mean", "sd"), row.values[group], strict=True)
    }
    evidence = _check_bounds(place, row, sizes, groups)
    t_key, p_key = (*place, "statistic"), (*place, "p")
    reach = f"{test}'s t is {check.t[0]:.3f} to {check.t[1]:.3f}"
    if check.statistic_fits is False and coarse:
        again = check_t(two_groups(row, sizes, groups, SIGNIFICANT), row.statistic, row.p, test)
        if again.statistic_fits:
            return evidence + _explained_by_digits(cells, t_key, p_key, row, check, again)
    verdicts = _blame(check, row)
    if check.statistic_fits is False:
        other = next(one for one in TESTS if one != test)
        low, high = t_range(two_groups(row, sizes, groups), other)
        reach += f", {other}'s {low:.3f} to {high:.3f}"
    for key in cells:
        evidence.append(Evidence(key, verdicts["cells"], f"{reach} from means, SDs and sizes"))
    if row.statistic is not None:
        evidence.append(_statistic(t_key, row, verdicts["statistic"], reach, test))
    if row.p is not None:
        evidence.append(_p_value(p_key, row, check))
    return evidence


def _explained_by_digits(cells, t_key, p_key, row, check: TCheck, again: TCheck) -> list[Evidence]:
    evidence = []
    for key, text in cells.items():
        wider = number(text) >= 100
        reason = (
            f"with one decimal {check.test}'s t is {check.t[0]:.3f} to {check.t[1]:.3f} and never "
            f"{row.statistic}; the table reads as three significant digits padded with a zero, "
            f"and then it is {again.t[0]:.3f} to {again.t[1]:.3f}"
        )
        evidence.append(Evidence(key, EXPLAINED if wider else CONSISTENT, reason))
    evidence.append(Evidence(t_key, CONSISTENT, evidence[0].reason))
    if row.p is not None:
        evidence.append(_p_value(p_key, row, again))
    return evidence


def _blame(check: TCheck, row: MeanRow) -> dict[str, str]:
    """Which of means and statistic contradict the rest of their row."""
    if check.statistic_fits is None:
        fine = check.p_fits is not False
        return {"cells": CONSISTENT if fine else INCONSISTENT, "statistic": CONSISTENT}
    if check.statistic_fits:
        return {"cells": CONSISTENT, "statistic": CONSISTENT}
    if check.p_fits:  # t and P support each other
        return {"cells": INCONSISTENT, "statistic": CONSISTENT}
    if row.p is not None and judge(check.p, row.p)[0] in (REPRODUCED, CONSISTENT):
        return {"cells": CONSISTENT, "statistic": INCONSISTENT}
    return {"cells": INCONSISTENT, "statistic": INCONSISTENT}


def _statistic(key, row: MeanRow, verdict: str, reach: str, test: str) -> Evidence:
    if verdict == CONSISTENT and row.symbol != "t":
        why = "which is never negative, " if number(row.statistic) < 0 else ""
        return Evidence(
            key, EXPLAINED, f"printed as {row.symbol}, {why}but the row holds means; {reach}"
        )
    return Evidence(key, verdict, reach)


def _p_value(key, row: MeanRow, check: TCheck) -> Evidence:
    source = "the printed t" if check.p_from_t else "means, SDs and sizes"
    verdict, words = judge(check.p_from_t or check.p, row.p)
    if verdict == EXPLAINED and not check.p_from_t:
        verdict = INCONSISTENT
    return Evidence(key, verdict, f"{check.test}'s P from {source} is {words}")


def _check_bounds(place, row: MeanRow, sizes, groups) -> list[Evidence]:
    """Means inside the variable's range, and SDs that values in that range can have."""
    if row.range is None:
        return []
    low, high = row.range
    evidence = []
    for group, size in zip(groups, sizes, strict=True):
        mean, sd = row.values[group]
        if not low <= number(mean) <= high:
            reason = f"values lie between {low:g} and {high:g}"
            evidence.append(Evidence((*place, f"{group}: mean"), INCONSISTENT, reason))
            continue
        largest = Fraction(sd_limits(mean, size, low, high)[1])
        reachable = number(sd) - Fraction(1, 2 * 10 ** decimals(sd)) <= largest
        reason = f"values between {low:g} and {high:g} have an SD up to {float(largest):.3g}"
        verdict = POSSIBLE if reachable else INCONSISTENT
        evidence.append(Evidence((*place, f"{group}: sd"), verdict, reason))
    return evidence
