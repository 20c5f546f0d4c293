"""Masks that lie on their image's grid, only written otherwise: turned, flipped or cropped."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

from helpers.errors import DataError
from helpers.imaging.geometry import geometry

_COSINE = 1e-3
_VOXELS = 0.01


def to_grid(mask: sitk.Image, image: sitk.Image, patient_id: str) -> sitk.Image:
    """A mask on the grid of its image, when no voxel changes its place for it.

    Tools store one mask in several ways: with axes exchanged or flipped, or cropped to the lesion
    (3D Slicer, DICOM SEG). All of them name the same voxels in the patient. Anything else would
    need interpolation, which moves the outline, and is refused.

    Parameters
    ----------
    mask : sitk.Image of uint8
    image : the CT it was drawn on
    patient_id : for messages

    Returns
    -------
    sitk.Image of uint8 with the image's geometry

    Raises
    ------
    DataError
        when the grids differ otherwise, or when part of the lesion lies outside the image; the
        message prints both geometries.
    """
    to_image = np.linalg.solve(_affine(image), _affine(mask))
    axes = np.rint(to_image[:3, :3])
    start = np.rint(to_image[:3, 3])
    size = np.array(mask.GetSize())
    turned = (np.abs(axes).sum(axis=0) == 1).all() and (np.abs(axes).sum(axis=1) == 1).all()
    drift = np.abs(to_image[:3, :3] - axes) @ size + np.abs(to_image[:3, 3] - start)
    aligned = np.abs(to_image[:3, :3] - axes).max() < _COSINE and drift.max() < 0.1
    if not turned or not aligned or np.abs(to_image[:3, 3] - start).max() > _VOXELS:
        raise _unlike(mask, image, patient_id, "its voxels are not the image's")
    order = [
        int(np.flatnonzero(axes[axis])[0]) for axis in range(3)
    ]  # mask axis on each image axis
    array = sitk.GetArrayFromImage(mask).transpose(2, 1, 0).transpose(order)
    extent = np.array(array.shape)
    signs = np.array([axes[axis, order[axis]] for axis in range(3)])
    array = array[tuple(slice(None, None, int(sign)) for sign in signs)]
    low = (start - np.where(signs < 0, extent - 1, 0)).astype(int)
    high, shape = low + extent, np.array(image.GetSize())
    if not ((low >= 0) & (high <= shape)).all() and not ((low <= 0) & (high >= shape)).all():
        raise _unlike(mask, image, patient_id, "it is shifted against the image")
    inside = array[tuple(_overlap(-low, shape, extent))]
    if np.count_nonzero(inside) < np.count_nonzero(array):
        raise _unlike(mask, image, patient_id, "part of the lesion lies outside the image")
    result = np.zeros(shape, np.uint8)
    result[tuple(_overlap(low, extent, shape))] = inside
    placed = sitk.GetImageFromArray(result.transpose(2, 1, 0))
    placed.CopyInformation(image)
    return placed


def _overlap(start: np.ndarray, length: np.ndarray, size: np.ndarray) -> list[slice]:
    """The part of 0..size that a block covers, which begins at start and is length long."""
    return [
        slice(max(s, 0), min(s + n, total)) for s, n, total in zip(start, length, size, strict=True)
    ]


def _affine(image: sitk.Image) -> np.ndarray:
    """Voxel indices x, y, z to the patient, mm, shape = (4, 4)."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    matrix[:3, 3] = image.GetOrigin()
    return matrix


def _unlike(mask: sitk.Image, image: sitk.Image, patient_id: str, reason: str) -> DataError:
    return DataError(
        f"patient {patient_id}: the mask lies on another grid than its image: {reason}.\n"
        f"    mask:  {geometry(mask)}\n    image: {geometry(image)}\n"
        "    Draw the mask on this image, or pair the right files; resampling it (nearest "
        "neighbour) moves its outline."
    )
