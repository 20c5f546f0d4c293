"""A ready feature table of a study with `source: features`: reading and checking."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from helpers.features.batch import FIRST_READ
from helpers.problems import Problem, refuse
from helpers.settings import CohortSettings
from helpers.spreadsheet import number, read_table
from helpers.study import Study

NAMES = ("features.parquet", "features.csv")
KEYS = ("patient_id", "read")
_PYRADIOMICS = re.compile(
    r"[A-Za-z0-9.-]+_(shape|shape2D|firstorder|glcm|glrlm|glszm|gldm|ngtdm)_[A-Za-z0-9]+"
)


def read_features(study: Study) -> pd.DataFrame:
    """The feature table of a study: patient_id, read (A1 where the table has none), features.

    Raises
    ------
    DataError
        listing every problem of the table at once.
    """
    table, problems = examine_features(study)
    refuse("the feature table", problems)
    return table.reset_index(drop=True)


def examine_features(study: Study) -> tuple[pd.DataFrame | None, list[Problem]]:
    """The feature table of a study and every problem of its cells."""
    files = [study.paths.cohort / name for name in NAMES]
    files = [file for file in files if file.is_file()]
    if len(files) != 1:
        found = " and ".join(file.name for file in files) or "no feature table in the cohort folder"
        remedy = "Keep one of them." if files else "Put it beside the patient table."
        return None, [Problem(NAMES[1], found, "features.csv or features.parquet", remedy)]
    file = files[0]
    table, problems = _read(file, study.cohort)
    if table is None:
        return None, problems
    if "patient_id" not in table:
        found = "no column 'patient_id'"
        problems.append(Problem(file.name, found, "it beside the features", "Add it."))
        return None, problems
    table["patient_id"] = table["patient_id"].astype(str)
    if "read" not in table:
        table.insert(1, "read", FIRST_READ)
    table = table[[*KEYS, *(name for name in table if name not in KEYS)]]
    return table, problems + _check_names(table, file.name)


def check_features(study: Study, patients: pd.DataFrame) -> list[Problem]:
    """Problems of a ready feature table, for the patients of its cohort."""
    table, problems = examine_features(study)
    if table is None:
        return problems
    file = next(name for name in NAMES if (study.paths.cohort / name).is_file())
    first = set(table.loc[table["read"] == FIRST_READ, "patient_id"])
    for patient in patients["patient_id"]:
        if patient not in first:
            found, remedy = "no row of the first read", "Extract it or leave the patient out."
            problems.append(Problem(file, found, "one row", remedy, patient))
    repeated = table.loc[table.duplicated(list(KEYS)), list(KEYS)]
    for row in repeated.itertuples(index=False):
        found, remedy = f"read {row.read} stands more than once", "Delete the copies."
        problems.append(Problem(file, found, "one row per read", remedy, row.patient_id))
    unknown = set(table["patient_id"]) - set(patients["patient_id"])
    if unknown:
        found = f"rows of {len(unknown)} patients who are not in {study.cohort.table}"
        remedy = "Nothing to do if they were left out on purpose."
        problems.append(Problem(file, found, "the same patients", remedy, severity="warning"))
    return problems


def _read(file, settings: CohortSettings) -> tuple[pd.DataFrame | None, list[Problem]]:
    problems = []
    if file.suffix == ".parquet":
        try:
            table = pd.read_parquet(file)
        except (OSError, ValueError) as error:
            text = str(error).splitlines()[0]
            remedy = "Write it again."
            return None, [Problem(file.name, f"not readable ({text})", "a parquet file", remedy)]
        table = table.astype({name: object for name in KEYS if name in table})
    else:
        plain = CohortSettings(encoding=settings.encoding, blanks=settings.blanks)
        table, problems = read_table(file, plain)
        if table is None:
            return None, problems
    columns = {}
    patients = table["patient_id"] if "patient_id" in table else pd.Series("", index=table.index)
    for name in table.columns:
        if name in KEYS:
            columns[name] = table[name]
            continue
        if pd.api.types.is_numeric_dtype(table[name]):
            values = table[name].astype(float)
        else:
            cells = [number(None if pd.isna(c) else c, settings.decimal) for c in table[name]]
            values = pd.Series(cells, index=table.index, dtype=float)
        columns[name] = values
        for row in table.index[~np.isfinite(values)]:
            cell = table.loc[row, name]
            shown = "blank" if pd.isna(cell) else repr(cell)
            remedy = "Extract the lesion again or leave the patient out."
            found = f"feature {name} is {shown}"
            problems.append(Problem(file.name, found, "a number", remedy, str(patients[row])))
    return pd.DataFrame(columns), problems


def _check_names(table: pd.DataFrame, file: str) -> list[Problem]:
    names = [name for name in table if name not in KEYS]
    if not names:
        found, remedy = "no feature column", "Add the features beside patient_id."
        return [Problem(file, found, "pyradiomics' names, as original_firstorder_Mean", remedy)]
    odd = [name for name in names if not _PYRADIOMICS.fullmatch(name)]
    return [
        Problem(
            file,
            f"columns {', '.join(odd[:5])}" + (f" and {len(odd) - 5} more" if odd[5:] else ""),
            "pyradiomics' names, as original_firstorder_Mean",
            "Rename them, or delete what is no feature (diagnostics, clinical columns).",
        )
    ] * bool(odd)
