"""How many grey levels texture features see inside a lesion."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed

from helpers.errors import DataError
from helpers.features.prepare import prepare
from helpers.features.settings import ImagingSettings
from helpers.imaging.files import read_image, read_mask
from helpers.imaging.geometry import check_mask

FEWEST = 16
log = logging.getLogger(__name__)


def count_grey_levels(image: sitk.Image, mask: sitk.Image, settings: ImagingSettings) -> int:
    """Grey levels that occur in a lesion after normalisation, resampling and binning.

    Parameters
    ----------
    image : CT in HU
    mask : the lesion, 0 and 1, on the image's grid
    settings : preprocessing and bin width

    Notes
    -----
    Bins are floor(x / bin_width), as pyradiomics numbers them. A level that no voxel has is not
    counted.
    """
    prepared, lesion = prepare(image, settings), mask
    if settings.spacing_mm is not None:
        prepared, lesion = _resampled(prepared, mask, settings)
    values = sitk.GetArrayViewFromImage(prepared)[sitk.GetArrayViewFromImage(lesion) != 0]
    return len(np.unique(np.floor(values / settings.bin_width)))


def grey_level_table(reads: list, settings: ImagingSettings, jobs: int = 1) -> pd.DataFrame:
    """Grey levels of a sample of reads; a warning is logged when their median is under 16.

    Parameters
    ----------
    reads : objects with patient_id, read, image_path and mask_path; a read whose files cannot be
        used is left out, because the extraction reports it
    settings : preprocessing and bin width
    jobs : number of processes

    Returns
    -------
    DataFrame: patient_id, read, grey_levels
    """
    tasks = [delayed(_count)(read, settings) for read in reads]
    counts = Parallel(n_jobs=jobs)(tasks)
    rows = [
        (read.patient_id, read.read, count)
        for read, count in zip(reads, counts, strict=True)
        if count is not None
    ]
    table = pd.DataFrame(rows, columns=["patient_id", "read", "grey_levels"])
    if len(table) and table["grey_levels"].median() < FEWEST:
        log.warning(
            "the median lesion has %g grey levels; expected at least %d, or texture features have "
            "little to measure: raise imaging.scale or lower imaging.bin_width",
            table["grey_levels"].median(),
            FEWEST,
        )
    return table


def _count(read, settings: ImagingSettings) -> int | None:
    try:
        image = read_image(read.image_path, read.patient_id)
        mask = read_mask(read.mask_path, read.patient_id)
        return count_grey_levels(image, check_mask(mask, image, read.patient_id), settings)
    except DataError:
        return None


def _resampled(
    image: sitk.Image, mask: sitk.Image, settings: ImagingSettings
) -> tuple[sitk.Image, sitk.Image]:
    from radiomics.imageoperations import resampleImage

    return resampleImage(
        image,
        sitk.Cast(mask, sitk.sitkUInt32),
        resampledPixelSpacing=[settings.spacing_mm] * 3,
        interpolator=sitk.sitkBSpline,
        label=1,
    )
