"""The steps a chapter shares with the command line: the cohort and its feature table."""

from __future__ import annotations

import pandas as pd

from helpers.check import check_features
from helpers.cohort import FIRST_READ, Cohort, cases, load_cohort
from helpers.errors import DataError
from helpers.features.batch import extract_cohort
from helpers.study import Study
from helpers.synthetic.simulate import simulate_cohort


def prepare_cohort(study: Study, jobs: int = 1) -> Cohort:
    """The checked cohort of a study; a synthetic one is simulated first, where it is missing."""
    if study.source == "synthetic":
        simulate_cohort(study.synthetic, study.seed, study.paths.cohort, jobs=jobs)
    return load_cohort(study)


def extract_features(
    study: Study, cohort: Cohort, jobs: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The feature table of a study and the reads that are missing from it.

    Returns
    -------
    features : DataFrame, patient_id, read, then one column per feature
    missing : DataFrame, patient_id, read, file, reason
    """
    if study.source == "features":
        return _ready_table(study, cohort)
    reads, absent = cases(study, cohort)
    done = extract_cohort(reads, study.imaging, study.paths.store, jobs=jobs)
    missing = done.failures
    if absent:
        rows = pd.DataFrame({"patient_id": "", "read": FIRST_READ, "file": "", "reason": absent})
        missing = pd.concat([missing, rows], ignore_index=True)
    if done.features.empty:
        raise DataError(
            "no lesion could be extracted: " + "; ".join(missing["reason"].astype(str).head(5))
        )
    return done.features, missing


def _ready_table(study: Study, cohort: Cohort) -> tuple[pd.DataFrame, pd.DataFrame]:
    problems = check_features(study, cohort.patients)
    if problems:
        raise DataError("\n".join(f"  - {problem}" for problem in problems))
    table = pd.read_csv(study.paths.cohort / "features.csv", dtype={"patient_id": str})
    if "read" not in table:
        table.insert(1, "read", FIRST_READ)
    table = table[table["patient_id"].isin(cohort.patients["patient_id"])]
    return table, pd.DataFrame(columns=["patient_id", "read", "file", "reason"])
