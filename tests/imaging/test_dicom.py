"""CT volumes from DICOM against GDCM's own reading and against an object of known geometry."""

import numpy as np
import pytest
import SimpleITK as sitk
from dicom_writer import (
    AXIAL,
    compress_jpegls,
    compress_rle,
    field,
    plane_points,
    tilted,
    write_enhanced,
    write_series,
)

from helpers.errors import DataError
from helpers.imaging.dicom import read_header, read_series, slices_of
from helpers.imaging.dicom import read_stack as stack_of


def read_stack(files):
    return stack_of([one for file in files for one in slices_of(read_header(file), file)])


def by_gdcm(folder):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def places(image):
    """Places of all voxels in the patient, shape (z, y, x, 3)."""
    z, y, x = np.mgrid[tuple(slice(n) for n in image.GetSize()[::-1])]
    index = np.stack([x, y, z], axis=-1) * np.array(image.GetSpacing())
    return index @ np.reshape(image.GetDirection(), (3, 3)).T + image.GetOrigin()


def test_a_plain_series_is_what_gdcm_reads(tmp_path):
    write_series(tmp_path / "s")
    mine, judge = read_series(tmp_path / "s", "P1"), by_gdcm(tmp_path / "s")
    assert np.array_equal(sitk.GetArrayFromImage(mine), sitk.GetArrayFromImage(judge))
    for name in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        assert getattr(mine, name)() == pytest.approx(getattr(judge, name)()), name
    assert mine.GetPixelID() == sitk.sitkInt16 and not mine.GetMetaDataKeys()


@pytest.mark.parametrize("compress", [compress_rle, compress_jpegls])
def test_compressed_slices_are_those_of_the_plain_series(tmp_path, compress):
    write_series(tmp_path / "plain")
    write_series(tmp_path / "packed", each=compress)
    mine = sitk.GetArrayFromImage(read_series(tmp_path / "packed", "P1"))
    assert np.array_equal(mine, sitk.GetArrayFromImage(by_gdcm(tmp_path / "plain")))


@pytest.mark.parametrize("compressor", ["JPEG", "JPEG2000"])
def test_lossless_jpeg_and_jpeg_2000_by_gdcms_encoder(tmp_path, compressor):
    plain = write_series(tmp_path / "plain", intercept=0.0)
    (tmp_path / "packed").mkdir()
    for file in plain:
        image = sitk.ReadImage(str(file))
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetImageIO("GDCMImageIO")
        writer.UseCompressionOn()
        writer.SetCompressor(compressor)
        writer.SetFileName(str(tmp_path / "packed" / file.name))
        writer.Execute(image)
    packed = read_header(tmp_path / "packed" / plain[0].name)
    assert packed.file_meta.TransferSyntaxUID.is_compressed
    mine = sitk.GetArrayFromImage(read_series(tmp_path / "packed", "P1"))
    assert np.array_equal(mine, sitk.GetArrayFromImage(by_gdcm(tmp_path / "plain")))


@pytest.mark.parametrize("degrees", [-20.0, 8.0, 18.5])
def test_a_tilted_gantry_is_straightened_to_where_the_object_is(tmp_path, degrees):
    orientation = tilted(degrees)
    positions = [(-18.0, -20.0, -20.0 + 4.0 * k / np.cos(np.radians(degrees))) for k in range(14)]
    files = write_series(tmp_path, positions, orientation, shape=(60, 44), thickness=4.0)
    stack = read_stack(files)
    assert stack.changes == [f"gantry tilt of {abs(degrees):.1f} degrees corrected"]
    axes = np.reshape(stack.image.GetDirection(), (3, 3))
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-7)
    assert stack.image.GetSpacing() == pytest.approx((0.9, 0.8, 4.0), abs=1e-6)
    values = sitk.GetArrayFromImage(stack.image)
    measured = values > -1000
    inner = np.zeros_like(measured)
    for plane, target in zip(measured, inner, strict=True):  # edges are extrapolated
        target[4:-4, 2:-2] = plane[:-8, 2:-2] & plane[8:, 2:-2]
    assert inner.mean() > 0.4
    error = (values - field(places(stack.image)))[inner]
    assert np.abs(error).max() < 1.5  # HU; values were rounded before the splines and after


def test_without_correction_the_object_would_be_misplaced(tmp_path):
    """The test above can fail: GDCM's plain reading of the same files is off by many HU."""
    positions = [(-18.0, -20.0, -20.0 + 4.2 * k) for k in range(14)]
    write_series(tmp_path, positions, tilted(18.5), shape=(60, 44))
    judge = by_gdcm(tmp_path)
    error = sitk.GetArrayFromImage(judge) - field(places(judge))
    assert np.abs(error).max() > 20


def test_a_real_tilted_scan_with_two_thicknesses(shared_data):
    files = sorted((shared_data / "dicom_ge_head").glob("*.dcm"))
    stack = read_stack(files)
    assert stack.changes == [
        "gantry tilt of 18.5 degrees corrected",
        "uneven steps (1.08 to 7.00 mm) interpolated to 4 mm",
    ]
    # the first slice keeps its plane and its pixels' places, up to the spline's sub-pixel move
    first = sitk.ReadImage(str(files[0]))
    place = stack.image.TransformPhysicalPointToContinuousIndex
    corner = np.array(place(first.TransformIndexToPhysicalPoint((0, 0, 0))))
    assert abs(corner[2]) < 1e-3 and corner[:2].min() > -1e-3
    row, column = (round(c) for c in corner[1::-1])
    mine = sitk.GetArrayViewFromImage(stack.image)[0, row : row + 512, column : column + 512]
    theirs = np.maximum(sitk.GetArrayViewFromImage(first)[0], -1024)
    assert np.corrcoef(mine.ravel(), theirs.ravel())[0, 1] > 0.995


