"""From the cells of a patient table to typed columns, with every problem on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.imaging.pseudonyms import read_key
from helpers.problems import Problem
from helpers.settings import CohortSettings, Variable
from helpers.spreadsheet import number

COHORTS = ("training", "external")
RESERVED = ("patient_id", "cohort", "expansion", "followup_volume_ml")
VOLUMES = ("baseline_volume_ml", "followup_volume_ml")
MOST_LEVELS = 20  # of a categorical column: beyond, it is text, a date or an identifier


def check_keys(table: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The table with patient_id as text and cohort in lower case; blank and repeated ones named."""
    problems = [
        Problem(
            file,
            f"no column {name!r} (found: {', '.join(table.columns)})",
            "patient_id and cohort",
            f"Add it, or give its header under cohort.columns: {{{name}: YOUR HEADER}}.",
        )
        for name in ("patient_id", "cohort")
        if name not in table
    ]
    if problems:
        return table, problems
    names = [None if cell is None else str(cell) for cell in table["patient_id"]]
    ids = pd.Series(names, index=table.index, dtype=object)
    table = table.assign(patient_id=ids)
    for row in ids.index[ids.isna()]:
        remedy = "Give every patient an identifier."
        problems.append(Problem(file, f"row {row}: patient_id is blank", "an identifier", remedy))
    for patient in ids[ids.duplicated() & ids.notna()].unique():
        rows = ", ".join(str(row) for row in ids.index[ids == patient])
        problems.append(
            Problem(
                file,
                f"patient_id stands in rows {rows}",
                "one row per patient",
                "Delete the copy, or give the other patient an identifier.",
                patient,
            )
        )
    for patient in ids.dropna().unique():
        if patient.startswith(".") or any(sign in patient for sign in '/\\:*?"<>|'):
            expected = "letters, digits, - and _, since it names files"
            remedy = "Rename the patient in the table and its files."
            problems.append(Problem(file, "patient_id holds a sign", expected, remedy, patient))
    words = [None if cell is None else str(cell).lower() for cell in table["cohort"]]
    cohort = pd.Series(words, index=table.index, dtype=object)
    for row in cohort.index[~cohort.isin(COHORTS)]:
        cell = table.loc[row, "cohort"]
        problems.append(
            Problem(
                file,
                f"row {row}: cohort is {'blank' if cell is None else repr(cell)}",
                "training or external",
                "Correct it, or translate your words under cohort.values: {cohort: {...}}.",
                ids[row] or "",
            )
        )
    return table.assign(cohort=cohort), problems


def pseudonymised(
    table: pd.DataFrame, file: str, key: Path | None
) -> tuple[pd.DataFrame, list[Problem]]:
    """The table with pseudonyms for identifiers, where the study names their key."""
    if key is None or "patient_id" not in table:
        return table, []
    try:
        known = read_key(key)
    except DataError as error:
        return table, [Problem.from_error("", key.name, error)]
    ids = [None if cell is None else str(cell) for cell in table["patient_id"]]
    problems = [
        Problem(
            file,
            f"row {row}: the identifier has no pseudonym in {key.name}",
            "every patient of the table in the key",
            "Import the patient's images first, or leave the row out.",
            patient,
        )
        for row, patient in zip(table.index, ids, strict=True)
        if patient is not None and patient not in known
    ]
    names = pd.Series([known.get(patient, patient) for patient in ids], table.index, dtype=object)
    return table.assign(patient_id=names), problems


def number_column(
    table: pd.DataFrame, name: str, file: str, settings: CohortSettings, least: float | None = None
) -> tuple[pd.Series, list[Problem]]:
    """A column as numbers, integers where all are; a cell that is no number is named."""
    values = pd.Series(
        [number(cell, settings.decimal) for cell in table[name]], index=table.index, dtype=float
    )
    filled = table[name].notna()
    bad = filled & (values.isna() | np.isinf(values))
    if least is not None:
        bad |= values < least
    problems = []
    expected = "a number" if least is None else f"a number of at least {least:g}"
    for row in table.index[bad]:
        cell = table.loc[row, name]
        problems.append(
            Problem(
                file,
                f"row {row}, {name} is {cell!r}",
                expected,
                _number_remedy(str(cell), settings),
                table.loc[row, "patient_id"] or "",
            )
        )
    whole = not problems and filled.all() and (values == values.round()).all()
    return values.astype(int) if whole else values, problems


