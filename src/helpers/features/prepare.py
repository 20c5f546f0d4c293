"""Clipping and normalisation of a CT before anything is measured on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import SimpleITK as sitk

from helpers.errors import DataError
from helpers.features.settings import ImagingSettings


class Normalisation(NamedTuple):
    """What turns HU into normalised grey values: clip to low and high, subtract mean, divide by sd.

    All in HU. low and high are infinite where nothing is clipped; mean 0 with sd equal to the
    scale leaves the image as it is.
    """

    low: float
    high: float
    mean: float
    sd: float


def prepare(image: sitk.Image, settings: ImagingSettings) -> sitk.Image:
    """The image that is resampled, filtered and measured.

    Parameters
    ----------
    image : CT in HU
    settings : window_hu, normalize, scale and extra.removeOutliers are used

    Returns
    -------
    sitk.Image of float64: scale × (clipped − mean) / SD. The image itself where normalisation is
    off. Without a window, pyradiomics' own normalisation of the whole image.

    Raises
    ------
    DataError
        see `normalisation`

    Notes
    -----
    Double precision is what ITK's own normalisation returns for any image, so with a window or
    without one pyradiomics resamples and filters the same type.
    """
    if not settings.normalize:
        return image
    if settings.window_hu is None:
        return _whole_image(image, settings)
    values = sitk.GetArrayViewFromImage(image)
    result = np.empty(values.shape)
    found = normalisation(image, settings)
    for plane, target in zip(values, result, strict=True):
        target[...] = normalise(plane, found, settings.scale)
    prepared = sitk.GetImageFromArray(result)
    prepared.CopyInformation(image)
    return prepared


def normalise(values: np.ndarray, found: Normalisation, scale: float) -> np.ndarray:
    """Normalised grey values of a part of an image: float64, of the shape of `values` (HU).

    The steps and their order are ITK's, so that the bits are those of `sitk.Normalize * scale`.
    """
    result = np.clip(values, found.low, found.high, dtype=np.float64)
    result -= found.mean
    result *= 1 / found.sd
    result *= scale
    return result


def normalisation(image: sitk.Image, settings: ImagingSettings) -> Normalisation:
    """What normalises an image: the window, and mean and SD over the voxels inside it.

    Parameters
    ----------
    image : CT in HU, the whole scan
    settings : window_hu, normalize and scale are used

    Returns
    -------
    Normalisation

    Raises
    ------
    DataError
        when fewer than two voxels, or voxels of one value only, lie inside the window.

    Notes
    -----
    Both ends of the window are exclusive and mean and SD are those of the image before clipping,
    so that the voxels which clipping piles up at the ends do not count. The SD is the sample SD
    (divisor n − 1), as ITK's and therefore pyradiomics' is.
    """
    infinite = float("inf")
    if not settings.normalize:
        return Normalisation(-infinite, infinite, 0.0, settings.scale)
    if settings.window_hu is None:
        statistics = sitk.StatisticsImageFilter()
        statistics.Execute(image)
        return Normalisation(-infinite, infinite, statistics.GetMean(), statistics.GetSigma())
    low, high = settings.window_hu
    count, mean, sd = _moments(sitk.GetArrayViewFromImage(image), low, high)
    if count < 2 or sd == 0:
        raise DataError(
            f"{count} voxels lie between {low:g} and {high:g} HU (imaging.window_hu) with an SD of "
            f"{sd:g}; expected brain and blood. Is the image in HU? Otherwise widen the window or "
            "set it to null."
        )
    return Normalisation(low, high, mean, sd)


def _moments(values: np.ndarray, low: float, high: float) -> tuple[int, float, float]:
    """Count, mean and sample SD of the values between low and high, in one pass over the slices."""
    middle = (low + high) / 2  # summing about it keeps the squares small
    count, total, squares = 0, 0.0, 0.0
    for plane in values:
        inside = plane[(plane > low) & (plane < high)] - np.float64(middle)
        count += inside.size
        total += float(inside.sum())
        squares += float(inside @ inside)
    if count < 2:
        return count, float("nan"), 0.0
    variance = max(squares - total * total / count, 0.0) / (count - 1)
    return count, middle + total / count, float(np.sqrt(variance))


def _whole_image(image: sitk.Image, settings: ImagingSettings) -> sitk.Image:
    from radiomics.imageoperations import normalizeImage

    options = {"normalizeScale": settings.scale}
    if "removeOutliers" in settings.extra:
        options["removeOutliers"] = settings.extra["removeOutliers"]
    return normalizeImage(image, **options)