def test_a_stated_tilt_that_the_positions_hide_is_refused(tmp_path):
    write_series(tmp_path / "s", each=lambda k, d: setattr(d, "GantryDetectorTilt", 15.0))
    with pytest.raises(DataError, match=r"P1: .*gantry tilt of 15 degrees"):
        read_series(tmp_path / "s", "P1")


def test_each_slice_has_its_own_rescale_slope(tmp_path):
    slopes = np.linspace(0.5, 2.0, 12)
    image = read_stack(write_series(tmp_path, slope=slopes)).image
    error = sitk.GetArrayFromImage(image) - field(places(image))
    assert np.abs(error).max() <= 1.0  # half of the largest slope
    assert image.GetPixelID() == sitk.sitkFloat32


def test_padding_is_air_and_takes_no_part(tmp_path):
    def pad(number, dataset):
        dataset.PixelPaddingValue = -2000
        stored = np.frombuffer(dataset.PixelData, "<i2").reshape(36, 40).copy()
        stored[:5] = -2000
        dataset.PixelData = stored.tobytes()

    image = read_stack(write_series(tmp_path, each=pad)).image
    values = sitk.GetArrayFromImage(image)
    assert (values[:, :5] == -1024).all() and values[:, 5:].min() > -200


def test_frames_of_an_enhanced_file_are_slices(tmp_path):
    image = read_stack([write_enhanced(tmp_path, [1.0, 0.5, 2.0, 1.0, 0.25, 1.0])]).image
    assert image.GetSize() == (40, 36, 6) and image.GetSpacing() == (0.9, 0.8, 5.0)
    assert np.abs(sitk.GetArrayFromImage(image) - field(places(image))).max() <= 1.0


def test_copies_are_left_out_and_two_phases_refused(tmp_path):
    files = write_series(tmp_path / "s")
    copies = write_series(tmp_path / "s", name="copy")
    stack = read_stack(files + copies[:3])
    assert stack.changes == ["3 copies of slices left out"] and stack.image.GetSize()[2] == 12
    other = write_series(tmp_path / "s", name="phase", pixels=np.zeros((12, 36, 40)))
    with pytest.raises(ValueError, match="two different images at one place"):
        read_stack(files + other)


def test_a_missing_slice_is_refused_with_its_place(tmp_path):
    files = write_series(tmp_path / "s")
    files[6].unlink()
    with pytest.raises(DataError, match=r"P1: .*missing between 5 and 15 mm.*10\.00 mm"):
        read_series(tmp_path / "s", "P1")


def test_two_thicknesses_are_made_even_where_the_object_is(tmp_path):
    heights = [-20 + 2.0 * k for k in range(10)] + [3.0 + 4.0 * k for k in range(5)]
    positions = [(-18.0, -14.0, height) for height in heights]

    def thick(number, dataset):
        dataset.SliceThickness = 2.0 if number < 10 else 4.0

    stack = read_stack(write_series(tmp_path, positions, each=thick))
    assert stack.changes == ["uneven steps (2.00 to 5.00 mm) interpolated to 2 mm"]
    error = sitk.GetArrayFromImage(stack.image) - field(places(stack.image))
    assert np.abs(error).max() < 1.5


def test_slices_may_come_in_any_order_and_from_the_feet(tmp_path):
    files = write_series(tmp_path)
    forward, backward = read_stack(files).image, read_stack(files[::-1]).image
    assert np.array_equal(*(sitk.GetArrayFromImage(i) for i in (forward, backward)))
    flipped = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0)  # seen from above: the normal points to the feet
    image = read_stack(write_series(tmp_path / "f", orientation=flipped)).image
    assert np.linalg.det(np.reshape(image.GetDirection(), (3, 3))) == pytest.approx(1)
    assert np.abs(sitk.GetArrayFromImage(image) - field(places(image))).max() <= 0.5


def test_mixed_orientations_in_a_folder_are_named(tmp_path):
    write_series(tmp_path / "s")
    write_series(tmp_path / "s", [(0, 0, 0)], (0, 1, 0, 0, 0, -1), name="scout")
    with pytest.raises(DataError, match=r"P1: .*1 CT series in 2 orientations"):
        read_series(tmp_path / "s", "P1")


def test_a_truncated_slice_is_named(tmp_path):
    files = write_series(tmp_path / "s")
    files[3].write_bytes(files[3].read_bytes()[:-500])
    with pytest.raises(DataError, match=r"P1: .*cannot be decoded"):
        read_series(tmp_path / "s", "P1")


def test_a_slice_without_position_is_named(tmp_path):
    def lose(number, dataset):
        del dataset.ImagePositionPatient

    write_series(tmp_path / "s", each=lose)
    with pytest.raises(DataError, match=r"P1: .*without position"):
        read_series(tmp_path / "s", "P1")


def test_the_writer_places_pixels_as_dicom_says():
    """Equation C.7.6.2.1-1: column index runs along the first three cosines."""
    points = plane_points((1, 2, 3), AXIAL, (0.5, 2.0), (3, 4))
    assert points[1, 3].tolist() == [1 + 3 * 0.5, 2 + 1 * 2.0, 3]
