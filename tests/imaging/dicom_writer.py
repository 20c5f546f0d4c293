"""DICOM series with everything that goes wrong in an archive, written by pydicom alone."""

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CT = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def field(points):
    """HU of a smooth object at places in the patient, shape (..., 3) in mm: the known truth."""
    x, y, z = np.moveaxis(np.asarray(points, float), -1, 0)
    waves = 40 * np.sin(x / 9) + 30 * np.cos(y / 11) + 25 * np.sin(z / 17) + 0.5 * x - 0.3 * z
    return 40 + waves


def plane_points(position, orientation, spacing, shape):
    """Places of all pixels of a slice, shape (rows, columns, 3)."""
    row, column = np.reshape(orientation, (2, 3))
    y, x = np.mgrid[: shape[0], : shape[1]]
    steps = x[..., None] * spacing[0] * row + y[..., None] * spacing[1] * column
    return np.asarray(position) + steps


def tilted(degrees):
    """Orientation of slices of a tilted gantry."""
    angle = np.radians(degrees)
    return (1.0, 0.0, 0.0, 0.0, float(np.cos(angle)), float(-np.sin(angle)))


def header(uid=CT, **tags):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = uid
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    values = {
        "SOPClassUID": uid,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "StudyInstanceUID": "1.2.3.4",
        "SeriesInstanceUID": "1.2.3.4.5",
        "FrameOfReferenceUID": "1.2.3.9",
        "PatientID": "MRN-4711",
        "PatientName": "Planted^Person",
        "PatientBirthDate": "19501231",
        "PatientSex": "F",
        "StudyDate": "20240229",
        "StudyTime": "101500",
        "AccessionNumber": "",
        "StudyID": "1",
        "Manufacturer": "Nobody",
        "Modality": "CT",
        "SeriesNumber": 2,
        "StudyDescription": "CT HEAD",
        "SeriesDescription": "HEAD 5.0 plain",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    }
    for name, value in (values | tags).items():
        setattr(dataset, name, value)
    return dataset


def set_pixels(dataset, stored, signed=True):
    stored = np.asarray(stored)
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, int(signed)
    dataset.PixelData = stored.astype("<i2" if signed else "<u2").tobytes()


def write_series(
    folder,
    positions=None,
    orientation=AXIAL,
    spacing=(0.9, 0.8),
    shape=(36, 40),
    pixels=None,
    slope=1.0,
    intercept=-1024.0,
    thickness=5.0,
    each=None,
    name="slice",
    **tags,
):
    """A series of single slices of `field`; returns the files.

    positions : first pixel of each slice, mm
    pixels : HU of each slice instead of those of `field`
    slope : one number, or one for each slice
    each : function of (number, dataset) that changes a slice before it is written
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if positions is None:
        positions = [(-18.0, -14.0, -20.0 + 5.0 * k) for k in range(12)]
    slopes = np.broadcast_to(slope, len(positions))
    files = []
    for number, position in enumerate(positions):
        points = plane_points(position, orientation, spacing, shape)
        hu = field(points) if pixels is None else pixels[number]
        dataset = header(**tags)
        dataset.ImagePositionPatient = [f"{p:.9g}" for p in position]
        dataset.ImageOrientationPatient = [f"{p:.9g}" for p in orientation]
        dataset.PixelSpacing = [spacing[1], spacing[0]]
        if thickness:
            dataset.SliceThickness = thickness
        dataset.InstanceNumber = len(positions) - number  # against the patient's order
        dataset.RescaleSlope, dataset.RescaleIntercept = float(slopes[number]), intercept
        dataset.RescaleType = "HU"
        set_pixels(dataset, np.rint((np.asarray(hu) - intercept) / slopes[number]))
        if each:
            each(number, dataset)
        file = folder / f"{name}{number:03d}.dcm"
        dataset.save_as(file, enforce_file_format=True)
        files.append(file)
    return files


def write_enhanced(folder, slopes, spacing=(0.9, 0.8), shape=(36, 40), step=5.0, **tags):
    """One multi-frame file, every frame with its own place and slope; returns the file."""
    dataset = header(ENHANCED_CT, **tags)
    shared = Dataset()
    measures, plane = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [spacing[1], spacing[0]], step
    plane.ImageOrientationPatient = list(AXIAL)
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([plane])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    frames, stored = [], []
    for number, slope in enumerate(slopes):
        position = (-18.0, -14.0, -20.0 + step * number)
        place, scale, frame = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = list(position)
        scale.RescaleSlope, scale.RescaleIntercept, scale.RescaleType = slope, -1024.0, "HU"
        frame.PlanePositionSequence = Sequence([place])
        frame.PixelValueTransformationSequence = Sequence([scale])
        frames.append(frame)
        hu = field(plane_points(position, AXIAL, spacing, shape))
        stored.append(np.rint((hu + 1024) / slope))
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    dataset.NumberOfFrames = len(frames)
    set_pixels(dataset, np.array(stored))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    dataset.save_as(folder / "enhanced.dcm", enforce_file_format=True)
    return folder / "enhanced.dcm"


def compress_rle(number, dataset):
    dataset.compress(pydicom.uid.RLELossless)


def compress_jpegls(number, dataset):
    dataset.compress(pydicom.uid.JPEGLSLossless)
