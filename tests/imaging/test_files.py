import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from helpers.errors import DataError
from helpers.imaging.files import SUFFIXES, find_image, find_mask, read_image, read_mask


@pytest.fixture
def scan():
    """Noise, so that a compressed file is about as long as its content."""
    array = np.random.default_rng(1).integers(-1000, 2000, (6, 20, 30)).astype(np.int16)
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((0.5, 0.5, 5.0))
    return image


def written(image, file: Path) -> Path:
    sitk.WriteImage(image, str(file), useCompression=True)
    return file


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_is_found_and_read_as_written(tmp_path, scan, suffix):
    file = written(scan, tmp_path / f"P1{suffix}")
    assert find_image(tmp_path, "P1") == file == find_mask(tmp_path, "P1")
    image = read_image(file, "P1")
    assert np.array_equal(sitk.GetArrayFromImage(image), sitk.GetArrayFromImage(scan))
    assert image.GetPixelID() == sitk.sitkInt16
    assert image.GetSpacing() == pytest.approx(scan.GetSpacing())


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_truncated_file_is_refused_by_patient_and_name(tmp_path, scan, suffix, share):
    file = written(scan, tmp_path / f"P1{suffix}")
    data = next(tmp_path.glob("*raw"), file)
    content = data.read_bytes()
    data.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=rf"P1: .*P1\{suffix} is not readable"):
        read_image(file, "P1")


def test_a_damaged_byte_inside_a_compressed_file_is_noticed(tmp_path, scan):
    file = written(scan, tmp_path / "P1.nii.gz")
    content = bytearray(file.read_bytes())
    content[-6] ^= 0xFF  # of the checksum
    file.write_bytes(content)
    with pytest.raises(DataError, match="not readable"):
        read_image(file, "P1")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"not an image"])
def test_something_else_is_refused(tmp_path, suffix, content):
    file = tmp_path / f"P1{suffix}"
    file.write_bytes(content)
    with pytest.raises(DataError, match="not readable"):
        read_image(file, "P1")


def test_messages_name_no_place_on_the_machine(tmp_path):
    file = tmp_path / "P1.nrrd"
    file.write_bytes(b"not an image")
    with pytest.raises(DataError) as caught:
        read_image(file, "P1")
    assert str(tmp_path.parent) not in str(caught.value)


def test_other_pixel_types_become_single_precision(tmp_path, scan):
    file = written(sitk.Cast(scan, sitk.sitkFloat64) + 0.5, tmp_path / "P1.nrrd")
    image = read_image(file, "P1")
    assert image.GetPixelID() == sitk.sitkFloat32
    assert np.array_equal(
        sitk.GetArrayFromImage(image), sitk.GetArrayFromImage(scan) + np.float32(0.5)
    )


@pytest.mark.parametrize(
    "kind", [sitk.sitkUInt8, sitk.sitkInt16, sitk.sitkUInt16, sitk.sitkInt32, sitk.sitkFloat32]
)
def test_a_compressed_nifti_is_read_as_itk_reads_it(tmp_path, scan, kind):
    image = sitk.Cast(sitk.Clamp(scan, lowerBound=0, upperBound=200), kind)
    image.SetDirection((0, 1, 0, -1, 0, 0, 0, 0, 1))
    image.SetOrigin((-11.5, 3.25, 70))
    file = written(image, tmp_path / "P1.nii.gz")
    found, expected = read_image(file, "P1"), sitk.ReadImage(str(file))
    assert np.array_equal(sitk.GetArrayFromImage(found), sitk.GetArrayFromImage(expected))
    for geometry in ("GetSpacing", "GetOrigin", "GetDirection", "GetSize"):
        assert getattr(found, geometry)() == getattr(expected, geometry)()


def test_slope_and_intercept_of_a_compressed_nifti_are_applied(tmp_path, scan):
    file = written(scan, tmp_path / "P1.nii.gz")
    content = bytearray(gzip.decompress(file.read_bytes()))
    content[112:120] = struct.pack("<2f", 2.0, -1024.0)
    file.write_bytes(gzip.compress(bytes(content)))
    found = sitk.GetArrayFromImage(read_image(file, "P1"))
    assert np.array_equal(found, 2.0 * sitk.GetArrayFromImage(scan) - 1024)


def test_nan_voxels_are_counted(tmp_path, scan):
    array = sitk.GetArrayFromImage(scan).astype(np.float32)
    array[0, 0, :3] = np.nan
    file = written(sitk.GetImageFromArray(array), tmp_path / "P1.nrrd")
    with pytest.raises(DataError, match="3 voxels that are NaN"):
        read_image(file, "P1")


def test_a_colour_image_and_a_time_series_are_refused(tmp_path, scan):
    colour = sitk.Compose(scan, scan, scan)
    series = sitk.JoinSeries([scan, scan])
    for name, image in (("C", colour), ("T", series)):
        file = written(image, tmp_path / f"{name}.nrrd")
        with pytest.raises(DataError, match="expected one volume"):
            read_image(file, name)


def test_a_series_of_one_volume_is_that_volume(tmp_path, scan):
    file = written(sitk.JoinSeries([scan]), tmp_path / "P1.nii.gz")
    assert read_image(file, "P1").GetSize() == scan.GetSize()


def test_a_missing_file_says_what_was_looked_for(tmp_path):
    with pytest.raises(DataError, match=r"P9: no image in .*\.nii\.gz.*DICOM"):
        find_image(tmp_path, "P9")
    with pytest.raises(DataError, match="P9: no mask in"):
        find_mask(tmp_path, "P9")


def test_two_files_of_one_patient_are_ambiguous(tmp_path, scan):
    written(scan, tmp_path / "P1.nrrd")
    (tmp_path / "P1").mkdir()
    with pytest.raises(DataError, match=r"P1: 2 images .*P1\.nrrd, P1\)"):
        find_image(tmp_path, "P1")
    written(scan, tmp_path / "P1.mha")
    with pytest.raises(DataError, match="2 masks"):
        find_mask(tmp_path, "P1")


def test_masks_become_0_and_1_and_two_labels_are_refused(tmp_path):
    array = np.zeros((3, 4, 5), np.uint8)
    array[1, 1:3, 1:3] = 2
    file = written(sitk.GetImageFromArray(array), tmp_path / "P1.nii.gz")
    mask = read_mask(file, "P1")
    assert np.array_equal(sitk.GetArrayFromImage(mask), array // 2)
    array[0, 0, 0] = 7
    written(sitk.GetImageFromArray(array), file)
    with pytest.raises(DataError, match=r"P1: .*P1\.nii\.gz holds 2 labels \(2, 7\)"):
        read_mask(file, "P1")


def test_a_folder_of_dicom_files_is_an_image(shared_data):
    folder = find_image(shared_data, "dicom_ge_head")
    assert folder.is_dir()
    image = read_image(folder, "P1")
    # 28 slices in two blocks, 4 and 7 mm thick, over 144.1 mm: see test_dicom.py
    assert image.GetSpacing()[2] == 4 and image.GetSize()[2] == 37
    assert sitk.GetArrayViewFromImage(image).min() < -900


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "P1").mkdir()
    with pytest.raises(DataError, match=r"P1: .*0 CT series"):
        read_image(find_image(tmp_path, "P1"), "P1")
