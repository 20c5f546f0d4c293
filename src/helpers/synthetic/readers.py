"""Readers: the same lesion outlined again, by the same reader or by a second one."""

from __future__ import annotations

import zlib
from typing import Literal

import numpy as np
import SimpleITK as sitk
from scipy import ndimage
from threadpoolctl import threadpool_limits

from helpers.errors import DataError
from helpers.synthetic.fields import Grid, smooth_noise
from helpers.synthetic.settings import SyntheticSettings

_LENGTH_MM = (8.0, 6.0, 6.0)  # over which a contour error persists: z, y, x
_TISSUE_HU = (-20.0, 150.0)  # neither air, fat nor bone is ever outlined
_MARGIN_MM = 8.0


def reread(
    mask: sitk.Image,
    image: sitk.Image,
    reader: Literal["A2", "B1"],
    patient_id: str,
    settings: SyntheticSettings,
    seed: int,
) -> sitk.Image:
    """Outline a lesion once more.

    The boundary moves along its normal by a smooth random field plus one draw per slice: a voxel
    is in the new mask where its signed distance (mm, positive inside) plus the displacement is
    positive and the CT shows soft tissue. The largest piece is kept. Displacements are half
    again as large where the lesion hardly differs from its surroundings.

    Parameters
    ----------
    mask : first read, uint8
    image : CT in HU on the same grid
    reader : "A2", the same reader again, or "B1", a second reader
    patient_id : decides, with `seed` and `reader`, the random displacement
    settings : its `readers` block holds the SDs in mm
    seed : of the cohort

    Returns
    -------
    sitk.Image of uint8 on the mask's grid

    Raises
    ------
    DataError
        when the reader is unknown, the mask is empty or the grids differ in size.
    """
    amplitudes = {"A2": settings.readers.within_sd_mm, "B1": settings.readers.between_sd_mm}
    if reader not in amplitudes:
        raise DataError(f"reader is {reader!r}; expected A2 (same reader) or B1 (second reader).")
    if mask.GetSize() != image.GetSize():
        raise DataError(
            f"patient {patient_id}: the mask has {mask.GetSize()} voxels and the image "
            f"{image.GetSize()}; expected the same grid."
        )
    first = sitk.GetArrayViewFromImage(mask) > 0
    if not first.any():
        raise DataError(f"patient {patient_id}: the mask is empty, so there is nothing to outline.")
    spacing = mask.GetSpacing()[::-1]
    block = tuple(
        slice(max(found[0] - pad, 0), found[-1] + pad + 1)
        for axis, step in enumerate(spacing)
        for found in [np.flatnonzero(first.any(axis=tuple({0, 1, 2} - {axis})))]
        for pad in [int(np.ceil(_MARGIN_MM / step))]
    )
    inside, hu = first[block], sitk.GetArrayViewFromImage(image)[block].astype(np.float32)
    words = [zlib.crc32(word.encode()) for word in (str(patient_id), reader)]
    rng = np.random.default_rng(np.random.SeedSequence([seed, *words]))
    grid = Grid(*(step * np.arange(size) for step, size in zip(spacing, inside.shape, strict=True)))
    with threadpool_limits(1):
        shift = amplitudes[reader] * smooth_noise(rng, grid, _LENGTH_MM)
    slices = rng.standard_normal((len(inside), 1, 1))
    shift += settings.readers.slice_factor * amplitudes[reader] * slices
    moved = signed_distance(inside, spacing) + shift * _doubt(hu, inside, spacing)
    smooth = ndimage.gaussian_filter(hu, (0, 1.5, 1.5))
    fresh = (moved > 0) & (smooth > _TISSUE_HU[0]) & (smooth < _TISSUE_HU[1])
    pieces, found = ndimage.label(fresh)
    sizes = np.bincount(pieces.ravel(), minlength=2)
    sizes[0] = 0
    result = np.zeros(first.shape, np.uint8)
    # A lesion of a few voxels can vanish; a reader who saw it once does not miss it.
    result[block] = pieces == sizes.argmax() if found else inside
    second = sitk.GetImageFromArray(result)
    second.CopyInformation(mask)
    return second


def signed_distance(inside: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    """Distance to the lesion's surface in mm, positive inside, zero between two voxel centres.

    Parameters
    ----------
    inside : ndarray of bool, shape = (z, y, x)
    spacing : mm, in the same order

    Returns
    -------
    ndarray of float, shape = inside.shape
    """
    within = ndimage.distance_transform_edt(inside, sampling=spacing)
    beyond = ndimage.distance_transform_edt(~inside, sampling=spacing)
    return within - beyond - np.where(inside, 0.5, -0.5) * spacing[-1]


def _doubt(hu: np.ndarray, inside: np.ndarray, spacing) -> np.ndarray:
    """1 where the edge is plain, up to 1.5 where lesion and surroundings hardly differ."""
    blur = (0, 3.0 / spacing[1], 3.0 / spacing[2])
    weight = inside.astype(np.float32)
    soft = np.clip(hu, 0, 100)
    here = ndimage.gaussian_filter(weight, blur)
    lesion = ndimage.gaussian_filter(weight * soft, blur) / (here + 1e-3)
    around = ndimage.gaussian_filter((1 - weight) * soft, blur) / (1 - here + 1e-3)
    return 1 + 0.5 * np.clip(1 - np.abs(lesion - around) / 25, 0, 1)
