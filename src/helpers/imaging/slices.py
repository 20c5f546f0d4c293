"""Crops around a lesion: what of a scan may be shown on a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk


@dataclass(frozen=True)
class Crop:
    """A block around a lesion, without the face and without any text of the scan.

    pixels : ndarray of int16, shape = (z, y, x), HU
    masks : read: ndarray of bool of the same shape
    spacing_mm : (z, y, x)
    """

    pixels: np.ndarray
    masks: dict[str, np.ndarray]
    spacing_mm: tuple[float, float, float]

    @property
    def largest(self) -> int:
        """Index of the slice in which the first mask is largest."""
        first = next(iter(self.masks.values()))
        return int(first.sum(axis=(1, 2)).argmax())


def crop_lesion(
    image: sitk.Image,
    masks: dict[str, sitk.Image],
    margin_mm: float = 25.0,
    margin_slices: int = 1,
) -> Crop:
    """The block around the union of several masks of one lesion, square in plane.

    Parameters
    ----------
    image : CT in HU
    masks : read: mask on the image's grid; at least one, none of them empty
    margin_mm : in plane, beyond the union
    margin_slices : along z, beyond the union

    Returns
    -------
    Crop
    """
    arrays = {read: sitk.GetArrayViewFromImage(mask) > 0 for read, mask in masks.items()}
    union = np.logical_or.reduce(list(arrays.values()))
    spacing = image.GetSpacing()[::-1]
    found = [np.flatnonzero(union.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    width = max(
        (spots[-1] - spots[0] + 1) * step
        for spots, step in zip(found[1:], spacing[1:], strict=True)
    )
    block = [_around(found[0], margin_slices, union.shape[0])]
    for axis in (1, 2):
        own = (found[axis][-1] - found[axis][0] + 1) * spacing[axis]
        pad = round((margin_mm + (width - own) / 2) / spacing[axis])
        block.append(_around(found[axis], pad, union.shape[axis]))
    cut = tuple(block)
    pixels = np.rint(sitk.GetArrayViewFromImage(image)[cut]).clip(-1024, 3071).astype(np.int16)
    return Crop(pixels, {read: np.array(array[cut]) for read, array in arrays.items()}, spacing)


def _around(spots: np.ndarray, pad: int, size: int) -> slice:
    return slice(max(int(spots[0]) - pad, 0), min(int(spots[-1]) + pad + 1, size))
