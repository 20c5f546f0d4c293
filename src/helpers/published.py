"""What a paper prints: every number as text, with its digits, its place, its unit and its meaning.

A number is kept as it is printed, because its digits say how precisely it is known: "173.0" is
another statement than "173". The YAML file that holds them also says what the tables are (groups
compared, performance of models, pairs of models), so that `helpers.audit` can check any paper
that is written down this way.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import Field, ValidationError, model_validator

from helpers.errors import DataError
from helpers.published_schema import (
    SHARES,
    CohortPerformance,
    CountRow,
    GroupTable,
    Key,
    MeanRow,
    Number,
    Pair,
    PairTable,
    Part,
    Performance,
    PerformanceTable,
    Relation,
    Statements,
    Table,
)

__all__ = [
    "CohortPerformance",
    "CountRow",
    "GroupTable",
    "Key",
    "MeanRow",
    "Number",
    "Pair",
    "PairTable",
    "Performance",
    "PerformanceTable",
    "Published",
    "Relation",
    "Statements",
    "load_published",
]
DEFAULT = Path(__file__).with_name("published.yaml")


class Published(Part):
    """The printed numbers of one paper and what its tables are."""

    citation: str
    doi: str | None = None
    groups: tuple[str, str] = Field(description="the two outcome groups, as tables order them")
    tables: dict[str, Table]
    relations: tuple[Relation, ...] = ()

    @model_validator(mode="after")
    def _names_agree(self) -> Published:
        for name, table in self.tables.items():
            for row in _group_rows(table):
                for groups in row:
                    if set(groups) != set(self.groups):
                        raise ValueError(
                            f"table {name!r} has groups {sorted(groups)}; "
                            f"expected {sorted(self.groups)}"
                        )
            if isinstance(table, PairTable):
                self._need(name, table.auc_from, PerformanceTable)
            if isinstance(table, PerformanceTable):
                for block in table.cohorts.values():
                    self._need(name, block.groups, GroupTable)
        for relation in self.relations:
            for key in relation.keys:
                if key not in self._by_key:
                    raise ValueError(f"relation {relation.check!r} names {key}, not a number here")
        return self

    def _need(self, name: str, other: str | None, kind: type) -> None:
        if other is not None and not isinstance(self.tables.get(other), kind):
            raise ValueError(
                f"table {name!r} names {other!r}, which is not a table of the kind it needs"
            )

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Every printed number, in the order of the file."""
        return tuple(
            number for name, table in self.tables.items() for number in _numbers(name, table)
        )

    @cached_property
    def _by_key(self) -> dict[Key, Number]:
        return {number.key: number for number in self.numbers}

    def number(self, table: str, row: str, column: str) -> Number:
        """The number at a place.

        Raises
        ------
        KeyError
            when nothing is printed there
        """
        try:
            return self._by_key[table, row, column]
        except KeyError:
            raise KeyError(f"no number is printed at {table!r}, {row!r}, {column!r}") from None

    def of_kind(self, kind: type) -> dict[str, Table]:
        """The tables of one kind, by name."""
        return {name: table for name, table in self.tables.items() if isinstance(table, kind)}


def load_published(path: str | Path | None = None) -> Published:
    """Read and check the printed numbers of a paper.

    Parameters
    ----------
    path : a YAML file; by default Liu & He 2025

    Returns
    -------
    Published

    Raises
    ------
    DataError
        when the file is missing, is not YAML, or a key or a number is not as expected; every
        problem is named with its place.

    Examples
    --------
    >>> load_published().number("table1", "systolic_bp", "no_expansion: mean").printed
    '173.0'
    """
    file = Path(path or DEFAULT)  # a default in the signature would print this machine's path
    if not file.is_file():
        raise DataError(f"{file.name}: no such file. Give the path of a YAML of printed numbers.")
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"{file.name} is not readable as YAML: {error}") from error
    try:
        return Published.model_validate(raw)
    except ValidationError as error:
        problems = "\n".join(f"  - {_explain(problem)}" for problem in error.errors())
        raise DataError(f"{file.name} does not hold printed numbers:\n{problems}") from error


def _explain(problem: dict) -> str:
    place = " > ".join(str(part) for part in problem["loc"]) or "the file"
    found = problem.get("input")
    hint = ""
    if isinstance(found, int | float):
        hint = f" (found {found!r}: put a printed number in quotes, so that its digits stay)"
    elif isinstance(found, str):
        hint = f" (found {found!r})"
    return f"{place}: {problem['msg']}{hint}"


def _group_rows(table: Table) -> Iterator[list[dict]]:
    if not isinstance(table, GroupTable):
        return
    yield [table.sizes]
    for row in table.rows.values():
        yield [row.values] if isinstance(row, MeanRow) else list(row.levels.values())


def _numbers(name: str, table: Table) -> Iterator[Number]:
    if isinstance(table, Statements):
        for row, cells in table.rows.items():
            for column, cell in cells.items():
                yield Number(table=name, row=row, column=column, **cell.model_dump())
        return
    for row, column, printed, unit, meaning in _cells(table):
        if printed is not None:
            yield Number(
                table=name,
                row=row,
                column=column,
                printed=printed,
                place=table.place,
                unit=unit,
                meaning=meaning,
            )


def _cells(table: GroupTable | PerformanceTable | PairTable) -> Iterator[tuple]:
    if isinstance(table, GroupTable):
        for group, size in table.sizes.items():
            yield f"cohort: {table.cohort}", f"{group}: n", size, "patients", f"group {group}"
        for name, row in table.rows.items():
            yield from _row_cells(name, row)
        return
    if isinstance(table, PairTable):
        for cohort, pairs in table.cohorts.items():
            for name, pair in pairs.items():
                for column in ("z", "p"):
                    meaning = f"{column.upper()} of the AUC difference, {name}, {cohort}"
                    yield f"{cohort}: {name}", column, getattr(pair, column), "", meaning
        return
    yield "header", "confidence", table.confidence, "%", "confidence level of the intervals"
    for cohort, block in table.cohorts.items():
        yield f"cohort: {cohort}", "n", block.n, "patients", f"{cohort} cohort"
        for model, cells in block.models.items():
            for column, printed in cells.model_dump().items():
                unit = "%" if column in SHARES else ""
                meaning = f"{column.replace('_', ' ')} of {model}, {cohort}"
                yield f"{cohort}: {model}", column, printed, unit, meaning


def _row_cells(name: str, row: MeanRow | CountRow) -> Iterator[tuple]:
    if isinstance(row, MeanRow):
        for group, (mean, sd) in row.values.items():
            yield name, f"{group}: mean", mean, row.unit, f"mean of {row.meaning}"
            yield name, f"{group}: sd", sd, row.unit, f"SD of {row.meaning}"
    else:
        for level, groups in row.levels.items():
            for group, (n, share) in groups.items():
                meaning = f"{row.meaning}: {level}"
                yield f"{name}: {level}", f"{group}: n", n, "patients", meaning
                yield f"{name}: {level}", f"{group}: %", share, "%", meaning
    yield name, "statistic", row.statistic, "", f"{row.symbol} of {row.meaning}"
    yield name, "p", row.p, "", f"P of {row.meaning}"
