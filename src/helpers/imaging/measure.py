"""Volumes of lesions, geometry of their scans, and agreement of reads."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Protocol

import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed
from tqdm import tqdm

from helpers.errors import DataError
from helpers.imaging.files import read_image, read_mask
from helpers.imaging.geometry import check_mask, dice, volume_ml

log = logging.getLogger(__name__)
FIRST_READ = "A1"
VOLUMES = [
    "patient_id",
    "spacing_x_mm",
    "spacing_y_mm",
    "spacing_z_mm",
    "rows",
    "columns",
    "slices",
    "volume_ml",
    "mean_hu",
]
DICE = ["patient_id", "read", "dice", "volume_ml", "volume_difference_ml"]


class Read(Protocol):
    """One read of one lesion: whose it is and where its files are."""

    patient_id: str
    read: str
    image_path: Path
    mask_path: Path


def measure_reads(
    reads: list[Read], jobs: int = 1, progress: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Geometry and volume of every first read, and how far later reads agree with it.

    A patient without a first read, or whose files cannot be used, is left out with a logged
    message; so is a single re-read.

    Parameters
    ----------
    reads : in the order wanted; the first read of a patient is A1
    jobs : number of processes
    progress : whether to show a bar on stderr

    Returns
    -------
    volumes : DataFrame: patient_id, spacing_x_mm, spacing_y_mm, spacing_z_mm, rows, columns,
        slices, volume_ml, mean_hu (of the lesion)
    dice : DataFrame: patient_id, read, dice, volume_ml, volume_difference_ml (re-read − first)
    """
    patients: dict[str, list[Read]] = {}
    for read in reads:
        patients.setdefault(read.patient_id, []).append(read)
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_measure_patient)(group) for group in patients.values()
    )
    bar = tqdm(work, total=len(patients), desc="Measuring", unit="patient", disable=not progress)
    measured = list(bar)
    for _, _, problems in measured:
        for problem in problems:
            log.warning(problem)
    volumes = pd.DataFrame([row for row, _, _ in measured if row], columns=VOLUMES)
    agreement = [row for _, rows, _ in measured for row in rows]
    return volumes, pd.DataFrame(agreement, columns=DICE)


def _measure_patient(reads: list[Read]) -> tuple[tuple | None, list[tuple], list[str]]:
    """Row of volumes, rows of agreement, and what could not be measured."""
    first = next((read for read in reads if read.read == FIRST_READ), None)
    if first is None:
        patient = reads[0].patient_id
        return None, [], [f"patient {patient}: no read {FIRST_READ} to compare the others with."]
    try:
        image = read_image(first.image_path, first.patient_id)
        mask = _checked_mask(first, image)
    except DataError as error:
        return None, [], [str(error)]
    x, y, z = image.GetSize()
    hu = sitk.GetArrayViewFromImage(image)[sitk.GetArrayViewFromImage(mask) != 0]
    volume = volume_ml(mask)
    row = (first.patient_id, *image.GetSpacing(), y, x, z, volume, float(hu.mean()))
    rows, problems = [], []
    for read in reads:
        if read is first:
            continue
        try:
            again = _checked_mask(read, image)
        except DataError as error:
            problems.append(str(error))
            continue
        other = volume_ml(again)
        rows.append((read.patient_id, read.read, dice(mask, again), other, other - volume))
    return row, rows, problems


def _checked_mask(read: Read, image: sitk.Image) -> sitk.Image:
    return check_mask(read_mask(read.mask_path, read.patient_id), image, read.patient_id)
