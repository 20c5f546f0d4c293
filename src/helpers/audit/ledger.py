"""The status of every printed number of a paper, from all checks together."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from helpers.audit.count_rows import check_count_rows
from helpers.audit.evidence import (
    CONSISTENT,
    DISPUTED,
    EXPLAINED,
    INCONSISTENT,
    POSSIBLE,
    REPRODUCED,
    Evidence,
)
from helpers.audit.group_tables import check_group_table
from helpers.audit.pair_tables import check_pairs
from helpers.audit.performance_tables import check_performance
from helpers.audit.relations import check_relations, repeated
from helpers.published import (
    GroupTable,
    Key,
    Number,
    PairTable,
    PerformanceTable,
    Published,
    Statements,
)

NOT_CHECKABLE = "not checkable from print"
NEEDS_DATA = "needs patient data"
STATUSES = (REPRODUCED, CONSISTENT, EXPLAINED, INCONSISTENT, NEEDS_DATA, NOT_CHECKABLE)
COLUMNS = ["table", "row", "column", "published", "status", "reason"]
CHAPTERS = {GroupTable: 1, PerformanceTable: 6, PairTable: 7}
# The worst verdict decides; a number that is only possible has no support yet.
ORDER = (INCONSISTENT, EXPLAINED, REPRODUCED, CONSISTENT)


def collect_evidence(published: Published) -> list[Evidence]:
    """What every check says about every number; a number can have several lines or none."""
    evidence = []
    for name, table in published.tables.items():
        if isinstance(table, GroupTable):
            evidence += check_group_table(name, table, published.groups)
            evidence += check_count_rows(name, table, published.groups)
        elif isinstance(table, PerformanceTable):
            evidence += check_performance(published, name)
        elif isinstance(table, PairTable):
            evidence += check_pairs(published, name)
    return evidence + check_relations(published)


def audit(published: Published) -> pd.DataFrame:
    """The ledger of a paper: every printed number with a status and the reason for it.

    Parameters
    ----------
    published : Published

    Returns
    -------
    DataFrame
        table, row, column, published, status, reason, in the order of the paper's file. Statuses
        are those of `STATUSES`; "needs patient data" names the chapter that has them.

    Notes
    -----
    A number that contradicts another one is inconsistent; one whose departure a check accounts for
    is explained; one that follows from others is reproduced; one that is merely compatible with
    them is consistent. Where two prints of one quantity differ, the one that another check
    supports is consistent and the other one inconsistent; without support, both are.
    """
    found = statuses(published)
    rows = [(*number.key, number.printed, *found[number.key]) for number in published.numbers]
    return pd.DataFrame(rows, columns=COLUMNS)


def statuses(published: Published) -> dict[Key, tuple[str, str]]:
    """Status and reason of every printed number by place, as `audit` tabulates them."""
    by_key: dict[Key, list[Evidence]] = defaultdict(list)
    for one in collect_evidence(published):
        by_key[one.key].append(one)
    found = {
        number.key: _status(number, by_key[number.key], published) for number in published.numbers
    }
    _carry_over(published, found)
    return found


def reasons(published: Published) -> dict[Key, str]:
    """The reason of every number that is explained or inconsistent, by place."""
    return {
        key: reason
        for key, (status, reason) in statuses(published).items()
        if status in (EXPLAINED, INCONSISTENT)
    }


def _status(number: Number, evidence: list[Evidence], published: Published) -> tuple[str, str]:
    disputed = [one for one in evidence if one.verdict == DISPUTED]
    for verdict in ORDER:
        found = [one for one in evidence if one.verdict == verdict]
        if disputed and found and verdict in (REPRODUCED, CONSISTENT):
            return CONSISTENT, _join([*disputed, *found], "; but ")
        if found:
            return verdict, _join(found + (disputed if verdict == INCONSISTENT else []))
    if disputed:
        return INCONSISTENT, _join(disputed)
    chapter = number.chapter or CHAPTERS.get(type(published.tables[number.table]))
    weak = _join([one for one in evidence if one.verdict == POSSIBLE])
    if chapter and number.row != "header":
        return NEEDS_DATA, f"see chapter {chapter}" + (f"; {weak}" if weak else "")
    return NOT_CHECKABLE, weak


def _join(evidence: list[Evidence], between: str = "; ") -> str:
    return between.join(dict.fromkeys(one.reason for one in evidence))


def _carry_over(published: Published, found: dict[Key, tuple[str, str]]) -> None:
    """A number repeated in the text takes over what its table says against it."""
    for keys in repeated(published):
        for key in keys:
            if not isinstance(published.tables[key[0]], Statements):
                continue
            for other in keys:
                same = published.number(*key).printed == published.number(*other).printed
                if same and found[other][0] in (EXPLAINED, INCONSISTENT):
                    found[key] = found[other]
