"""The patient table: columns, checks, the expansion outcome, images and re-reads of each patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.features.batch import Case
from helpers.imaging.files import find_image, find_mask
from helpers.study import OutcomeSettings, Study, Variable

COHORTS = ("training", "external")
RESERVED = ("patient_id", "cohort", "expansion", "followup_volume_ml")
FIRST_READ = "A1"


@dataclass
class Cohort:
    """A checked patient table and the meaning of its clinical columns."""

    patients: pd.DataFrame
    variables: dict[str, Variable]
    inferred: list[str] = field(default_factory=list)

    def part(self, name: str) -> pd.DataFrame:
        """Patients of one cohort, `training` or `external`."""
        return self.patients[self.patients["cohort"] == name]


def expansion(
    baseline_ml: pd.Series, followup_ml: pd.Series, rule: OutcomeSettings | None = None
) -> pd.Series:
    """Hematoma expansion from two volumes.

    Growth of more than `rule.absolute_ml` ml or of more than `rule.relative` of the baseline
    (Liu & He 2025, section 1.2; Dowlatshahi 2011).

    Parameters
    ----------
    baseline_ml, followup_ml : Series, shape = (n_patients,), ml

    Returns
    -------
    Series of 0 and 1, shape = (n_patients,)
    """
    rule = rule or OutcomeSettings()
    growth = followup_ml - baseline_ml
    return ((growth > rule.absolute_ml) | (growth > rule.relative * baseline_ml)).astype(int)


def load_cohort(study: Study) -> Cohort:
    """Read the patient table of a study and check all of it.

    Raises
    ------
    DataError
        listing every problem of the table at once.
    """
    cohort, problems = examine_cohort(study)
    if problems:
        raise DataError(
            f"patients.csv has {len(problems)} problem(s):\n"
            + "\n".join(f"  - {problem}" for problem in problems)
        )
    return cohort


def examine_cohort(study: Study) -> tuple[Cohort | None, list[str]]:
    """The cohort of a study, and every problem of its patient table as a sentence."""
    file = study.paths.cohort / "patients.csv"
    if not file.is_file():
        return None, [
            f"{file.name} was not found in the cohort folder. Expected a table with patient_id, "
            "cohort and the outcome; check cohort.folder in the study."
        ]
    try:
        table = pd.read_csv(file, dtype={"patient_id": str}, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError) as error:
        return None, [f"{file.name} is not readable as CSV in UTF-8: {error}"]
    table = table.drop(columns=[name for name in study.cohort.ignore if name in table])
    problems = _check_keys(table)
    if problems:
        return None, problems
    table, problems = _with_outcome(table, study.outcome)
    variables, inferred = _variables(table, study.cohort.variables)
    problems += _check_variables(table, study.cohort.variables, variables)
    if "expansion" in table and not problems:
        problems += _check_classes(table, study.models.folds)
    return Cohort(table, variables, inferred), problems


def _check_keys(table: pd.DataFrame) -> list[str]:
    problems = [
        f"column {name!r} is missing (found: {', '.join(table.columns)}). Add it or rename yours."
        for name in ("patient_id", "cohort")
        if name not in table
    ]
    if problems:
        return problems
    for row in np.flatnonzero(table["patient_id"].isna()):
        problems.append(f"row {row + 2}: patient_id is blank. Give every patient an identifier.")
    repeated = table["patient_id"].dropna()
    for patient in repeated[repeated.duplicated()].unique():
        rows = [int(row) + 2 for row in np.flatnonzero(table["patient_id"] == patient)]
        problems.append(f"patient {patient}: patient_id stands in rows {rows}; expected once.")
    for patient, value in table.loc[
        ~table["cohort"].isin(COHORTS), ["patient_id", "cohort"]
    ].itertuples(index=False):
        problems.append(f"patient {patient}: cohort is {value!r}; expected training or external.")
    return problems


def _with_outcome(table: pd.DataFrame, rule: OutcomeSettings) -> tuple[pd.DataFrame, list[str]]:
    volumes = ["baseline_volume_ml", "followup_volume_ml"]
    source = table["expansion"] if "expansion" in table else None
    problems = []
    if source is None:
        missing = [name for name in volumes if name not in table]
        if missing:
            return table, [
                f"the outcome cannot be derived: no column 'expansion' and no {missing}. Give "
                "expansion as 0/1, or baseline_volume_ml and followup_volume_ml in ml."
            ]
        numbers = table[volumes].apply(pd.to_numeric, errors="coerce")
        bad = numbers.isna().any(axis=1) | (numbers < 0).any(axis=1)
        for row in table[bad][["patient_id", *volumes]].itertuples(index=False):
            problems.append(
                f"patient {row.patient_id}: volumes are {row.baseline_volume_ml!r} and "
                f"{row.followup_volume_ml!r} ml; expected two numbers >= 0 to derive expansion."
            )
        if not problems:
            table = table.assign(**numbers)
            table["expansion"] = expansion(*(numbers[name] for name in volumes), rule)
        return table, problems
    values = pd.to_numeric(source, errors="coerce")
    for patient, value in table.loc[~values.isin((0, 1)), ["patient_id", "expansion"]].itertuples(
        index=False
    ):
        problems.append(f"patient {patient}: expansion is {value!r}; expected 0 or 1.")
    if not problems:
        table = table.assign(expansion=values.astype(int))
    return table, problems


def _variables(
    table: pd.DataFrame, declared: dict[str, Variable]
) -> tuple[dict[str, Variable], list[str]]:
    """Declared variables in the table's order of declaration, then inferred ones."""
    variables = {name: variable for name, variable in declared.items() if name in table}
    inferred = []
    for name in table.columns:
        if name in RESERVED or name in variables:
            continue
        values = table[name].dropna()
        if pd.api.types.is_numeric_dtype(values):
            kind = "binary" if set(values.unique()) <= {0, 1} else "continuous"
        else:
            kind = "binary" if values.nunique() == 2 else "categorical"
        variables[name] = Variable(kind=kind)
        inferred.append(name)
    return variables, inferred


