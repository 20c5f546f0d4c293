"""The steps a chapter shares with the command line: the cohort, its reads and its features."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from helpers.check import check_features
from helpers.cohort import FIRST_READ, Cohort, cases, load_cohort, read_features
from helpers.errors import DataError
from helpers.features.batch import Case, extract_cohort, perturbed_cases
from helpers.imaging.files import read_image, read_mask
from helpers.imaging.measure import measure_reads
from helpers.imaging.slices import Crop, crop_lesion
from helpers.study import Study
from helpers.synthetic.simulate import simulate_cohort


def prepare_cohort(study: Study, jobs: int = 1) -> Cohort:
    """The checked cohort of a study; a synthetic one is simulated first, where it is missing."""
    if study.source == "synthetic":
        simulate_cohort(study.synthetic, study.seed, study.paths.cohort, jobs=jobs)
    return load_cohort(study)


def measure_cohort(
    study: Study, cohort: Cohort, jobs: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Geometry and volume of every first read, and how far each re-read agrees with it.

    Empty tables for a study that has no images.

    Returns
    -------
    volumes, dice : see `helpers.imaging.measure.measure_reads`
    """
    reads = [] if study.source == "features" else cases(study, cohort)[0]
    return measure_reads(reads, jobs)


def example_lesions(study: Study, cohort: Cohort, count: int) -> list[tuple[pd.Series, Crop]]:
    """Crops of a few lesions with all their reads, with and without expansion in turn.

    Patients with re-reads come first. Returns pairs of a patient's row and a Crop.
    """
    reads = _reads_by_patient(study, cohort)
    outcome = cohort.patients.set_index("patient_id")["expansion"]
    order = sorted(reads, key=lambda patient: -len(reads[patient]))
    by_outcome = [[p for p in order if outcome[p] == label] for label in (0, 1)]
    turns = [p for pair in zip(*by_outcome, strict=False) for p in pair]
    return _crops(cohort, reads, turns[:count])


def lesion_crops(
    study: Study, cohort: Cohort, patient_ids: Iterable[str]
) -> list[tuple[pd.Series, Crop]]:
    """Crops of the lesions of these patients with all their reads, each with the patient's row."""
    return _crops(cohort, _reads_by_patient(study, cohort), patient_ids)


def _crops(
    cohort: Cohort, reads: dict[str, list[Case]], patient_ids: Iterable[str]
) -> list[tuple[pd.Series, Crop]]:
    patients = cohort.patients.set_index("patient_id", drop=False)
    crops = []
    for patient in patient_ids:
        image = read_image(reads[patient][0].image_path, patient)
        masks = {case.read: read_mask(case.mask_path, patient) for case in reads[patient]}
        crops.append((patients.loc[patient], crop_lesion(image, masks)))
    return crops


def _reads_by_patient(study: Study, cohort: Cohort) -> dict[str, list[Case]]:
    reads: dict[str, list[Case]] = {}
    for case in [] if study.source == "features" else cases(study, cohort)[0]:
        reads.setdefault(case.patient_id, []).append(case)
    return reads


def sample_reads(study: Study, cohort: Cohort, count: int) -> list[Case]:
    """First reads of `count` patients, spread evenly over the patient table."""
    if study.source == "features":
        return []
    first = [case for case in cases(study, cohort)[0] if case.read == FIRST_READ]
    chosen = np.unique(np.linspace(0, len(first) - 1, min(count, len(first))).astype(int))
    return [first[place] for place in chosen]


def extract_features(
    study: Study, cohort: Cohort, jobs: int = 1, scheduler: str | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The feature table of a study and the reads that are missing from it.

    Parameters
    ----------
    study, cohort : of one analysis
    jobs : number of processes
    scheduler : address of a running Dask scheduler, instead of processes here

    Returns
    -------
    features : DataFrame, patient_id, read, then one column per feature
    missing : DataFrame, patient_id, read, file, reason
    """
    if study.source == "features":
        return _ready_table(study, cohort)
    reads, absent = cases(study, cohort)
    if study.reliability.reads != "rereads":
        reads += perturbed_cases(reads, study.reliability.perturbation, study.seed)
    done = extract_cohort(reads, study.imaging, study.paths.store, jobs=jobs, scheduler=scheduler)
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
    table = read_features(study)
    table = table[table["patient_id"].isin(cohort.patients["patient_id"])]
    return table, pd.DataFrame(columns=["patient_id", "read", "file", "reason"])
