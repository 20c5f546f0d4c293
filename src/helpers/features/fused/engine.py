"""All features of a lesion: one box, one set of neighbours, every filtered image in turn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import SimpleITK as sitk

from helpers.features.fused import emphasis, glcm, ngtdm
from helpers.features.fused.firstorder import firstorder_features
from helpers.features.fused.lesion import LesionBox, load_box, too_small
from helpers.features.fused.levels import discretise
from helpers.features.fused.log import fits, log_image
from helpers.features.fused.matrices import fill_matrices
from helpers.features.fused.pointwise import transform
from helpers.features.fused.roi import Roi, find_roi
from helpers.features.fused.shape import shape_features
from helpers.features.fused.wavelet import wavelet_images
from helpers.features.settings import ImagingSettings


def extract_fused(image: sitk.Image, mask: sitk.Image, settings: ImagingSettings) -> pd.Series:
    """Measure one lesion with pyradiomics' values, by its names and in its order.

    Lesions that pyradiomics refuses, and the few it treats in a way of its own, are handed to it.

    Parameters
    ----------
    image : CT in HU
    mask : the lesion, 0 and 1, on the image's grid
    settings : preprocessing and filters; see `helpers.features.fused.support.unsupported`

    Returns
    -------
    Series of float, 1688 values by default

    Raises
    ------
    DataError, ValueError
        as `helpers.features.stock.extract_stock`
    """
    lesion = load_box(image, mask, settings)
    if lesion is None or too_small(lesion.mask):
        return _by_pyradiomics(image, mask, settings)
    roi = find_roi(lesion.mask)
    found = {
        f"original_shape_{name}": value
        for name, value in shape_features(roi.box, lesion.spacing).items()
    }
    for name, values in filtered_values(lesion, roi, settings):
        if not np.isfinite(values).all():
            return _by_pyradiomics(image, mask, settings)
        measured = measure_image(values, roi, lesion, settings)
        found |= {f"{name}_{feature}": value for feature, value in measured.items()}
    return pd.Series(found, dtype=float)


def filtered_values(
    lesion: LesionBox, roi: Roi, settings: ImagingSettings
) -> Iterator[tuple[str, np.ndarray]]:
    """Name of each filtered image and the lesion's grey values in it, in raster order."""
    volume = lesion.volume
    inside = volume.ravel()[roi.position]
    largest = None
    for name in settings.filters:
        if name == "original":
            yield name, inside
        elif name == "wavelet":
            for band, image in wavelet_images(volume, settings.wavelet, roi.bounds):
                yield f"wavelet-{band}", image[roi.box != 0]
        elif name == "log":
            for sigma in settings.log_sigmas_mm:
                if fits(volume.shape, lesion.spacing, sigma):
                    image = log_image(volume, lesion.spacing, sigma, roi.bounds)
                    yield f"log-sigma-{sigma}-mm-3D".replace(".", "-"), image[roi.box != 0]
        else:
            largest = np.abs(volume).max() if largest is None else largest
            yield name, transform(name, inside, largest)


def measure_image(
    values: np.ndarray, roi: Roi, lesion: LesionBox, settings: ImagingSettings
) -> dict[str, float]:
    """First-order and texture features of one image, by class and name in pyradiomics' order."""
    levels = discretise(values, settings.bin_width)
    matrices = fill_matrices(levels, roi)
    level = levels.value
    co_occurrence, decided = glcm.glcm_features(matrices.glcm, level)
    by_class = {
        "firstorder": firstorder_features(values, levels.count, np.prod(lesion.spacing)),
        "glcm": _named(glcm.NAMES, co_occurrence),
        "gldm": _named(emphasis.GLDM, emphasis.gldm_features(matrices.gldm, level)),
        "glrlm": _named(emphasis.GLRLM, emphasis.glrlm_features(matrices.glrlm, level)),
        "glszm": _named(
            emphasis.GLSZM,
            emphasis.glszm_features(matrices.zone_rank, matrices.zone_size, level),
        ),
        "ngtdm": _named(ngtdm.NAMES, ngtdm.ngtdm_features(matrices.ngtdm, levels.count, level)),
    }
    if not decided:
        by_class["glcm"] |= _undecided(values, roi, settings)
    return {f"{kind}_{name}": v for kind, named in by_class.items() for name, v in named.items()}


@cache
def _order(names: tuple) -> list[tuple[str, int]]:
    """Names in alphabetical order, pyradiomics' own, with their places."""
    return sorted((name, place) for place, name in enumerate(names) if name)


def _named(names: tuple, values: np.ndarray) -> dict[str, float]:
    return {name: values[place] for name, place in _order(names)}


def _undecided(values: np.ndarray, roi: Roi, settings: ImagingSettings) -> dict[str, float]:
    """Imc2 and MCC by pyradiomics, where they are roots of its rounding errors."""
    from radiomics.glcm import RadiomicsGLCM

    grey = np.zeros(roi.box.shape, values.dtype)
    grey[roi.box != 0] = values
    asked = RadiomicsGLCM(
        sitk.GetImageFromArray(grey),
        sitk.GetImageFromArray(roi.box),
        binWidth=settings.bin_width,
    )
    for name in ("Imc2", "MCC"):
        asked.enableFeatureByName(name)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {name: float(value) for name, value in asked.execute().items()}


def _by_pyradiomics(image: sitk.Image, mask: sitk.Image, settings: ImagingSettings) -> pd.Series:
    from helpers.features.stock import extract_stock

    return extract_stock(image, mask, settings)
