"""All problems of a study's data at once, before anything is computed."""

from __future__ import annotations

import pandas as pd
from joblib import Parallel, delayed
from tqdm import tqdm

from helpers.cohort import cases, examine_cohort
from helpers.errors import DataError
from helpers.features.batch import Case
from helpers.imaging.files import read_image, read_mask
from helpers.imaging.geometry import check_mask
from helpers.study import Study


def check_study(study: Study, jobs: int = 2) -> list[str]:
    """Every problem of a study's cohort as a sentence; an empty list when there is none."""
    if study.source == "synthetic":
        return []
    cohort, problems = examine_cohort(study)
    if cohort is None:
        return problems
    if study.source == "features":
        return problems + check_features(study, cohort.patients)
    reads, missing = cases(study, cohort)
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_check_case)(case) for case in reads
    )
    found = tqdm(work, total=len(reads), desc="check", unit="read")
    return problems + missing + [problem for problem in found if problem]


def _check_case(case: Case) -> str | None:
    try:
        image = read_image(case.image_path, case.patient_id)
        check_mask(read_mask(case.mask_path, case.patient_id), image, case.patient_id)
    except DataError as error:
        return str(error)
    return None


def check_features(study: Study, patients: pd.DataFrame) -> list[str]:
    """Problems of a ready feature table, for the patients of its cohort."""
    file = study.paths.cohort / "features.csv"
    if not file.is_file():
        return ["features.csv was not found in the cohort folder; source: features needs it."]
    table = pd.read_csv(file, dtype={"patient_id": str})
    if "patient_id" not in table:
        return ["features.csv has no column 'patient_id'; expected it beside the features."]
    if "read" not in table:
        table.insert(1, "read", "A1")
    problems = [
        f"patient {patient}: no row in features.csv; expected one. Extract it or drop the patient."
        for patient in patients["patient_id"]
        if patient not in set(table["patient_id"])
    ]
    repeated = table.loc[table.duplicated(["patient_id", "read"]), ["patient_id", "read"]]
    problems += [
        f"patient {row.patient_id}: read {row.read} stands more than once in features.csv."
        for row in repeated.itertuples(index=False)
    ]
    for name in table.columns.drop(["patient_id", "read"]):
        if not pd.api.types.is_numeric_dtype(table[name]):
            problems.append(f"feature {name!r} in features.csv is not numeric.")
            continue
        problems += [
            f"patient {patient}: feature {name} is blank in features.csv; expected a number."
            for patient in table.loc[table[name].isna(), "patient_id"]
        ]
    return problems
