"""Radiomic features of a lesion: settings, engines, and a whole cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import SimpleITK as sitk

    from helpers.features.settings import ImagingSettings

__all__ = ["extract"]


def extract(image: sitk.Image, mask: sitk.Image, settings: ImagingSettings) -> pd.Series:
    """Measure one lesion; see `helpers.features.lesion.extract`."""
    # imported here, so that reading a study's settings loads neither ITK nor pyradiomics
    from helpers.features import lesion

    return lesion.extract(image, mask, settings)
