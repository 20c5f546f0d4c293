"""The patient table: checks, the expansion outcome, images and re-reads of each patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from helpers.errors import DataError
from helpers.feature_table import NAMES, read_features
from helpers.features.batch import FIRST_READ, Case
from helpers.imaging.files import find_image, find_mask
from helpers.patient_table import (
    COHORTS,
    VOLUMES,
    check_keys,
    declared_and_inferred,
    number_column,
    pseudonymised,
)
from helpers.problems import Problem, errors, refuse
from helpers.settings import CohortSettings, OutcomeSettings, Variable
from helpers.spreadsheet import apply_values, read_table
from helpers.study import Study

__all__ = [
    "FIRST_READ",
    "Cohort",
    "cases",
    "cohort_files",
    "examine_cohort",
    "expansion",
    "load_cohort",
    "read_features",
]


def _nobody() -> pd.DataFrame:
    return pd.DataFrame(columns=["patient_id", "blank"])


@dataclass
class Cohort:
    """A checked patient table and the meaning of its clinical columns.

    patients : DataFrame, patient_id, cohort, clinical columns, expansion
    variables : clinical column: how it is tested, printed and modelled
    inferred : clinical columns whose kind was not declared
    incomplete : DataFrame, patient_id, blank (names of the clinical columns without a value)
    """

    patients: pd.DataFrame
    variables: dict[str, Variable]
    inferred: list[str] = field(default_factory=list)
    incomplete: pd.DataFrame = field(default_factory=_nobody)

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
    refuse(study.cohort.table, problems)
    return cohort


def examine_cohort(study: Study, labelled: bool = True) -> tuple[Cohort | None, list[Problem]]:
    """The cohort of a study, and every problem of its patient table.

    Parameters
    ----------
    study : Study
    labelled : False for patients to be scored, whose outcome may be unknown

    Returns
    -------
    cohort : None when the table cannot be read at all
    problems : list of Problem; those of severity 'warning' do not stop a run
    """
    file = study.cohort.table
    table, problems = read_table(study.paths.cohort / file, study.cohort)
    if table is None:
        return None, problems
    if not len(table):
        remedy = "Add one row per patient."
        return None, [*problems, Problem(file, "the table has no patient", "patients", remedy)]
    table, found = apply_values(table, file, study.cohort)
    problems += found
    key = study.cohort.key and study.paths.study.parent / study.cohort.key
    table, found = pseudonymised(table, file, key)
    problems += found
    if not labelled and "cohort" not in table:
        table = table.assign(cohort="external")
    table, found = check_keys(table, file)
    problems += found
    if "patient_id" not in table or "cohort" not in table:
        return None, problems
    table, found = _with_outcome(table, file, study.cohort, study.outcome, labelled)
    problems += found
    table, variables, inferred, found = declared_and_inferred(table, file, study.cohort)
    problems += found
    incomplete, found = _incomplete(table, variables, file, study.cohort)
    problems += found + _check_screened(study, variables)
    if labelled and "expansion" in table and not errors(problems):
        problems += _check_classes(study, table, variables)
    return Cohort(table.reset_index(drop=True), variables, inferred, incomplete), problems


def _with_outcome(
    table: pd.DataFrame,
    file: str,
    settings: CohortSettings,
    rule: OutcomeSettings,
    labelled: bool,
) -> tuple[pd.DataFrame, list[Problem]]:
    """The table with `expansion`, as it is given or derived from the two volumes."""
    problems, volumes = [], {}
    for name in VOLUMES:
        if name in table:
            volumes[name], found = number_column(table, name, file, settings, least=0)
            problems += found
    table = table.assign(**volumes)
    absent = [name for name in VOLUMES if name not in table]
    if "expansion" in table:
        values, _ = number_column(table, "expansion", file, settings)
        source, expected = "expansion", "0 or 1"
        wrong = ~values.isin((0, 1))
    elif absent:
        remedy = "Give expansion as 0/1, or baseline_volume_ml and followup_volume_ml in ml."
        found = f"no column 'expansion' and no {' and no '.join(absent)}"
        unknown = Problem(file, found, "the outcome, or two volumes to derive it", remedy)
        return table, problems + [unknown] * labelled
    else:
        values = expansion(*(volumes[name] for name in VOLUMES), rule)
        source, expected = " or ".join(VOLUMES), "two volumes in ml to derive expansion"
        wrong = pd.concat(volumes, axis=1).isna().any(axis=1)
        values = values.mask(wrong)
    named = {problem.patient_id for problem in problems}
    for row in table.index[wrong] if labelled else []:
        patient = table.loc[row, "patient_id"] or ""
        cell = table.loc[row].get("expansion")
        if patient not in named or "expansion" in table:
            found = f"row {row}, {source} is {'blank' if cell is None else repr(cell)}"
            remedy = "Fill it in, translate it under cohort.values, or leave the patient out."
            problems.append(Problem(file, found, expected, remedy, patient))
    if "expansion" in table and not absent and not problems:
        problems += _contradictions(table, file, values, expansion(*volumes.values(), rule))
    whole = not wrong.any()
    return table.assign(expansion=values.astype(int) if whole else values), problems


def _contradictions(table, file, given, derived) -> list[Problem]:
    known = table[list(VOLUMES)].notna().all(axis=1)
    return [
        Problem(
            file,
            f"row {row}, expansion is {given[row]:g} and the volumes make it {derived[row]}",
            "one answer",
            "Correct the row, or the rule in outcome.absolute_ml and outcome.relative.",
            table.loc[row, "patient_id"],
            "warning",
        )
        for row in table.index[known & (given != derived)]
    ]


def _incomplete(
    table: pd.DataFrame, variables: dict[str, Variable], file: str, settings: CohortSettings
) -> tuple[pd.DataFrame, list[Problem]]:
    """Patients with blank clinical columns: a count, not a fault."""
    blank = table[list(variables)].isna()
    rows = blank.index[blank.any(axis=1)]
    named = [", ".join(blank.columns[blank.loc[row]]) for row in rows]
    incomplete = pd.DataFrame(
        {"patient_id": table.loc[rows, "patient_id"].to_numpy(), "blank": named}
    )
    what = "left out of the models" if settings.missing == "complete case" else "imputed"
    problems = [
        Problem(
            file,
            f"row {row}, blank: {names}",
            "a value",
            f"Fill it in; otherwise it is {what} (cohort.missing: {settings.missing}).",
            table.loc[row, "patient_id"] or "",
            "warning",
        )
        for row, names in zip(rows, named, strict=True)
    ]
    return incomplete, problems


def _check_screened(study: Study, variables: dict[str, Variable]) -> list[Problem]:
    wanted = study.selection.clinical
    return [
        Problem(
            study.cohort.table,
            f"no clinical column {name!r}, which selection.clinical names",
            "one of " + (", ".join(variables) or "none"),
            "Correct selection.clinical.",
        )
        for name in ([] if wanted == "screened" else wanted)
        if name not in variables
    ]


def _check_classes(
    study: Study, table: pd.DataFrame, variables: dict[str, Variable]
) -> list[Problem]:
    """Whether both outcomes are there, often enough for the folds, among usable patients."""
    file, problems = study.cohort.table, []
    usable = table
    if study.cohort.missing == "complete case":
        wanted = study.selection.clinical
        usable = table.dropna(subset=list(variables) if wanted == "screened" else wanted)
    for name in COHORTS:
        outcome = usable.loc[usable["cohort"] == name, "expansion"]
        if name == "external" and not (table["cohort"] == "external").any():
            found = "no external patient"
            remedy = "Nothing to do: external validation stays empty and the book says so."
            expected = "none or some"
            problems.append(Problem(file, found, expected, remedy, severity="warning"))
            continue
        need = study.models.fewest_per_class if name == "training" else 1
        for label, word in ((1, "with"), (0, "without")):
            count = int((outcome == label).sum())
            if count < need:
                found = f"{name} cohort: {count} complete patients {word} expansion"
                remedy = "Add patients, fill blanks" + (
                    " or lower models.folds." if name == "training" else " or drop this cohort."
                )
                problems.append(Problem(file, found, f"at least {need}", remedy))
    return problems


def mask_folders(folder: Path) -> dict[str, Path]:
    """Folder of each read's masks: the first read, then every re-read found."""
    rereads = folder / "rereads"
    later = sorted(path for path in rereads.iterdir() if path.is_dir()) if rereads.is_dir() else []
    return {FIRST_READ: folder / "masks"} | {path.name: path for path in later}


def cohort_files(study: Study) -> list[Path]:
    """Every file that a study with a cohort on disk reads, in a fixed order."""
    folder = study.paths.cohort
    single = [folder / study.cohort.table, *(folder / name for name in NAMES)]
    if study.cohort.key:
        single.append(study.paths.study.parent / study.cohort.key)
    inside = [p for place in ("images", "masks", "rereads") for p in (folder / place).rglob("*")]
    return [path for path in [*single, *sorted(inside)] if path.is_file()]


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
