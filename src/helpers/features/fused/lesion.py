"""The lesion's normalised and resampled box."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import SimpleITK as sitk

from helpers.features.fused.grid import Box, ScanLines, scan_lines, target_grid
from helpers.features.fused.moments import find_normalisation, lesion_box
from helpers.features.fused.resample import (
    MARGIN,
    interpolate,
    interpolate_oblique,
    nearest,
    spline_coefficients,
)
from helpers.features.prepare import normalise, prepare
from helpers.features.settings import ImagingSettings

_PADDING = 5  # voxels around the lesion, pyradiomics' padDistance
_SMALLEST = 4  # voxels along an axis below which ITK's mirror boundary is not defined


class LesionBox(NamedTuple):
    """What all features of a lesion are computed from; shape (z, y, x), spacing in mm (z, y, x)."""

    volume: np.ndarray  # float64, normalised, with padding
    mask: np.ndarray  # uint8
    spacing: np.ndarray


def load_box(image: sitk.Image, mask: sitk.Image, settings: ImagingSettings) -> LesionBox | None:
    """Normalise and resample the lesion and its surroundings.

    Returns
    -------
    LesionBox, or None for what pyradiomics refuses or treats in a way of its own: no voxel of
    value 1, different grids, images in single precision or of few slices

    Raises
    ------
    DataError
        when nothing in the image lies inside the window
    """
    if not _plain(image, mask):
        return None
    box = lesion_box(sitk.GetArrayViewFromImage(mask))
    if box is None:
        return None
    spacing = settings.spacing_mm
    if (
        not settings.normalize
        or spacing is None
        or min(image.GetSize()) < _SMALLEST
        or np.allclose(
            image.GetSpacing(), np.where(box.high != box.low, spacing, image.GetSpacing())
        )
    ):
        return _load_slowly(image, mask, settings)
    grid = target_grid(mask, box, spacing, _PADDING)
    lines = scan_lines(image, grid)
    nx = grid.size[0]
    size = np.array(image.GetSize())
    volume = _resample(image, settings, lines, size, nx)
    z, y, x = (
        slice(low, high + 1) for low, high in zip(box.low[::-1], box.high[::-1], strict=True)
    )
    lesion = (sitk.GetArrayViewFromImage(mask)[z, y, x] == 1).astype(np.uint8)
    resampled = nearest(lesion, box.low, size, lines.start, lines.end, nx)
    return LesionBox(volume, resampled, grid.spacing[::-1].copy())


def _plain(image: sitk.Image, mask: sitk.Image) -> bool:
    """Whether image and mask are scalar volumes on exactly the same grid."""
    return (
        image.GetDimension() == mask.GetDimension() == 3
        and image.GetNumberOfComponentsPerPixel() == mask.GetNumberOfComponentsPerPixel() == 1
        and image.GetSize() == mask.GetSize()
        and image.GetSpacing() == mask.GetSpacing()
        and image.GetOrigin() == mask.GetOrigin()
        and image.GetDirection() == mask.GetDirection()
    )


def _keeps_grid(image: sitk.Image, box: Box, spacing_mm: float) -> bool:
    old = np.array(image.GetSpacing())
    return np.allclose(old, np.where(box.high != box.low, spacing_mm, old))


def _resample(
    image: sitk.Image, settings: ImagingSettings, lines: ScanLines, size: np.ndarray, nx: int
) -> np.ndarray:
    found = find_normalisation(image, settings)
    ends = np.concatenate([lines.start.reshape(-1, 3), lines.end.reshape(-1, 3)])
    low = np.clip(np.floor(ends.min(axis=0)).astype(np.int64) - 3, 0, size - _SMALLEST)
    high = np.clip(np.ceil(ends.max(axis=0)).astype(np.int64) + 4, _SMALLEST, size)
    first = np.maximum(low - MARGIN, 0)
    last = np.minimum(high + MARGIN, size)
    z, y, x = (slice(a, b) for a, b in zip(first[::-1], last[::-1], strict=True))
    part = sitk.GetArrayViewFromImage(image)[z, y, x]
    grey = normalise(part, found, settings.scale)
    coefficients = spline_coefficients(grey, low - first, high - first)
    direction = np.array(image.GetDirection()).reshape(3, 3)
    parallel = np.array_equal(direction, np.diag(np.diag(direction)))
    sample = interpolate if parallel else interpolate_oblique
    return sample(coefficients, low, size, lines.start, lines.end, nx)


def _load_slowly(
    image: sitk.Image, mask: sitk.Image, settings: ImagingSettings
) -> LesionBox | None:
    """The box by pyradiomics, for preprocessing that is quick there or rarely asked for."""
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    spacing = settings.spacing_mm
    volume, lesion = RadiomicsFeatureExtractor.loadImage(
        prepare(image, settings),
        mask,
        interpolator="sitkBSpline",
        padDistance=_PADDING,
        resampledPixelSpacing=[spacing] * 3 if spacing else None,
    )
    values = sitk.GetArrayFromImage(volume)
    if values.dtype == np.float32:
        return None
    inside = (sitk.GetArrayViewFromImage(lesion) == 1).astype(np.uint8)
    steps = np.array(volume.GetSpacing()[::-1])
    return LesionBox(values.astype(np.float64), inside, steps)


def too_small(mask: np.ndarray) -> bool:
    """Whether pyradiomics refuses a mask: it must be longer than one voxel in two directions.

    Examples
    --------
    >>> too_small(np.ones((1, 1, 9), np.uint8))
    True
    """
    box: Box | None = lesion_box(mask)
    return box is None or int((box.high > box.low).sum()) < 2
