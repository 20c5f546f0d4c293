"""How many misprints the audit would catch: every digit of a paper changed, one at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers.audit.evidence import EXPLAINED, INCONSISTENT
from helpers.audit.ledger import statuses
from helpers.published import (
    GroupTable,
    Key,
    MeanRow,
    PairTable,
    Published,
    Statements,
)

COLUMNS = ["table", "row", "column", "published", "changed", "place", "caught"]


def with_number(published: Published, key: Key, text: str) -> Published:
    """The same paper with one number printed differently.

    Parameters
    ----------
    published : Published
    key : (table, row, column)
    text : the new print

    Raises
    ------
    KeyError
        when nothing is printed at that place
    """
    published.number(*key)
    raw = published.model_dump()
    *path, last = _path(published, key)
    part = raw["tables"][key[0]]
    for step in path:
        if isinstance(part[step], tuple):
            part[step] = list(part[step])
        part = part[step]
    part[last] = text
    return Published.model_validate(raw)


def _path(published: Published, key: Key) -> tuple:
    """Where a number stands inside its table."""
    name, row, column = key
    table = published.tables[name]
    if isinstance(table, Statements):
        return "rows", row, column, "printed"
    if row == "header":
        return (column,)
    before, _, after = row.partition(": ")
    if isinstance(table, GroupTable):
        group, _, kind = column.partition(": ")
        if before == "cohort":
            return "sizes", group
        if not kind:
            return "rows", row, column
        if isinstance(table.rows.get(row), MeanRow):
            return "rows", row, "values", group, int(kind == "sd")
        return "rows", before, "levels", after, group, int(kind == "%")
    if before == "cohort":
        return "cohorts", after, column
    if isinstance(table, PairTable):
        return "cohorts", before, after, column
    return "cohorts", before, "models", after, column


def changed_digits(published: Published, seed: int = 0) -> Iterator[tuple[Key, str, int, str]]:
    """Every digit of every printed number replaced by another one, drawn at random.

    Yields
    ------
    key, printed text, place of the digit counted from the last one (1), changed text
    """
    rng = np.random.default_rng(seed)
    for number in published.numbers:
        text = number.printed
        places = [place for place, sign in enumerate(text) if sign.isdigit()]
        for count, place in enumerate(places):
            digit = (int(text[place]) + int(rng.integers(1, 10))) % 10
            changed = f"{text[:place]}{digit}{text[place + 1 :]}"
            yield number.key, text, len(places) - count, changed


def catch_table(
    published: Published, tables: tuple[str, ...], seed: int = 0, step: int = 1
) -> pd.DataFrame:
    """Which single changed digits the audit notices.

    Parameters
    ----------
    published : Published
    tables : names of the tables whose digits are changed
    seed : of the digits that are put in
    step : 1 changes every digit, n every nth one

    Returns
    -------
    DataFrame
        table, row, column, published, changed, place (of the digit, 1 is the last one), caught. A
        change is caught when some number becomes inconsistent or explained that was not so
        before; a change that only removes such a mark is not.
    """
    before = _marks(published)
    rows = []
    changes = [one for one in changed_digits(published, seed) if one[0][0] in tables]
    for key, text, place, changed in changes[::step]:
        caught = bool(_marks(with_number(published, key, changed)) - before)
        rows.append((*key, text, changed, place, caught))
    return pd.DataFrame(rows, columns=COLUMNS)


def _marks(published: Published) -> set[tuple[Key, str]]:
    return {
        (key, status)
        for key, (status, _) in statuses(published).items()
        if status in (INCONSISTENT, EXPLAINED)
    }


def catch_rates(caught: pd.DataFrame) -> pd.DataFrame:
    """Share of changed digits that were caught, by table and for last digits alone.

    Returns
    -------
    DataFrame, table, digits, caught (%), last digits, caught last (%); the last row is all tables
    """
    parts = [*caught.groupby("table", sort=False), ("all", caught)]
    return pd.DataFrame(
        [
            {
                "table": name,
                "digits": len(part),
                "caught (%)": 100 * part["caught"].mean(),
                "last digits": int((part["place"] == 1).sum()),
                "last digits caught (%)": 100 * part.loc[part["place"] == 1, "caught"].mean(),
            }
            for name, part in parts
        ]
    )
