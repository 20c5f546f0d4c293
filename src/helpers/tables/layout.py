"""A result table laid out as a journal prints it, before it becomes HTML, Word or LaTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from helpers.tables.wording import ABSENT, P_COLUMNS, aligned, column_texts, header

_NUMERIC = re.compile(r"[<>≥≤]?[−-]?\d(?:[\d\s.,;±+%()<>≥≤−–-]|e[+-]?\d|\bto\b)*")
_ONE_LINE = 18  # characters that are not worth a second line
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Row:
    """One printed row.

    cells : texts, one per column; a group row has only the first one
    kind : "row", "group" (a heading across the table) or "level" (indented)
    mark : letter of a footnote, behind the P value or, without one, behind the last cell
    """

    cells: list[str]
    kind: str = "row"
    mark: str = ""


@dataclass(frozen=True)
class Printed:
    """A table ready to be printed: headers, rows and footnotes.

    numeric : whether each column holds numbers, which are aligned at their right
    """

    headers: list[str]
    numeric: list[bool]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)

    @property
    def marked(self) -> int:
        """Index of the column behind which a footnote's letter stands."""
        return self.headers.index("P") if "P" in self.headers else len(self.headers) - 1

    @cached_property
    def short(self) -> list[bool]:
        """Whether every text of a column is short enough to stand on one line."""
        cells = [row.cells for row in self.rows if row.kind != "group"]
        return [
            all(len(text) <= _ONE_LINE for text in column) for column in zip(*cells, strict=True)
        ]


def lay_out(table: pd.DataFrame) -> Printed:
    """Lay a result table out for print.

    An estimate and its two limits become one column; a column `test` becomes footnotes; cohorts
    become headings; the column `positive` and columns without any text are left out.

    Parameters
    ----------
    table : DataFrame as a chapter has it

    Returns
    -------
    Printed
    """
    blank = [name for name in table if table[name].isin(["", None]).all()]
    table = table.drop(columns=[*blank, *(name for name in ("positive",) if name in table)])
    if {"variable", "level", "test"} <= set(table) and "groups" in table.attrs:
        return _baseline(table)
    marks, notes = _test_marks(table)
    table = table.drop(columns=[name for name in ("test",) if name in table])
    labels = table.attrs.get("labels", {})
    if "variable" in table and labels:
        table = table.assign(variable=table["variable"].map(lambda name: labels.get(name, name)))
    texts, numeric = _columns(table)
    grouped = "cohort" in table and table["cohort"].duplicated().any()
    if grouped:
        cohorts, _ = texts.pop("Cohort"), numeric.pop("Cohort")
    rows, last = [], None
    for number in range(len(table)):
        if grouped and cohorts[number] != last:
            last = cohorts[number]
            rows.append(Row([last[:1].upper() + last[1:]], "group"))
        rows.append(Row([column[number] for column in texts.values()], "row", marks[number]))
    return Printed(list(texts), list(numeric.values()), rows, notes)


def _columns(table: pd.DataFrame) -> tuple[dict[str, list[str]], dict[str, bool]]:
    """Header: texts, and header: numeric; an estimate and its limits in one column."""
    texts, numeric = {}, {}
    confidence = table.attrs.get("confidence")
    interval = f"{confidence:.0%} CI" if confidence else "CI"
    for name in table.columns:
        if name.endswith(("_low", "_high")) and name.rsplit("_", 1)[0] in table:
            continue
        column, title = column_texts(name, table[name]), header(name)
        limits = [f"{name}_low", f"{name}_high"]
        if set(limits) <= set(table):
            low, high = (column_texts(name, table[limit]) for limit in limits)
            column = [
                text if text == ABSENT or lower == ABSENT else f"{text} ({lower} to {upper})"
                for text, lower, upper in zip(column, low, high, strict=True)
            ]
            title = f"{title} ({interval})"
        numbers = pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(
            table[name]
        )
        numeric[title] = numbers or _mostly_numbers(column)
        whole = not numbers or set(limits) <= set(table)  # a bare number is aligned as it is
        texts[title] = aligned(column) if numeric[title] and whole else column
    return texts, numeric


def _mostly_numbers(column: list[str]) -> bool:
    """Whether all filled texts are numbers, intervals, or numbers with something in brackets."""
    filled = [text for text in column if text not in ("", ABSENT)]
    return bool(filled) and all(_NUMERIC.fullmatch(text) for text in filled)


def _test_marks(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """A letter for each row's test, and the footnotes that name them."""
    if "test" not in table:
        return [""] * len(table), []
    tests = [test for test in table["test"].dropna().unique() if test]
    letters = dict(zip(tests, LETTERS, strict=False))
    marks = [letters.get(test, "") for test in table["test"]]
    return marks, [f"{letter} {test}" for test, letter in letters.items()]


def _baseline(table: pd.DataFrame) -> Printed:
    """Table 1: a variable with several printed levels gets a heading line of its own."""
    marks, notes = _test_marks(table)
    groups, labels = table.attrs["groups"], table.attrs["labels"]
    rows, p_name = [], next(name for name in P_COLUMNS if name in table)
    statistic, p = (column_texts(name, table[name]) for name in ("statistic", p_name))
    halves = [aligned(column_texts(name, table[name])) for name in groups]
    levels = table.groupby("variable", sort=False)["level"].transform("size")
    last = None
    for number, row in enumerate(table.itertuples()):
        label = labels.get(row.variable, row.variable)
        tail = [statistic[number], p[number]]
        cells = [half[number] for half in halves]
        if levels.iloc[number] > 1:
            if row.variable != last:
                head = [f"{label}, n\u00a0(%)", *[""] * len(halves), *tail]
                rows.append(Row(head, "row", marks[number]))
            rows.append(Row([row.level, *cells, "", ""], "level"))
        else:
            shown = (
                f"{label}, mean\u00a0±\u00a0SD" if not row.level else _one_level(label, row.level)
            )
            rows.append(Row([shown, *cells, *tail], "row", marks[number]))
        last = row.variable
    headers = ["Variable"] + [
        f"{header(name)} (n\u00a0=\u00a0{size})" for name, size in groups.items()
    ]
    headers += ["Statistic", "P"]
    notes.append("Statistic: t, χ² or, for Fisher's test of a 2 × 2 table, the odds ratio.")
    return Printed(headers, [False, True, True, True, True], rows, notes)


def _one_level(label: str, level: str) -> str:
    return f"{label}, n\u00a0(%)" if level == "yes" else f"{label} ({level}), n\u00a0(%)"