def _check_variables(
    table: pd.DataFrame, declared: dict[str, Variable], variables: dict[str, Variable]
) -> list[str]:
    problems = [
        f"column {name!r} is declared in the study but not in the table "
        f"(found: {', '.join(table.columns)}). Remove it from cohort.variables or add it."
        for name in declared
        if name not in table
    ]
    for name, variable in variables.items():
        values = table[name]
        for patient in table.loc[values.isna(), "patient_id"]:
            problems.append(
                f"patient {patient}: {name} is blank; expected a value. Fill it in, drop the "
                "patient, or list the column under cohort.ignore."
            )
        if variable.kind == "continuous":
            bad = pd.to_numeric(values, errors="coerce").isna() & values.notna()
            for patient, value in table.loc[bad, ["patient_id", name]].itertuples(index=False):
                problems.append(f"patient {patient}: {name} is {value!r}; expected a number.")
        elif variable.kind == "binary" and values.nunique() > 2:
            found = ", ".join(map(str, values.dropna().unique()[:6]))
            problems.append(f"column {name!r} is declared binary but holds {found}.")
    return problems


def _check_classes(table: pd.DataFrame, folds: int) -> list[str]:
    problems = []
    for name in COHORTS:
        outcome = table.loc[table["cohort"] == name, "expansion"]
        counts = {label: int((outcome == label).sum()) for label in (0, 1)}
        need = folds if name == "training" else 1
        for label, word in ((1, "with"), (0, "without")):
            if counts[label] < need and (name == "training" or len(outcome)):
                problems.append(
                    f"{name} cohort: {counts[label]} patients {word} expansion; expected at least "
                    f"{need}. Add patients or lower models.folds."
                )
    return problems


def mask_folders(folder: Path) -> dict[str, Path]:
    """Folder of each read's masks: the first read, then every re-read found."""
    rereads = folder / "rereads"
    later = sorted(path for path in rereads.iterdir() if path.is_dir()) if rereads.is_dir() else []
    return {FIRST_READ: folder / "masks"} | {path.name: path for path in later}


def cases(study: Study, cohort: Cohort) -> tuple[list[Case], list[str]]:
    """Every read of every patient whose files exist, and a sentence for each missing file.

    A patient without re-reads is no problem: only a random part of a cohort is read again.
    """
    folder = study.paths.cohort
    found, problems = [], []
    for patient in cohort.patients["patient_id"]:
        try:
            image = find_image(folder / "images", patient)
        except DataError as error:
            problems.append(str(error))
            continue
        for read, masks in mask_folders(folder).items():
            try:
                found.append(Case(patient, read, image, find_mask(masks, patient)))
            except DataError as error:
                if read == FIRST_READ:
                    problems.append(str(error))
    return found, problems
