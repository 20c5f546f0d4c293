"""CT slices in DICOM files: where each lies in the patient, its pixels in HU, and whole series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from helpers.errors import DataError
from helpers.imaging.stack import PADDING_HU, Stack, StackError, assemble

CT_CLASSES = ("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1")  # CT, enhanced CT
_SAME_COSINE, _SAME_MM = 1e-3, 1e-4


@dataclass(frozen=True)
class Slice:
    """One slice of a CT: where its pixels are kept and where they lie in the patient.

    file, frame : frame is None in a file of one slice
    position : centre of the first pixel, LPS, mm
    orientation : cosines along a row, then along a column
    spacing_mm : between columns (x) and between rows (y)
    size : columns, rows
    slope, intercept : stored value to HU, of this slice
    padding : stored values from low to high that are no measurement
    thickness_mm, tilt_deg : as the scanner wrote them; None where it did not
    """

    file: Path
    frame: int | None
    position: tuple[float, float, float]
    orientation: tuple[float, ...]
    spacing_mm: tuple[float, float]
    size: tuple[int, int]
    slope: float
    intercept: float
    padding: tuple[float, float] | None
    thickness_mm: float | None
    tilt_deg: float | None

    @property
    def normal(self) -> np.ndarray:
        """Unit vector across the slice, shape = (3,)."""
        return np.cross(self.orientation[:3], self.orientation[3:])


def read_header(file: Path) -> Dataset | None:
    """A DICOM file without its pixels; None when it is none."""
    try:
        header = pydicom.dcmread(file, stop_before_pixels=True)
    except (InvalidDicomError, OSError, EOFError, ValueError, AttributeError):
        return None
    return header if "SOPClassUID" in header else None


def slices_of(header: Dataset, file: Path) -> list[Slice]:
    """The slices of a file: one, or every frame of an enhanced multi-frame CT.

    Raises
    ------
    StackError
        when it lacks what places a slice in the patient.
    """
    try:
        if "PerFrameFunctionalGroupsSequence" not in header:
            return [_slice(header, file, None, [header])]
        shared = list(header.get("SharedFunctionalGroupsSequence", []))
        frames = header.PerFrameFunctionalGroupsSequence
        return [
            _slice(header, file, number, [frame, *shared]) for number, frame in enumerate(frames)
        ]
    except (AttributeError, TypeError, ValueError, KeyError, IndexError) as error:
        raise StackError(
            "a slice without position, orientation or pixel spacing; expected all three. "
            "Export the original series, not screenshots."
        ) from error


def _slice(header: Dataset, file: Path, frame: int | None, groups: list[Dataset]) -> Slice:
    def value(sequence: str, name: str, default=None):
        for group in groups:
            if frame is not None and sequence in group and name in group[sequence][0]:
                return group[sequence][0][name].value
        return header.get(name, default)

    across, along = value("PixelMeasuresSequence", "PixelSpacing")[::-1]
    orientation = value("PlaneOrientationSequence", "ImageOrientationPatient")
    thickness = value("PixelMeasuresSequence", "SliceThickness")
    tilt = value("CTGeometrySequence", "GantryDetectorTilt")
    padding = header.get("PixelPaddingValue")
    if padding is not None:
        limit = header.get("PixelPaddingRangeLimit", padding)
        padding = (min(padding, limit), max(padding, limit))
    if not min(across, along) > 0:
        raise ValueError("pixel spacing")
    return Slice(
        file=file,
        frame=frame,
        position=tuple(map(float, value("PlanePositionSequence", "ImagePositionPatient"))),
        orientation=tuple(map(float, orientation)),
        spacing_mm=(float(across), float(along)),
        size=(int(header.Columns), int(header.Rows)),
        slope=float(value("PixelValueTransformationSequence", "RescaleSlope", 1) or 1),
        intercept=float(value("PixelValueTransformationSequence", "RescaleIntercept", 0) or 0),
        padding=padding,
        thickness_mm=float(thickness) if thickness else None,
        tilt_deg=float(tilt) if tilt is not None else None,
    )


def stacks_of(slices: Iterable[Slice]) -> list[list[Slice]]:
    """Slices that can lie in one volume: of one orientation, size and spacing; longest first."""
    stacks: list[list[Slice]] = []
    for one in slices:
        for stack in stacks:
            first = stack[0]
            turn = np.abs(np.subtract(first.orientation, one.orientation)).max()
            step = np.abs(np.subtract(first.spacing_mm, one.spacing_mm)).max()
            if first.size == one.size and turn < _SAME_COSINE and step < _SAME_MM:
                stack.append(one)
                break
        else:
            stacks.append([one])
    return sorted(stacks, key=len, reverse=True)


def read_pixels(slices: list[Slice]) -> np.ndarray:
    """HU of slices, shape = (n_slices, rows, columns), each by its own slope and intercept.

    Padding becomes -1024 HU, as does everything below: no tissue is there.

    Raises
    ------
    StackError
        when a file cannot be decoded.
    """
    planes, opened = [], {}
    for one in slices:
        if one.file not in opened:
            opened = {one.file: _stored_values(one)}
        stored, scaled = opened[one.file]
        values = stored if one.frame is None else stored[one.frame]
        hu = values.astype(np.float64) if scaled else values * one.slope + one.intercept
        if one.padding:
            low, high = sorted(limit * one.slope + one.intercept for limit in one.padding)
            hu = np.where((hu >= low) & (hu <= high), PADDING_HU, hu)
        planes.append(np.maximum(hu, PADDING_HU))
    return np.stack(planes)


def _stored_values(one: Slice) -> tuple[np.ndarray, bool]:
    """The pixels of a file and whether they are HU already.

    What pydicom has no decoder for (JPEG lossless, JPEG 2000), GDCM decodes, and scales.
    """
    dataset = pydicom.dcmread(one.file)
    try:
        values = dataset.pixel_array
    except Exception as error:  # each decoder has its own
        if one.frame is not None or not dataset.file_meta.TransferSyntaxUID.is_compressed:
            raise StackError(_undecodable(dataset, error)) from error
        try:
            image = sitk.ReadImage(str(one.file))
        except RuntimeError as failure:
            raise StackError(_undecodable(dataset, failure)) from failure
        return sitk.GetArrayFromImage(image)[0], True
    if one.frame is not None and values.ndim == 2:
        values = values[None]
    return values, False


def _undecodable(dataset: Dataset, error: Exception) -> str:
    syntax = dataset.file_meta.TransferSyntaxUID.name
    reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return (
        f"pixels in {syntax} cannot be decoded ({reason}); expected whole images. "
        "Copy the file again or export it uncompressed."
    )


def read_stack(slices: list[Slice]) -> Stack:
    """One volume of slices of one orientation, see `helpers.imaging.stack.assemble`."""
    return assemble(slices, read_pixels)


def read_series(folder: Path, patient_id: str) -> sitk.Image:
    """The CT in a folder that holds one DICOM series.

    Parameters
    ----------
    folder : of .dcm files, whatever their names
    patient_id : for messages

    Returns
    -------
    sitk.Image, HU, of int16 or float32

    Raises
    ------
    DataError
        when the folder holds several series or orientations, or they form no volume.
    """
    name = "/".join(Path(folder).parts[-2:])
    by_series: dict[str, list[Slice]] = {}
    try:
        for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            header = read_header(file)
            if header is not None and header.SOPClassUID in CT_CLASSES:
                by_series.setdefault(header.SeriesInstanceUID, []).extend(slices_of(header, file))
        stacks = [stack for slices in by_series.values() for stack in stacks_of(slices)]
        if len(stacks) != 1:
            raise StackError(
                f"{len(by_series)} CT series in {len(stacks)} orientations or sizes; expected one. "
                "Leave the axial series alone in the folder, or use hebook import-dicom."
            )
        return read_stack(stacks[0]).image
    except StackError as error:
        raise DataError(f"patient {patient_id}: {name}: {error}") from error
