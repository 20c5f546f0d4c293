"""The features of one lesion by the engine of the study."""

from __future__ import annotations

import logging

import pandas as pd
import SimpleITK as sitk

from helpers.features.settings import ImagingSettings

log = logging.getLogger(__name__)
_told: set[str] = set()


def extract(image: sitk.Image, mask: sitk.Image, settings: ImagingSettings) -> pd.Series:
    """Measure one lesion.

    The fused engine and pyradiomics give the same values by the same names. A setting that the
    fused engine does not cover goes to pyradiomics, and a message says so once.

    Parameters
    ----------
    image : CT in HU
    mask : the lesion, 0 and 1, on the image's grid
    settings : engine, preprocessing and filters

    Returns
    -------
    Series of float, by pyradiomics' names in pyradiomics' order; 1688 values by default

    Raises
    ------
    DataError
        when the settings contradict each other or the image has no voxel inside the window
    ValueError
        as pyradiomics does, such as for a mask of one voxel
    """
    if settings.engine == "fused":
        from helpers.features.fused import compiling_alone, extract_fused, unsupported

        reason = unsupported(settings)
        if reason is None:
            with compiling_alone():
                return extract_fused(image, mask, settings)
        _tell(f"the fused engine does not cover {reason}; pyradiomics extracts instead")
    from helpers.features.stock import extract_stock

    return extract_stock(image, mask, settings)


def _tell(message: str) -> None:
    if message not in _told:
        _told.add(message)
        log.warning(message)
