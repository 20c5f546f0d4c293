"""CT images and masks on disk: where a patient's file is, and what it holds."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from helpers.errors import DataError
from helpers.imaging.geometry import one_label

_LITTLE_NIFTI = struct.pack("<i", 348)  # how a NIfTI-1 file starts on today's machines
# NIfTI's codes of its types. Floats are here because ITK reads NaN in them as 0.
_PLAIN = {
    struct.pack("<h", n): kind for n, kind in ((2, "u1"), (4, "<i2"), (16, "<f4"), (64, "<f8"))
}
SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha", ".mhd")


def find_image(folder: Path, patient_id: str) -> Path:
    """The image of a patient: ID.nii.gz, .nii, .nrrd, .mha, .mhd, or a folder of DICOM files.

    Raises
    ------
    DataError
        when there is none, or more than one.
    """
    return _only(folder, patient_id, "image", [Path(folder) / patient_id])


def find_mask(folder: Path, patient_id: str) -> Path:
    """The mask of a patient: ID.nii.gz, .nii, .nrrd, .mha or .mhd.

    Raises
    ------
    DataError
        when there is none, or more than one.
    """
    return _only(folder, patient_id, "mask", [])


def read_image(path: Path, patient_id: str) -> sitk.Image:
    """Read a CT in HU.

    Parameters
    ----------
    path : file of one of the `SUFFIXES`, or a folder that holds one DICOM series
    patient_id : for messages

    Returns
    -------
    sitk.Image of int16, or of float32 where the file holds anything else; HU

    Raises
    ------
    DataError
        when the file is truncated, unreadable, not one volume of one value per voxel, or holds
        NaN or infinite values.
    """
    image = _read_volume(Path(path), patient_id)
    if image.GetPixelID() == sitk.sitkInt16:
        return image
    image = sitk.Cast(image, sitk.sitkFloat32)
    bad = int((~np.isfinite(sitk.GetArrayViewFromImage(image))).sum())
    if bad:
        raise DataError(
            f"patient {patient_id}: {shown(path)} holds {bad} voxels that are NaN or infinite; "
            "expected HU. Export the image again."
        )
    return image


def read_mask(path: Path, patient_id: str) -> sitk.Image:
    """Read a mask with one label.

    Parameters
    ----------
    path : file of one of the `SUFFIXES`
    patient_id : for messages

    Returns
    -------
    sitk.Image of uint8, 0 and 1

    Raises
    ------
    DataError
        when the file is unreadable or holds two labels. An empty mask is read; `check_mask`
        refuses it.
    """
    return one_label(_read_volume(Path(path), patient_id), patient_id, shown(path))


def shown(path: Path) -> str:
    """A file as messages name it: with its folder, without the place on this machine."""
    return "/".join(Path(path).parts[-2:])


def name_of(path: Path) -> str:
    """The patient that a file or folder is named after.

    Examples
    --------
    >>> name_of(Path("images/P001.nii.gz"))
    'P001'
    """
    suffix = next((suffix for suffix in SUFFIXES if path.name.endswith(suffix)), "")
    return path.name.removesuffix(suffix)


def _only(folder: Path, patient_id: str, kind: str, folders: list[Path]) -> Path:
    folder = Path(folder)
    found = [folder / f"{patient_id}{suffix}" for suffix in SUFFIXES]
    found = [path for path in found if path.is_file()] + [p for p in folders if p.is_dir()]
    if len(found) == 1:
        return found[0]
    expected = ", ".join(SUFFIXES) + (" or a folder of DICOM files" if folders else "")
    if not found:
        raise DataError(
            f"patient {patient_id}: no {kind} in {folder.name}/; expected {patient_id} with "
            f"{expected}. Add the file or leave the patient out."
        )
    raise DataError(
        f"patient {patient_id}: {len(found)} {kind}s in {folder.name}/ "
        f"({', '.join(path.name for path in found)}); expected one. Remove the others."
    )


def _read_volume(path: Path, patient_id: str) -> sitk.Image:
    try:
        if path.is_dir():
            from helpers.imaging.dicom import read_series

            image = read_series(path, patient_id)
        else:
            image = _read_file(path)
    except DataError:
        raise
    except (OSError, EOFError, ValueError, zlib.error, struct.error, RuntimeError) as error:
        raise DataError(
            f"patient {patient_id}: {shown(path)} is not readable ({_reason(error, path)}). "
            "It may be truncated: copy or export it again."
        ) from error
    if image.GetDimension() == 4 and image.GetSize()[3] == 1:
        image = image[:, :, :, 0]
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        raise DataError(
            f"patient {patient_id}: {shown(path)} has size {image.GetSize()} and "
            f"{image.GetNumberOfComponentsPerPixel()} values per voxel; expected one volume of "
            "one value per voxel. Export a single series."
        )
    return image


def _read_file(path: Path) -> sitk.Image:
    """Read a file; refuse a NIfTI that ends too early, which ITK reads with zeros for the rest."""
    if not path.name.endswith((".nii.gz", ".nii")):
        return sitk.ReadImage(str(path))
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    _refuse_short(content[:348], len(content))
    return _from_nifti(path, content)


def _from_nifti(path: Path, content: bytes) -> sitk.Image:
    """An image from the decompressed bytes of its file, where ITK would only copy them.

    Decompressing is half of reading a scan and was needed to check it, so it is not done twice.
    """
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    kind = _PLAIN.get(content[70:72]) if content[:4] == _LITTLE_NIFTI else None
    slope, intercept = struct.unpack("<2f", content[112:120])
    scaled = (slope, intercept) not in ((0.0, 0.0), (1.0, 0.0))
    plain = reader.GetDimension() == 3 and reader.GetNumberOfComponents() == 1
    if kind is None or scaled or not plain:
        return sitk.ReadImage(str(path))
    start = int(struct.unpack("<f", content[108:112])[0])
    size = reader.GetSize()
    values = np.frombuffer(content, kind, int(np.prod(size)), start).reshape(size[::-1])
    image = sitk.GetImageFromArray(values)
    image.SetSpacing(reader.GetSpacing())
    image.SetOrigin(reader.GetOrigin())
    image.SetDirection(reader.GetDirection())
    return image


def _refuse_short(header: bytes, size: int) -> None:
    expected = _nifti_bytes(header)
    if size < expected:
        raise EOFError(f"{size} bytes of image file, its header asks for {expected}")


def _nifti_bytes(header: bytes) -> int:
    """Length of a NIfTI-1 file (uncompressed) by its own header; ITK reads no NIfTI-2."""
    if len(header) < 348:
        raise EOFError(f"{len(header)} bytes, too few for a NIfTI header")
    order = "<" if header[:4] == _LITTLE_NIFTI else ">"
    dims = struct.unpack(f"{order}8h", header[40:56])
    bits = struct.unpack(f"{order}h", header[72:74])[0]
    offset = struct.unpack(f"{order}f", header[108:112])[0]
    return int(offset) + int(np.prod(dims[1 : dims[0] + 1], dtype=np.int64)) * bits // 8


def _reason(error: Exception, path: Path) -> str:
    """The telling part of an error, without paths: ITK's messages are pages of them."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[-1] if lines else type(error).__name__
    if text.startswith("Reason:"):  # MetaImage: whatever errno was left from earlier
        return "its data ends early or is damaged"
    return text.split("ITK ERROR:")[-1].split("): ", 1)[-1].replace(str(path), path.name).strip()