def _number_remedy(cell: str, settings: CohortSettings) -> str:
    other = "," if settings.decimal == "." else "."
    if number(cell, settings.decimal) is not None:
        return "Correct the cell."
    if cell.startswith("#"):
        return "Correct the formula in this cell."
    if number(cell, other) is not None:
        return f"Set cohort.decimal to '{other}', or write the number with '{settings.decimal}'."
    if any(sign.isdigit() for sign in cell):
        return "Keep the number alone; units belong in cohort.variables."
    return "Correct the cell, or add the text to cohort.blanks if it means 'no value'."


def declared_and_inferred(
    table: pd.DataFrame, file: str, settings: CohortSettings
) -> tuple[pd.DataFrame, dict[str, Variable], list[str], list[Problem]]:
    """Clinical columns with their types: declared ones first, then inferred ones.

    Returns
    -------
    table : with numbers in continuous columns, and in others where every cell is one
    variables : name: Variable
    inferred : names of those that were not declared
    problems : list of Problem
    """
    problems = [
        Problem(
            file,
            f"no column {name!r}, which cohort.variables declares",
            "one of " + ", ".join(table.columns),
            "Add it, give its header under cohort.columns, or remove the declaration.",
        )
        for name in settings.variables
        if name not in table
    ]
    variables = {name: v for name, v in settings.variables.items() if name in table}
    undeclared = [name for name in table if name not in (*RESERVED, *variables)]
    for name in [*variables, *undeclared]:
        kind = variables[name].kind if name in variables else None
        values, found = number_column(table, name, file, settings)
        if kind is None and len(found) * 2 >= max(int(table[name].notna().sum()), 1):
            found = []  # most cells are text: so is the column
            values = _texts(table[name])
        elif kind in ("binary", "categorical") and found:
            found, values = [], _texts(table[name])
        if kind is None:
            variables[name] = Variable(kind=_kind(values))
        problems += found
        table = table.assign(**{name: values})
        problems += _check_levels(table[name], name, variables[name], file)
    return table, variables, undeclared, problems


def _texts(cells: pd.Series) -> pd.Series:
    """Every cell as text, blanks as None: numbers among levels are levels, too."""
    texts = [None if cell is None else str(cell) for cell in cells]
    return pd.Series(texts, index=cells.index, dtype=object)


def _kind(values: pd.Series) -> str:
    filled = values.dropna()
    if pd.api.types.is_numeric_dtype(values):
        return "binary" if set(filled.unique()) <= {0, 1} else "continuous"
    return "binary" if filled.nunique() <= 2 else "categorical"


def _check_levels(values: pd.Series, name: str, variable: Variable, file: str) -> list[Problem]:
    levels = sorted(values.dropna().astype(str).unique())
    shown = ", ".join(levels[:6]) + (", ..." if len(levels) > 6 else "")
    if variable.kind == "binary" and len(levels) > 2:
        remedy = f"Declare it categorical, or translate its texts under cohort.values.{name}."
        return [Problem(file, f"{name} is declared binary and holds {shown}", "two values", remedy)]
    if variable.kind == "categorical" and len(levels) > MOST_LEVELS:
        return [
            Problem(
                file,
                f"{name} holds {len(levels)} different texts",
                f"at most {MOST_LEVELS} levels",
                "List it under cohort.ignore if it is a remark, a date or a name; else group it "
                f"under cohort.values.{name}.",
            )
        ]
    if len(levels) < 2:
        found = f"{name} is " + (f"{levels[0]} in every patient" if levels else "blank everywhere")
        remedy = "List it under cohort.ignore: it tells nothing."
        severity = "warning" if levels else "error"
        return [Problem(file, found, "values that differ", remedy, severity=severity)]
    return []
