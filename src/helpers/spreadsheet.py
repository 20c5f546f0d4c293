"""Tables as people keep them: CSV or XLSX in any encoding, with their own headers and signs."""

from __future__ import annotations

import csv
import datetime
import difflib
import io
import re
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from helpers.problems import Problem
from helpers.settings import CohortSettings

Cell = str | int | float
_ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def read_table(
    file: Path, settings: CohortSettings | None = None
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read a table into this book's column names, with blanks as missing.

    Parameters
    ----------
    file : .csv (separated by comma, semicolon or tab) or .xlsx
    settings : sheet, encoding, columns, values, blanks and ignore are used

    Returns
    -------
    table : DataFrame of cells (text, or numbers where an .xlsx keeps them), None for a missing
        value; its index is the row number in the file. None when there is nothing to read.
    problems : list of Problem
    """
    settings = settings or CohortSettings()
    if not file.is_file():
        return None, [
            Problem(
                file.name,
                "the file was not found in the cohort folder",
                "a table with one row per patient",
                "Check cohort.folder and cohort.table in the study.",
            )
        ]
    if file.suffix.lower() not in (".csv", ".xlsx"):
        kind = file.suffix or "no ending"
        remedy = "Save it as .csv or .xlsx and name that file in cohort.table."
        return None, [Problem(file.name, f"a table with {kind}", ".csv or .xlsx", remedy)]
    reader = _read_xlsx if file.suffix.lower() == ".xlsx" else _read_csv
    rows, problems = reader(file, settings)
    if not rows:
        return None, problems or [
            Problem(file.name, "the table is empty", "a header and one row per patient", "Fill it.")
        ]
    table, found = _as_frame(file.name, rows)
    problems += found
    if table is None:
        return None, problems
    table, found = _renamed(file.name, table, settings)
    problems += found
    table = table.drop(columns=[name for name in settings.ignore if name in table])
    blanks = {text.strip().casefold() for text in ["", *settings.blanks]}
    cells = {
        name: [None if str(cell).casefold() in blanks else cell for cell in table[name]]
        for name in table
    }
    # of object: a column of pandas' own text type would turn None into NaN
    table = pd.DataFrame(cells, index=table.index, dtype=object)
    return table[table.notna().any(axis=1)], problems


def apply_values(
    table: pd.DataFrame, file: str, settings: CohortSettings
) -> tuple[pd.DataFrame, list[Problem]]:
    """Replace cell texts by the values the study declares for them."""
    problems = []
    for name, meaning in settings.values.items():
        if name not in table:
            problems.append(
                Problem(
                    file,
                    f"column {name!r} of cohort.values is not in the table",
                    "one of " + ", ".join(table.columns),
                    "Correct cohort.values or cohort.columns.",
                )
            )
            continue
        known = {text.strip().casefold(): value for text, value in meaning.items()}
        known |= {str(value).casefold(): value for value in meaning.values()}
        unknown = [c is not None and str(c).casefold() not in known for c in table[name]]
        for row, (patient, cell) in table.loc[unknown, ["patient_id", name]].iterrows():
            problems.append(
                Problem(
                    file,
                    f"row {row}, {name} is {cell!r}",
                    "one of " + ", ".join(meaning),
                    f"Correct the cell, or add its text to cohort.values.{name}.",
                    patient or "",
                )
            )
        new = [None if c is None else known.get(str(c).casefold(), c) for c in table[name]]
        table = table.assign(**{name: pd.Series(new, index=table.index, dtype=object)})
    return table, problems


def number(cell: Cell | None, decimal: str = ".") -> float | None:
    """The number in a cell, None when there is none.

    Full-width digits count as digits. Thousands separators and units do not belong to a number.

    Examples
    --------
    >>> number("12,5", decimal=",")
    12.5
    >>> number("12,5") is None
    True
    """
    if isinstance(cell, int | float):
        return float(cell)
    text = unicodedata.normalize("NFKC", cell or "").replace("−", "-").strip()
    if decimal == ",":
        text = "not a number" if "." in text else text.replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def _read_csv(file: Path, settings: CohortSettings) -> tuple[list[list[Cell]], list[Problem]]:
    content = file.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = (settings.encoding,) if settings.encoding else _ENCODINGS
    text, used = None, ""
    for used in encodings:
        try:
            text = content.decode(used)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    if text is None or "\0" in text:
        tried = ", ".join(encodings)
        remedy = "Save the table as UTF-8, or name its encoding in cohort.encoding."
        return [], [Problem(file.name, f"text that is not {tried}", "a text table", remedy)]
    problems = []
    if not settings.encoding and used in ("gb18030", "cp1252"):
        problems.append(
            Problem(
                file.name,
                f"text that is not UTF-8; it was read as {used}",
                "UTF-8, or the encoding named in cohort.encoding",
                "Look at the texts in chapter 1; name the encoding if letters are wrong.",
                severity="warning",
            )
        )
    header = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=separator)
        return [[cell.strip() for cell in line] for line in lines], problems
    except csv.Error as error:
        remedy = "Open it in a spreadsheet program and save it as CSV again."
        return [], [*problems, Problem(file.name, str(error), "a CSV table", remedy)]


def _read_xlsx(file: Path, settings: CohortSettings) -> tuple[list[list[Cell]], list[Problem]]:
    try:
        book = openpyxl.load_workbook(file, data_only=True)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, InvalidFileException) as error:
        remedy = "Save it again as .xlsx without a password, or as .csv."
        return [], [Problem(file.name, f"it cannot be opened ({error})", "an .xlsx file", remedy)]
    names = book.sheetnames
    wanted = settings.sheet
    if wanted not in names and not (isinstance(wanted, int) and 0 <= wanted < len(names)):
        expected = f"one of {', '.join(names)}, or 0 to {len(names) - 1}"
        remedy = "Correct cohort.sheet."
        return [], [Problem(file.name, f"no sheet {wanted!r}", expected, remedy)]
    sheet = book[names[wanted] if isinstance(wanted, int) else wanted]
    return [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)], []


def _cell(value: object) -> Cell:
    """A cell of a spreadsheet as text or number."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value).strip()


def _as_frame(file: str, rows: list[list[Cell]]) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Rows under their header; the index counts rows as a spreadsheet program does."""
    start = next((n for n, row in enumerate(rows) if any(c != "" for c in row)), None)
    if start is None:
        return None, [Problem(file, "no row holds anything", "a header and patients", "Fill it.")]
    header = [str(cell).strip() for cell in rows[start]]
    while header and not header[-1]:
        header.pop()
    problems = [
        Problem(
            file,
            f"{header.count(name)} columns named {name!r}" if name else "a column without name",
            "every column named once",
            "Rename or delete it in the table.",
        )
        for name in dict.fromkeys(header)
        if not name or header.count(name) > 1
    ]
    if problems:
        return None, problems
    body, index = [], []
    for position, row in enumerate(rows[start + 1 :], start=start + 2):
        if not any(cell != "" for cell in row):
            continue
        extra = [cell for cell in row[len(header) :] if cell != ""]
        if extra or len(row) < len(header):
            problems.append(
                Problem(
                    file,
                    f"row {position} has {len(row)} cells",
                    f"{len(header)}, as in the header",
                    "Put text that holds the separator in quotes, or fill the row.",
                    str(row[0]),
                )
            )
        body.append((row + [""] * len(header))[: len(header)])
        index.append(position)
    return pd.DataFrame(body, columns=header, index=index, dtype=object), problems


def _renamed(
    file: str, table: pd.DataFrame, settings: CohortSettings
) -> tuple[pd.DataFrame, list[Problem]]:
    problems, names = [], {}
    for ours, theirs in settings.columns.items():
        if theirs in table:
            names[theirs] = ours
            continue
        near = difflib.get_close_matches(theirs, list(table.columns), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        found = f"no column {theirs!r}, which cohort.columns names for {ours}"
        expected = "one of " + ", ".join(table.columns)
        remedy = f"Correct cohort.columns.{ours}.{hint}"
        problems.append(Problem(file, found, expected, remedy))
    for theirs, ours in names.items():
        if ours != theirs and ours in table and ours not in names:
            remedy = f"Take {ours} out of cohort.columns, or rename the other column in the table."
            found = f"column {theirs!r} would become {ours!r}, which the table has as well"
            problems.append(Problem(file, found, "one column of each name", remedy))
            table = table.drop(columns=ours)
    return table.rename(columns=names), problems
