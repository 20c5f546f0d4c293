"""Checks of the categorical rows of a table that compares two groups."""

from __future__ import annotations

from fractions import Fraction

from helpers.audit.counts import (
    FISHER,
    FREEMAN_HALTON,
    HiddenLevels,
    Match,
    hidden_levels,
    implied_df,
    match_tests,
    possible_counts,
)
from helpers.audit.evidence import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    REPRODUCED,
    Evidence,
    judge,
)
from helpers.audit.rounding import decimals, number, print_like
from helpers.published import CountRow, GroupTable

Levels = dict[tuple[str, str], int]
EXACT = (FISHER, FREEMAN_HALTON)


def check_count_rows(name: str, table: GroupTable, groups: tuple[str, str]) -> list[Evidence]:
    """Evidence on every count, percentage, χ² and P of the categorical rows of a table.

    Parameters
    ----------
    name : of the table in the paper's file
    table : GroupTable
    groups : the two groups
    """
    sizes = tuple(int(table.sizes[group]) for group in groups)
    evidence = []
    if min(sizes) < 1:  # no percentage of nobody; the sums of group sizes tell
        return evidence
    for key, row in table.rows.items():
        if isinstance(row, CountRow):
            evidence += _check_row((name, key), row, sizes, groups)
    return evidence


def printed_counts(row: CountRow, groups: tuple[str, str]) -> tuple[tuple[int, int], ...]:
    """Counts of the printed levels, one pair a level."""
    return tuple(tuple(int(level[group][0]) for group in groups) for level in row.levels.values())


def full_table(row: CountRow, sizes, groups) -> tuple[tuple[int, int], ...]:
    """All levels of a row; what is not printed counts as one more level."""
    return _full(row, _levels(row, groups, printed=True), sizes, groups)


def _levels(row: CountRow, groups, printed: bool, sizes=()) -> Levels:
    """Counts by level and group: as printed, or where possible as the percentages tell."""
    levels = {}
    for level, cells in row.levels.items():
        for g, group in enumerate(groups):
            count, share = cells[group]
            possible = [] if printed else possible_counts(share, sizes[g])
            alone = len(possible) == 1
            levels[level, group] = possible[0] if alone else int(count)
    return levels


def _support(row: CountRow, levels: Levels, sizes, groups) -> int:
    """How much of the row's tests and totals a set of counts accounts for."""
    match = match_tests(_full(row, levels, sizes, groups), row.statistic, row.p)
    totals = [sum(n for (_, one), n in levels.items() if one == group) for group in groups]
    return bool(match.statistic) + bool(match.p) + (row.complete and totals == list(sizes))


def _full(row: CountRow, levels: Levels, sizes, groups) -> tuple[tuple[int, int], ...]:
    counts = tuple(tuple(levels[level, group] for group in groups) for level in row.levels)
    if row.complete:
        return counts
    rest = tuple(size - sum(level[g] for level in counts) for g, size in enumerate(sizes))
    return (*counts, rest)


def _check_row(place, row: CountRow, sizes, groups) -> list[Evidence]:
    """Judge a row by its printed counts, or by its percentages where tests and totals say so."""
    printed = _levels(row, groups, printed=True)
    told = _levels(row, groups, printed=False, sizes=sizes)
    support = _support(row, printed, sizes, groups)
    if told != printed and _support(row, told, sizes, groups) > support:
        printed, support = told, _support(row, told, sizes, groups)
    evidence = _tests(place, row, printed, sizes, groups)
    for g, group in enumerate(groups):
        evidence += _shares(place, row, printed, group, sizes[g], bool(support))
    return evidence


def _shares(place, row: CountRow, levels: Levels, group, size: int, supported) -> list[Evidence]:
    table, name = place
    evidence = []
    adjusted = _made_to_add_up(row, group, size)
    total = sum(n for (_, one), n in levels.items() if one == group)
    for level, cells in row.levels.items():
        count, share = cells[group]
        keys = [(table, f"{name}: {level}", f"{group}: {kind}") for kind in ("n", "%")]
        if int(count) > size or (row.complete and total != size):
            reason = f"the levels add up to {total}, the group holds {size}"
            evidence.append(Evidence(keys[0], INCONSISTENT, reason))
        if levels[level, group] != int(count):
            reason = f"{share}% of {size} is {levels[level, group]}, and the rest of the row fits"
            evidence.append(Evidence(keys[0], INCONSISTENT, reason))
            evidence.append(Evidence(keys[1], CONSISTENT, "fits the rest of the row"))
            continue
        verdict, words = judge(Fraction(100 * int(count), size), share, "%")
        reason = f"{count} of {size} is {words}"
        if verdict in (EXPLAINED, INCONSISTENT) and level in adjusted:
            verdict, reason = EXPLAINED, f"{reason}; printed so that the levels add up to 100%"
        evidence.append(Evidence(keys[1], verdict, reason))
        evidence.append(_count(keys[0], count, share, size, verdict, supported))
    return evidence


