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
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from helpers.errors import DataError

DEFAULT = Path(__file__).with_name("published.yaml")
Printed = Annotated[str, Field(pattern=r"^[<>]?-?\d+(\.\d+)*$", strict=True)]
Key = tuple[str, str, str]
SHARES = ("accuracy", "precision", "recall", "specificity")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Number(_Part):
    """One printed number and where it stands: `printed` is its text, digit by digit."""

    table: str
    row: str
    column: str
    printed: Printed
    place: str
    unit: str = ""
    meaning: str

    @property
    def key(self) -> Key:
        """(table, row, column), unique within a paper."""
        return self.table, self.row, self.column


class Statement(_Part):
    """A number in running text."""

    printed: Printed
    place: str
    unit: str = ""
    meaning: str


class Statements(_Part):
    """Numbers of an abstract or a text: row, column, number."""

    kind: Literal["statements"]
    rows: dict[str, dict[str, Statement]]


class MeanRow(_Part):
    """A continuous variable compared between groups: (mean, SD) of each."""

    kind: Literal["mean"]
    meaning: str
    unit: str = ""
    values: dict[str, tuple[Printed, Printed]]
    symbol: str = "t"
    statistic: Printed | None = None
    p: Printed | None = None
    range: tuple[float, float] | None = None


class CountRow(_Part):
    """A categorical variable compared between groups: (n, %) of each group at each level.

    `complete` says that all levels are printed; otherwise the rest of a group has other levels.
    """

    kind: Literal["count"]
    meaning: str
    levels: dict[str, dict[str, tuple[Printed, Printed]]]
    complete: bool = False
    symbol: str = "χ²"
    statistic: Printed | None = None
    p: Printed | None = None


class GroupTable(_Part):
    """A table that compares two groups of one cohort."""

    kind: Literal["groups"]
    place: str
    cohort: str
    sizes: dict[str, Printed]
    rows: dict[str, Annotated[MeanRow | CountRow, Field(discriminator="kind")]]


class Performance(_Part):
    """One model in one cohort; shares in %, AUC and F1 between 0 and 1."""

    auc: Printed
    auc_low: Printed | None = None
    auc_high: Printed | None = None
    f1: Printed | None = None
    accuracy: Printed | None = None
    precision: Printed | None = None
    recall: Printed | None = None
    specificity: Printed | None = None


class CohortPerformance(_Part):
    """All models of one cohort; `groups` names the table that prints its group sizes."""

    n: Printed
    groups: str | None = None
    models: dict[str, Performance]


class PerformanceTable(_Part):
    """A table of models' performance by cohort, with confidence intervals at `confidence` %."""

    kind: Literal["performance"]
    place: str
    confidence: Printed | None = None
    cohorts: dict[str, CohortPerformance]


class Pair(_Part):
    """Test of two models' AUCs."""

    z: Printed
    p: Printed


class PairTable(_Part):
    """A table of tests between models, "A vs B", by cohort; AUCs stand in table `auc_from`."""

    kind: Literal["pairs"]
    place: str
    auc_from: str | None = None
    cohorts: dict[str, dict[str, Pair]]


class Relation(_Part):
    """What a printed number must satisfy; `helpers.audit.relations` says what each check does."""

    check: Literal["sum", "images", "at_most", "same", "count", "extreme", "bound", "release"]
    number: Key | None = None
    numbers: tuple[Key, ...] = ()
    total: Key | None = None
    parts: tuple[Key, ...] = ()
    per_image: tuple[Key, ...] = ()
    filtered: Key | None = None
    limit: Key | None = None
    of: str | tuple[Key, ...] = ()
    which: Literal["smallest", "largest"] | None = None
    released: tuple[str, ...] = ()
    source: str = ""

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every printed number the relation names."""
        single = [key for key in (self.number, self.total, self.filtered, self.limit) if key]
        others = () if isinstance(self.of, str) else self.of
        return (*single, *self.numbers, *self.parts, *self.per_image, *others)


Table = Annotated[
    Statements | GroupTable | PerformanceTable | PairTable, Field(discriminator="kind")
]


class Published(_Part):
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
            source = getattr(table, "auc_from", None)
            if source is not None and source not in self.tables:
                raise ValueError(f"table {name!r} takes AUCs from {source!r}, which is not here")
        for relation in self.relations:
            for key in relation.keys:
                if key not in self._by_key:
                    raise ValueError(f"relation {relation.check!r} names {key}, not a number here")
        return self

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


def load_published(path: str | Path = DEFAULT) -> Published:
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
    file = Path(path)
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
