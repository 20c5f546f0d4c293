"""The shape of a file of printed numbers: statements, tables of groups, of models and of pairs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Printed = Annotated[str, Field(pattern=r"^[<>]?-?\d+(\.\d+)?$", strict=True)]
PrintedCount = Annotated[str, Field(pattern=r"^\d+$", strict=True)]
PrintedOrVersion = Annotated[str, Field(pattern=r"^[<>]?-?\d+(\.\d+)*$", strict=True)]
Key = tuple[str, str, str]
SHARES = ("accuracy", "precision", "recall", "specificity")


class Part(BaseModel):
    """A part of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Number(Part):
    """One printed number and where it stands: `printed` is its text, digit by digit."""

    table: str
    row: str
    column: str
    printed: PrintedOrVersion
    place: str
    unit: str = ""
    meaning: str
    chapter: int | None = None

    @property
    def key(self) -> Key:
        """(table, row, column), unique within a paper."""
        return self.table, self.row, self.column


class Statement(Part):
    """A number in running text; `chapter` is the one that computes it from patient data."""

    printed: PrintedOrVersion
    place: str
    unit: str = ""
    meaning: str
    chapter: int | None = None


class Statements(Part):
    """Numbers of an abstract or a text: row, column, number."""

    kind: Literal["statements"]
    rows: dict[str, dict[str, Statement]]


class MeanRow(Part):
    """A continuous variable compared between groups: (mean, SD) of each."""

    kind: Literal["mean"]
    meaning: str
    unit: str = ""
    values: dict[str, tuple[Printed, Printed]]
    symbol: str = "t"
    statistic: Printed | None = None
    p: Printed | None = None
    range: tuple[float, float] | None = None


class CountRow(Part):
    """A categorical variable compared between groups: (n, %) of each group at each level.

    `complete` says that all levels are printed; otherwise the rest of a group has other levels.
    """

    kind: Literal["count"]
    meaning: str
    levels: dict[str, dict[str, tuple[PrintedCount, Printed]]]
    complete: bool = False
    symbol: str = "χ²"
    statistic: Printed | None = None
    p: Printed | None = None


class GroupTable(Part):
    """A table that compares two groups of one cohort."""

    kind: Literal["groups"]
    place: str
    cohort: str
    sizes: dict[str, PrintedCount]
    rows: dict[str, Annotated[MeanRow | CountRow, Field(discriminator="kind")]]


class Performance(Part):
    """One model in one cohort; shares in %, AUC and F1 between 0 and 1."""

    auc: Printed
    auc_low: Printed | None = None
    auc_high: Printed | None = None
    f1: Printed | None = None
    accuracy: Printed | None = None
    precision: Printed | None = None
    recall: Printed | None = None
    specificity: Printed | None = None


class CohortPerformance(Part):
    """All models of one cohort; `groups` names the table that prints its group sizes."""

    n: PrintedCount
    groups: str | None = None
    models: dict[str, Performance]


class PerformanceTable(Part):
    """A table of models' performance by cohort, with confidence intervals at `confidence` %."""

    kind: Literal["performance"]
    place: str
    confidence: Printed | None = None
    cohorts: dict[str, CohortPerformance]


class Pair(Part):
    """Test of two models' AUCs."""

    z: Printed
    p: Printed


class PairTable(Part):
    """A table of tests between models, "A vs B", by cohort; AUCs stand in table `auc_from`."""

    kind: Literal["pairs"]
    place: str
    auc_from: str | None = None
    cohorts: dict[str, dict[str, Pair]]


NEEDED = {
    "sum": ("total", "parts"),
    "images": ("per_image", "filtered"),
    "at_most": ("number", "limit"),
    "same": ("numbers",),
    "count": ("number", "of"),
    "extreme": ("number", "which", "of"),
    "bound": ("number", "of"),
    "release": ("number", "released"),
}


class Relation(Part):
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

    @model_validator(mode="after")
    def _complete(self) -> Relation:
        missing = [name for name in NEEDED[self.check] if not getattr(self, name)]
        if missing:
            raise ValueError(f"relation {self.check!r} needs {', '.join(missing)}")
        return self

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every printed number the relation names."""
        single = [key for key in (self.number, self.total, self.filtered, self.limit) if key]
        others = () if isinstance(self.of, str) else self.of
        return (*single, *self.numbers, *self.parts, *self.per_image, *others)


Table = Annotated[
    Statements | GroupTable | PerformanceTable | PairTable, Field(discriminator="kind")
]