def _count(key, count: str, share: str, size: int, verdict: str, supported: bool) -> Evidence:
    possible = possible_counts(share, size)
    if possible == [int(count)]:
        return Evidence(key, REPRODUCED, f"the only count of {size} that is {share}%")
    if int(count) in possible:
        return Evidence(key, CONSISTENT, f"one of {len(possible)} counts that are {share}%")
    if verdict == EXPLAINED:
        return Evidence(key, CONSISTENT, f"the nearest count to {share}% of {size}")
    if supported:
        return Evidence(key, CONSISTENT, "fits the rest of the row")
    found = ", ".join(map(str, possible)) or "no count"
    return Evidence(key, INCONSISTENT, f"{share}% of {size} is {found}")


def _made_to_add_up(row: CountRow, group: str, size: int) -> list[str]:
    """Levels whose printed percentage departs by a unit and thereby makes the total 100%."""
    if not row.complete:
        return []
    printed = {level: cells[group][1] for level, cells in row.levels.items()}
    exact = {
        level: Fraction(
            print_like(Fraction(100 * int(row.levels[level][group][0]), size), printed[level])
        )
        for level in printed
    }
    if sum(map(number, printed.values())) != 100 or sum(exact.values()) == 100:
        return []
    unit = Fraction(1, 10 ** max(map(decimals, printed.values())))
    return [level for level in printed if abs(number(printed[level]) - exact[level]) == unit]


def _tests(place, row: CountRow, levels: Levels, sizes, groups) -> list[Evidence]:
    table = _full(row, levels, sizes, groups)
    match = match_tests(table, row.statistic, row.p)
    if row.statistic is not None and not match.statistic and row.p is not None:
        found = find_hidden(row, sizes, groups)
        if found:
            return _hidden(place, row, found)
    evidence = []
    if row.statistic is not None:
        evidence.append(_statistic((*place, "statistic"), row.statistic, match))
    if row.p is not None:
        evidence.append(_p_value((*place, "p"), row, match))
    return evidence


def find_hidden(row: CountRow, sizes, groups) -> list[HiddenLevels]:
    """Splits of the patients without a printed level that give a printed χ² and P."""
    counts = printed_counts(row, groups)
    if row.complete or any(
        sum(level[g] for level in counts) > size for g, size in enumerate(sizes)
    ):
        return []
    for df in implied_df(row.statistic, row.p):
        unprinted = df + 1 - len(counts)
        if unprinted in (2, 3):
            found = hidden_levels(counts, sizes, row.statistic, unprinted)
            if found:
                return found
    return []


def _hidden(place, row: CountRow, found: list[HiddenLevels]) -> list[Evidence]:
    df = len(row.levels) + len(found[0].levels) - 1
    least = " and ".join(map(str, found[0].smallest))
    how = "the only such table has" if len(found) == 1 else f"one of {len(found)} such tables has"
    reason = (
        f"χ² and P belong together with {df} degrees of freedom, so a level is not printed; "
        f"{how} one of {least} patients in the two groups"
    )
    return [Evidence((*place, column), EXPLAINED, reason) for column in ("statistic", "p")]


def _statistic(key, printed: str, match: Match) -> Evidence:
    if match.statistic:
        names = " or ".join(match.statistic)
        value = match.values[match.statistic[0]][0]
        return Evidence(key, REPRODUCED, f"{names} gives {value:.4f}")
    tried = {n: found[0] for n, found in match.values.items() if n not in EXACT}
    for name, value in tried.items():
        verdict, words = judge(value, printed)
        if verdict == EXPLAINED:
            return Evidence(key, EXPLAINED, f"{name} gives {words}")
    given = ", ".join(f"{name} gives {value:.4f}" for name, value in tried.items())
    return Evidence(key, INCONSISTENT, given or "an empty level cannot be tested")


def _p_value(key, row: CountRow, match: Match) -> Evidence:
    given = {name: found[1] for name, found in match.values.items()}
    if match.p:
        both = [name for name in match.p if name in match.statistic]
        names = " or ".join(both or match.p)
        reason = f"{names} gives {given[(both or match.p)[0]]:.4f}"
        if match.statistic and not both:  # one row, two tests
            reason += f", while the statistic beside it is that of {' or '.join(match.statistic)}"
            return Evidence(key, EXPLAINED, reason)
        return Evidence(key, REPRODUCED, reason)
    for name in match.statistic:
        verdict, words = judge(given[name], row.p)
        if verdict == EXPLAINED:
            return Evidence(key, EXPLAINED, f"{name} gives {words}")
    words = ", ".join(f"{name} gives {value:.4f}" for name, value in given.items())
    return Evidence(key, INCONSISTENT, words or "an empty level cannot be tested")
