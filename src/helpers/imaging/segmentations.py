"""Masks in DICOM: segmentations (SEG) and structure sets (RTSTRUCT), brought to an image's grid."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset

from helpers.errors import DataError
from helpers.imaging.geometry import geometry
from helpers.imaging.grids import to_grid

SEG_CLASS = "1.2.840.10008.5.1.4.1.1.66.4"
RTSTRUCT_CLASS = "1.2.840.10008.5.1.4.1.1.481.3"
_BLOOD = re.compile(r"h(a)?ematoma|h(a)?emorrhage|\bICH\b|bleed|血肿|出血", re.IGNORECASE)
_IN_PLANE = 0.1  # distance of a contour from its slice, in slices


def read_segmentation(file: Path, image: sitk.Image, patient_id: str) -> sitk.Image:
    """The one lesion of a SEG or RTSTRUCT on its image's grid.

    Parameters
    ----------
    file : DICOM SEG or RTSTRUCT with one segment or region, or one that is named hematoma,
        hemorrhage or ICH
    image : the CT it was drawn on
    patient_id : for messages

    Returns
    -------
    sitk.Image of uint8, 0 and 1, with the image's geometry

    Raises
    ------
    DataError
        when it holds several lesions, or does not lie on the image's grid.

    Notes
    -----
    A voxel belongs to a contour when its centre does, by the even-odd rule, so that an inner
    contour is a hole.
    """
    try:
        dataset = pydicom.dcmread(file)
        kind = dataset.SOPClassUID
    except (OSError, AttributeError, pydicom.errors.InvalidDicomError) as error:
        raise DataError(
            f"patient {patient_id}: {file.name} is not readable as DICOM; expected a SEG or an "
            "RTSTRUCT. Export it again."
        ) from error
    if kind == SEG_CLASS:
        return _from_seg(dataset, image, patient_id)
    if kind == RTSTRUCT_CLASS:
        return _from_rtstruct(dataset, image, patient_id)
    raise DataError(
        f"patient {patient_id}: {file.name} is {pydicom.uid.UID(kind).name}; expected a SEG or an "
        "RTSTRUCT. Export the segmentation."
    )


def referenced_series(dataset: Dataset) -> set[str]:
    """SeriesInstanceUIDs that a SEG or RTSTRUCT says it was drawn on."""
    return {
        element.value
        for element in dataset.iterall()
        if element.keyword == "SeriesInstanceUID" and element.value != dataset.SeriesInstanceUID
    }


def _from_seg(dataset: Dataset, image: sitk.Image, patient_id: str) -> sitk.Image:
    import highdicom  # takes seconds, and most imports meet no SEG

    names = {int(s.SegmentNumber): str(s.SegmentLabel) for s in dataset.SegmentSequence}
    number = _only_lesion(names, "segments", patient_id)
    try:
        seg = highdicom.seg.Segmentation.from_dataset(dataset)
        volume = seg.get_volume(segment_numbers=[number], rescale_fractional=True)
    except (ValueError, RuntimeError, AttributeError) as error:
        raise DataError(
            f"patient {patient_id}: the frames of the SEG form no volume ({error}); expected the "
            f"image's grid:\n    image: {geometry(image)}\n    Export the mask as NIfTI or NRRD, "
            "drawn on the imported image."
        ) from error
    array = np.asarray(volume.array)
    inside = (array[..., 0] if array.ndim == 4 else array) >= 0.5
    mask = sitk.GetImageFromArray(inside.astype(np.uint8))
    axes = volume.affine[:3, 2::-1]  # columns of the affine belong to slices, rows, columns
    spacing = np.linalg.norm(axes, axis=0)
    mask.SetSpacing(spacing.tolist())
    mask.SetDirection((axes / spacing).ravel().tolist())
    mask.SetOrigin(volume.affine[:3, 3].tolist())
    return to_grid(mask, image, patient_id)


def _from_rtstruct(dataset: Dataset, image: sitk.Image, patient_id: str) -> sitk.Image:
    rois = {int(r.ROINumber): str(r.get("ROIName", "")) for r in dataset.StructureSetROISequence}
    contours = {
        int(item.ReferencedROINumber): item.get("ContourSequence", [])
        for item in dataset.get("ROIContourSequence", [])
    }
    drawn = {number: name for number, name in rois.items() if len(contours.get(number, []))}
    number = _only_lesion(drawn, "drawn regions", patient_id)
    array = np.zeros(image.GetSize()[::-1], bool)
    for contour in contours[number]:
        points = np.array(contour.ContourData, float).reshape(-1, 3)
        index = np.array(
            [image.TransformPhysicalPointToContinuousIndex(p) for p in points.tolist()]
        )
        slice_number = round(float(index[:, 2].mean()))
        off = float(np.abs(index[:, 2] - slice_number).max())
        if off > _IN_PLANE or not 0 <= slice_number < len(array):
            raise DataError(
                f"patient {patient_id}: a contour lies at z = {points[:, 2].mean():.2f} mm, "
                f"{off:.2f} of a slice from the nearest one; expected contours on slices of the "
                f"image.\n"
                f"    image: {geometry(image)}\n    Draw it on this image, or pair the right files."
            )
        array[slice_number] ^= _inside(index[:, :2], array.shape[1:])
    mask = sitk.GetImageFromArray(array.astype(np.uint8))
    mask.CopyInformation(image)
    return mask


def _only_lesion(names: dict[int, str], what: str, patient_id: str) -> int:
    if len(names) == 1:
        return next(iter(names))
    named = [number for number, name in names.items() if _BLOOD.search(name)]
    if len(named) == 1:
        return named[0]
    raise DataError(
        f"patient {patient_id}: {len(names)} {what}, {len(named)} of them named as hemorrhage; "
        "expected one lesion. Keep the hematoma alone, or name it 'hematoma'."
    )


def _inside(polygon: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Pixels whose centre lies inside a polygon of x, y in pixels, by the even-odd rule."""
    x, y = polygon.T
    x_next, y_next = np.roll(x, -1), np.roll(y, -1)
    inside = np.zeros(shape, bool)
    columns = np.arange(shape[1])
    for row in range(max(int(np.ceil(y.min())), 0), min(int(y.max()) + 1, shape[0])):
        crosses = (y <= row) != (y_next <= row)
        share = (row - y[crosses]) / (y_next[crosses] - y[crosses])
        places = x[crosses] + share * (x_next[crosses] - x[crosses])
        inside[row] = (columns[:, None] >= places).sum(axis=1) % 2 == 1
    return inside
