"""The features of a lesion by pyradiomics itself: the reference, and the fallback."""

from __future__ import annotations

import logging
from functools import lru_cache

import pandas as pd
import SimpleITK as sitk

from helpers.errors import DataError
from helpers.features.prepare import prepare
from helpers.features.settings import ImagingSettings

_CLASSES = ("firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm", "shape")
_IMAGE_TYPES = {
    "original": "Original",
    "wavelet": "Wavelet",
    "log": "LoG",
    "square": "Square",
    "squareroot": "SquareRoot",
    "logarithm": "Logarithm",
    "exponential": "Exponential",
}
# pyradiomics' names of what this book's own settings decide already
_OWN = {
    "normalize": "normalize",
    "normalizeScale": "scale",
    "resampledPixelSpacing": "spacing_mm",
    "binWidth": "bin_width",
    "sigma": "log_sigmas_mm",
    "wavelet": "wavelet",
}
_FIXED = ("label", "additionalInfo")


def extract_stock(image: sitk.Image, mask: sitk.Image, settings: ImagingSettings) -> pd.Series:
    """Measure one lesion with pyradiomics.

    Parameters
    ----------
    image : CT in HU
    mask : the lesion, 0 and 1, on the image's grid
    settings : preprocessing, filters, and pyradiomics' own settings in `extra`

    Returns
    -------
    Series of float, by pyradiomics' names in pyradiomics' order, without diagnostics; 1688 values
    by default. An image too small for a LoG filter lacks that filter's features.

    Raises
    ------
    DataError
        when `extra` holds a key that pyradiomics does not know or that a setting of this book
        decides.
    ValueError
        what pyradiomics raises, such as for a mask of one voxel.

    References
    ----------
    van Griethuysen 2017, Cancer Res 77:e104, doi 10.1158/0008-5472.CAN-17-0339
    """
    extractor = _extractor(settings.model_dump_json())
    measured = extractor.execute(prepare(image, settings), mask)
    return pd.Series({name: float(value) for name, value in measured.items()}, dtype=float)


def parameters(settings: ImagingSettings) -> dict:
    """The settings as pyradiomics' parameter file has them: setting, imageType, featureClass.

    Normalisation is off: `prepare` has done it.
    """
    _check_extra(settings)
    special = {"wavelet": {"wavelet": settings.wavelet}, "log": {"sigma": settings.log_sigmas_mm}}
    extra = {name: value for name, value in settings.extra.items() if name != "removeOutliers"}
    spacing = settings.spacing_mm
    return {
        "setting": {
            "normalize": False,
            "binWidth": settings.bin_width,
            "resampledPixelSpacing": [spacing] * 3 if spacing else None,
            "interpolator": "sitkBSpline",
            "additionalInfo": False,
            "label": 1,
        }
        | extra,
        "imageType": {_IMAGE_TYPES[name]: special.get(name, {}) for name in settings.filters},
        "featureClass": {name: [] for name in _CLASSES},
    }


def _check_extra(settings: ImagingSettings) -> None:
    for name in settings.extra:
        if name in _OWN:
            raise DataError(
                f"imaging.extra.{name} is decided by imaging.{_OWN[name]}. Set that instead."
            )
        if name in _FIXED:
            raise DataError(f"imaging.extra.{name} cannot be changed here. Remove it.")
    if "removeOutliers" in settings.extra and settings.window_hu is not None:
        raise DataError(
            "imaging.extra.removeOutliers acts only where imaging.window_hu is null, and the "
            f"window is {settings.window_hu} HU. Remove one of the two."
        )


@lru_cache(maxsize=8)
def _extractor(settings_json: str):
    """One extractor per settings and process: building it validates a schema."""
    from pykwalify.errors import SchemaError
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    logging.getLogger("radiomics").setLevel(logging.ERROR)
    logging.getLogger("pykwalify").setLevel(logging.CRITICAL)
    wanted = parameters(ImagingSettings.model_validate_json(settings_json))
    try:
        return RadiomicsFeatureExtractor(wanted)
    except SchemaError as error:
        raise DataError(
            f"pyradiomics refuses the settings in imaging.extra: {error.msg.strip()} "
            "See pyradiomics' documentation for names and values."
        ) from error
