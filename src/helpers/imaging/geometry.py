"""Where a grid of voxels lies in the patient, and whether a mask belongs to its image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from helpers.errors import DataError

TOLERANCE = 1e-4
_THICKNESS_TAG = "0018|0050"


@dataclass(frozen=True)
class Geometry:
    """The grid of an image, axes in the order x, y, z.

    size : voxels
    spacing_mm : distance of neighbouring voxel centres
    origin_mm : centre of the first voxel, LPS
    direction : 9 cosines, row by row
    slice_thickness_mm : as the scanner recorded it (DICOM); None where the file does not say
    """

    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    direction: tuple[float, ...]
    slice_thickness_mm: float | None = None

    def __str__(self) -> str:
        """All of it on one line, for messages."""
        parts = [
            f"size {' × '.join(map(str, self.size))}",
            f"spacing {_numbers(self.spacing_mm)} mm",
            f"origin ({_numbers(self.origin_mm)}) mm",
            f"direction ({_numbers(self.direction)})",
        ]
        return ", ".join(parts)

    def same_grid(self, other: Geometry, tolerance: float = TOLERANCE) -> bool:
        """Whether two grids are one, up to the rounding of file formats.

        Sizes must be equal; spacings may differ by `tolerance` relatively, origins by `tolerance`
        of a voxel, and each direction cosine by `tolerance`. NIfTI keeps single precision, so the
        same grid written to NIfTI and to NRRD differs in the seventh digit.
        """
        if self.size != other.size:
            return False
        mine, theirs = np.array(self.spacing_mm), np.array(other.spacing_mm)
        shift = np.abs(np.subtract(self.origin_mm, other.origin_mm))
        turn = np.abs(np.subtract(self.direction, other.direction))
        return bool(
            (np.abs(mine - theirs) <= tolerance * mine).all()
            and (shift <= tolerance * mine).all()
            and (turn <= tolerance).all()
        )


def geometry(image: sitk.Image) -> Geometry:
    """The grid of an image.

    Examples
    --------
    >>> image = sitk.Image(4, 3, 2, sitk.sitkInt16)
    >>> image.SetSpacing((0.5, 0.5, 5.0))
    >>> geometry(image).spacing_mm
    (0.5, 0.5, 5.0)
    """
    thickness = None
    if image.HasMetaDataKey(_THICKNESS_TAG):
        text = image.GetMetaData(_THICKNESS_TAG).strip()
        thickness = float(text) if text else None
    return Geometry(
        image.GetSize(), image.GetSpacing(), image.GetOrigin(), image.GetDirection(), thickness
    )


def check_mask(mask: sitk.Image, image: sitk.Image, patient_id: str) -> sitk.Image:
    """Refuse a mask that is not one lesion on its image's grid.

    Parameters
    ----------
    mask : one label, 0 elsewhere
    image : the CT it was drawn on
    patient_id : for messages

    Returns
    -------
    sitk.Image of uint8, 0 and 1, with exactly the image's geometry

    Raises
    ------
    DataError
        when the mask is empty, holds more than one label, or lies on another grid, unless its
        voxels are the image's, only cropped, flipped or with axes exchanged.
    """
    checked = one_label(mask, patient_id)
    if not geometry(image).same_grid(geometry(mask)):
        from helpers.imaging.grids import to_grid

        checked = to_grid(checked, image, patient_id)
    if not sitk.GetArrayViewFromImage(checked).any():
        raise DataError(
            f"patient {patient_id}: the mask is empty; expected at least one voxel of lesion. "
            "Draw the lesion or leave the read out."
        )
    checked.CopyInformation(image)
    return checked


def one_label(mask: sitk.Image, patient_id: str, file: str = "the mask") -> sitk.Image:
    """A mask as uint8, 0 and 1, whatever its one label is called.

    Raises
    ------
    DataError
        when there are two labels or more; the message names them.
    """
    values = sitk.GetArrayViewFromImage(mask)
    inside = values != 0
    labels = np.unique(values[inside])
    if len(labels) > 1:
        named = ", ".join(f"{label:g}" for label in labels[:8])
        more = ", ..." if len(labels) > 8 else ""
        raise DataError(
            f"patient {patient_id}: {file} holds {len(labels)} labels ({named}{more}); expected "
            "one. Keep the hematoma's label only."
        )
    result = sitk.GetImageFromArray(inside.astype(np.uint8))
    result.CopyInformation(mask)
    return result


def volume_ml(mask: sitk.Image) -> float:
    """Volume of a mask in ml: its voxels times the volume of one.

    Examples
    --------
    >>> mask = sitk.Image(10, 10, 2, sitk.sitkUInt8) + 1
    >>> mask.SetSpacing((1.0, 1.0, 5.0))
    >>> volume_ml(mask)
    1.0
    """
    voxels = int(np.count_nonzero(sitk.GetArrayViewFromImage(mask)))
    return float(voxels * np.prod(mask.GetSpacing()) / 1000)


def dice(a: sitk.Image, b: sitk.Image) -> float:
    """Dice's coefficient of two masks on one grid: 1 when they are equal, 0 when apart.

    Notes
    -----
    2 |A ∩ B| / (|A| + |B|), NaN when both are empty (Dice 1945, Ecology 26:297).

    Raises
    ------
    ValueError
        when the masks differ in size.
    """
    if a.GetSize() != b.GetSize():
        raise ValueError(f"masks of {a.GetSize()} and {b.GetSize()} voxels; expected one grid")
    first, second = (sitk.GetArrayViewFromImage(mask) != 0 for mask in (a, b))
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else float("nan")


def _numbers(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.7g}" for value in values)
