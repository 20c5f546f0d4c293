"""Every image and mask of a study, each read once: can they be measured, and do they look right."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed
from tqdm import tqdm

from helpers.cohort import FIRST_READ, Cohort, cases
from helpers.errors import DataError
from helpers.features.batch import Case
from helpers.imaging.files import name_of, read_image, read_mask, shown
from helpers.imaging.geometry import check_mask, volume_ml
from helpers.problems import Problem
from helpers.study import Study

BLOOD_HU = (40.0, 90.0)
_VOLUME_TOLERANCE = (1.0, 0.1)  # ml, share of the larger volume
_SPACING_FACTOR = 1.6  # from the cohort's median


@dataclass(frozen=True)
class _Measured:
    """One patient's image: what was found wrong, its voxel size, the first read's volume."""

    patient_id: str
    file: str
    problems: list[Problem]
    spacing_mm: tuple[float, float, float] | None = None
    volume_ml: float | None = None


def check_images(study: Study, cohort: Cohort, jobs: int, progress: bool = True) -> list[Problem]:
    """Problems of the images and masks of a cohort.

    Parameters
    ----------
    study, cohort : of one analysis
    jobs : number of processes
    progress : whether to show a bar on stderr

    Returns
    -------
    list of Problem: files that are missing, unreadable or on another grid are errors; an HU range
    that is not a CT's, a mask whose mean is not blood, a mask that fits its mirror image better, a
    volume unlike the table's and a voxel size unlike the others' are warnings.
    """
    named = cohort.patients.dropna(subset="patient_id").drop_duplicates("patient_id")
    cohort = replace(cohort, patients=named)
    reads, missing = cases(study, cohort)
    problems = [_absent(text) for text in missing]
    problems += _strangers(study.paths.cohort, cohort.patients["patient_id"])
    patients = [list(group) for _, group in groupby(reads, key=lambda case: case.patient_id)]
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_measure)(group) for group in patients
    )
    bar = tqdm(work, total=len(patients), desc="Checking", unit="patient", disable=not progress)
    measured = list(bar)
    problems += [problem for one in measured for problem in one.problems]
    return problems + _unlike_table(measured, cohort.patients) + _unlike_others(measured)


def _absent(text: str) -> Problem:
    patient = text.removeprefix("patient ").split(":", 1)[0]
    file = "masks" if ": no mask" in text or "masks in" in text else "images"
    return Problem.from_error(patient, f"{file}/", ValueError(text))


def _strangers(folder: Path, patients: pd.Series) -> list[Problem]:
    """Images and masks of nobody in the table: often an identifier that is written otherwise."""
    known, problems = set(patients), []
    for place in ("images", "masks"):
        names = {name_of(path) for path in (folder / place).glob("[!.]*")} - known
        for name in sorted(names):
            near = difflib.get_close_matches(name, list(known), n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            remedy = f"Add the patient, or rename or remove the file.{hint}"
            found = "an image or mask of nobody in the table"
            file = f"{place}/{name}"
            problems.append(Problem(file, found, "patients of the table", remedy, name, "warning"))
    return problems


def _measure(reads: list[Case]) -> _Measured:
    """Read one image and all its masks; an unreadable one ends the check of that file alone."""
    patient, file = reads[0].patient_id, shown(reads[0].image_path)
    try:
        image = read_image(reads[0].image_path, patient)
    except DataError as error:
        return _Measured(patient, file, [Problem.from_error(patient, file, error)])
    hu = sitk.GetArrayViewFromImage(image)
    problems, volume = _hu_range(hu, patient, file), None
    for case in reads:
        name = shown(case.mask_path)
        try:
            mask = check_mask(read_mask(case.mask_path, patient), image, patient)
        except DataError as error:
            problems.append(Problem.from_error(patient, name, error))
            continue
        problems += _not_blood(hu, mask, patient, name)
        volume = volume_ml(mask) if case.read == FIRST_READ else volume
    return _Measured(patient, file, problems, image.GetSpacing(), volume)


def _hu_range(hu: np.ndarray, patient: str, file: str) -> list[Problem]:
    low, high = int(hu.min()), int(hu.max())
    remedy = "Export it again with the rescale slope and intercept applied, not a windowed picture."
    if low >= -100 or high <= 150 or low < -10000 or high > 40000:
        found = f"grey values from {low} to {high}"
        expected = "HU, from air (about -1000) to bone (above 300)"
        return [Problem(file, found, expected, remedy, patient, "warning")]
    return []


def _not_blood(hu: np.ndarray, mask: sitk.Image, patient: str, file: str) -> list[Problem]:
    """A mean outside that of blood, and whether the mirrored mask would fit better."""
    inside = sitk.GetArrayViewFromImage(mask) > 0
    mean = float(hu[inside].mean())
    if BLOOD_HU[0] <= mean <= BLOOD_HU[1]:
        return []
    expected = f"{BLOOD_HU[0]:g} to {BLOOD_HU[1]:g} HU, as clotted blood"
    for axis, words in ((2, "left and right"), (1, "front and back"), (0, "top and bottom")):
        mirrored = float(hu[np.flip(inside, axis)].mean())
        if BLOOD_HU[0] <= mirrored <= BLOOD_HU[1]:
            found = f"mean {mean:.0f} HU inside the mask, {mirrored:.0f} HU with {words} exchanged"
            remedy = f"The mask is probably flipped: exchange {words} in the tool that wrote it."
            return [Problem(file, found, expected, remedy, patient, "warning")]
    found = f"mean {mean:.0f} HU inside the mask"
    remedy = "Look at mask and image together: another patient's mask, or not in HU?"
    return [Problem(file, found, expected, remedy, patient, "warning")]


def _unlike_table(measured: list[_Measured], patients: pd.DataFrame) -> list[Problem]:
    if "baseline_volume_ml" not in patients:
        return []
    told = patients.set_index("patient_id")["baseline_volume_ml"]
    least, share = _VOLUME_TOLERANCE
    problems = []
    for one in measured:
        table = told.get(one.patient_id)
        if one.volume_ml is None or pd.isna(table):
            continue
        if abs(one.volume_ml - table) > max(least, share * max(one.volume_ml, table)):
            found = f"the mask holds {one.volume_ml:.1f} ml, the table says {table:g} ml"
            remedy = "Compare the spacing with the scanner's, or correct the table (unit ml)."
            file = f"masks/{one.patient_id}"
            problems.append(Problem(file, found, "one volume", remedy, one.patient_id, "warning"))
    return problems


def _unlike_others(measured: list[_Measured]) -> list[Problem]:
    known = [one for one in measured if one.spacing_mm]
    if len(known) < 3:
        return []
    middle = np.median([one.spacing_mm for one in known], axis=0)
    problems = []
    for one in known:
        ratio = np.array(one.spacing_mm) / middle
        if (np.maximum(ratio, 1 / ratio) > _SPACING_FACTOR).any():
            size = " × ".join(f"{step:.3g}" for step in one.spacing_mm)
            usual = " × ".join(f"{step:.3g}" for step in middle)
            remedy = "Correct the header, or make sure that this series was meant."
            found, expected = f"voxels of {size} mm", f"about {usual} mm, as in the other patients"
            problems.append(Problem(one.file, found, expected, remedy, one.patient_id, "warning"))
    return problems
