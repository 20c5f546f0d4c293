"""A synthetic cohort as a hospital hands it over: DICOM series, masks, a workbook."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from tqdm import tqdm

from helpers.errors import DataError

HEADERS = {"patient_id": "Case no.", "cohort": "Hospital"}
HOSPITALS = {"training": "Centre A", "external": "Centre B"}


def export_dicom(cohort_folder: Path, out: Path, progress: bool = True) -> None:
    """Write a synthetic cohort in the shape of a PACS export.

    Parameters
    ----------
    cohort_folder : from `helpers.synthetic.simulate.simulate_cohort`
    out : new or empty; receives dicom/ (a scout and one axial CT series per patient),
        dicom/masks/ and dicom/rereads/ (NIfTI, named by case number) and patients.xlsx, whose
        headers and words are a hospital's own
    progress : whether to show a bar on stderr

    Raises
    ------
    DataError
        when the folder is no cohort, or `out` holds files already.
    """
    cohort_folder, out = Path(cohort_folder), Path(out)
    table = cohort_folder / "patients.csv"
    if not table.is_file():
        raise DataError(
            f"{cohort_folder.name}: no patients.csv; expected a simulated cohort. Simulate it "
            "first."
        )
    if out.is_dir() and any(out.iterdir()):
        raise DataError(f"{out.name} is not empty; expected a new folder. Choose another one.")
    patients = pd.read_csv(table, dtype={"patient_id": str})
    numbers = {name: case_number(name) for name in patients["patient_id"]}
    for name, number in tqdm(numbers.items(), "Exporting", unit="patient", disable=not progress):
        image = sitk.ReadImage(str(cohort_folder / "images" / f"{name}.nii.gz"))
        _write_series(image, number, out / "dicom" / number)
        for mask in sorted(cohort_folder.glob(f"masks/{name}.nii.gz")) + sorted(
            cohort_folder.glob(f"rereads/*/{name}.nii.gz")
        ):
            target = out / "dicom" / mask.relative_to(cohort_folder).with_name(f"{number}.nii.gz")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(mask.read_bytes())
    patients["patient_id"] = patients["patient_id"].map(numbers)
    patients["cohort"] = patients["cohort"].map(HOSPITALS)
    patients.rename(columns=HEADERS).to_excel(out / "patients.xlsx", index=False)


def case_number(patient_id: str) -> str:
    """An invented case number of eight digits, the same for the same patient.

    Examples
    --------
    >>> len(case_number("S001"))
    8
    """
    return f"{10_000_000 + zlib.crc32(patient_id.encode()) % 90_000_000}"


def _write_series(image: sitk.Image, number: str, folder: Path) -> None:
    """A scout and the axial series of one patient, slice by slice."""
    array = sitk.GetArrayViewFromImage(image)
    spacing, direction = image.GetSpacing(), image.GetDirection()
    axial = [*direction[0::3], *direction[1::3]]
    folder.mkdir(parents=True, exist_ok=True)
    for index, pixels in enumerate(array):
        header = _header(number, "axial", index)
        header.SeriesNumber, header.SeriesDescription = 2, "HEAD 5.0 non-contrast"
        header.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        position = image.TransformIndexToPhysicalPoint((0, 0, index))
        _place(header, pixels, position, axial, spacing[:2], spacing[2])
        header.save_as(folder / f"2-{index + 1:04d}.dcm", enforce_file_format=True)
    scout = np.ascontiguousarray(array[::-1, :, array.shape[2] // 2])
    header = _header(number, "scout", 0)
    header.SeriesNumber, header.SeriesDescription = 1, "SCOUT"
    header.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    top = image.TransformIndexToPhysicalPoint((array.shape[2] // 2, 0, len(array) - 1))
    _place(header, scout, top, [0, 1, 0, 0, 0, -1], (spacing[1], spacing[2]), spacing[0])
    header.save_as(folder / "1-0001.dcm", enforce_file_format=True)


def _header(number: str, series: str, index: int) -> FileDataset:
    """What a scanner writes; all of it invented, and labelled as such."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[number, series, str(index)])
    header = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    header.SOPClassUID, header.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    header.StudyInstanceUID = generate_uid(entropy_srcs=[number])
    header.SeriesInstanceUID = generate_uid(entropy_srcs=[number, series])
    header.FrameOfReferenceUID = generate_uid(entropy_srcs=[number, "frame"])
    header.PatientID, header.PatientName = number, f"Synthetic^{number}"
    header.PatientIdentityRemoved = "YES"
    header.ImageComments = "Simulated: no patient is shown"
    header.StudyDate, header.StudyTime = "20000101", "120000"
    header.Modality, header.BodyPartExamined, header.PatientPosition = "CT", "HEAD", "HFS"
    header.StudyDescription, header.InstanceNumber = "CT HEAD", index + 1
    return header


def _place(
    header: FileDataset,
    pixels: np.ndarray,
    position: tuple[float, float, float],
    orientation: list[float],
    spacing_mm: tuple[float, float],
    thickness_mm: float,
) -> None:
    """Pixels in HU and where they lie; spacing is along x, then along y of the picture."""
    header.ImagePositionPatient = [f"{value:.10g}" for value in position]
    header.ImageOrientationPatient = [f"{value:.10g}" for value in orientation]
    header.PixelSpacing = [f"{step:.10g}" for step in reversed(spacing_mm)]
    header.SliceThickness = f"{thickness_mm:.10g}"
    header.Rows, header.Columns = pixels.shape
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    header.BitsAllocated, header.BitsStored, header.HighBit = 16, 16, 15
    header.PixelRepresentation = 1
    header.RescaleSlope, header.RescaleIntercept, header.RescaleType = 1, 0, "HU"
    header.PixelData = pixels.astype("<i2").tobytes()
