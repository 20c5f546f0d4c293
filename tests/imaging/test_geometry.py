import numpy as np
import pytest
import SimpleITK as sitk

from helpers.errors import DataError
from helpers.imaging.geometry import check_mask, dice, geometry, volume_ml


def image_of(array, spacing=(0.45, 0.45, 5.0), origin=(-115.0, -115.0, 3.0)):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    return image


@pytest.fixture
def scan():
    return image_of(np.zeros((4, 10, 12), np.int16))


@pytest.fixture
def lesion():
    array = np.zeros((4, 10, 12), np.uint8)
    array[1:3, 2:6, 3:8] = 1
    return array


def test_axes_are_named_in_the_order_x_y_z(scan):
    found = geometry(scan)
    assert found.size == (12, 10, 4)
    assert found.spacing_mm == (0.45, 0.45, 5.0)
    assert found.slice_thickness_mm is None


def test_slice_thickness_comes_from_the_dicom_tag(scan):
    scan.SetMetaData("0018|0050", "4.8 ")
    assert geometry(scan).slice_thickness_mm == 4.8


def test_a_rounded_geometry_is_the_same_grid_and_becomes_exact(scan, lesion):
    spacing = np.float32([0.45, 0.45, 5.0]) * np.float32(1.00001)
    mask = image_of(lesion, [float(step) for step in spacing], (-115.00001, -115.0, 3.0))
    checked = check_mask(mask, scan, "P1")
    assert geometry(checked) == geometry(scan)
    assert np.array_equal(sitk.GetArrayFromImage(checked), lesion)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"spacing": (0.45, 0.45, 4.8)}, "spacing 0.45, 0.45, 4.8 mm"),
        ({"origin": (-115.0, -115.0, 8.0)}, "origin (-115, -115, 8)"),
    ],
)
def test_another_grid_is_refused_and_both_are_printed(scan, lesion, change, seen):
    with pytest.raises(DataError) as caught:
        check_mask(image_of(lesion, **change), scan, "P7")
    message = str(caught.value)
    assert "P7" in message and "another grid" in message and seen in message
    assert "spacing 0.45, 0.45, 5 mm" in message and "origin (-115, -115, 3)" in message


def test_another_size_and_another_direction_are_refused(scan, lesion):
    with pytest.raises(DataError, match="size 12 × 10 × 3"):
        check_mask(image_of(lesion[:3], (0.5, 0.5, 5.0)), scan, "P1")
    turned = image_of(lesion)
    turned.SetDirection((1, 0, 0, 0, -1, 0, 0, 0, 1))
    with pytest.raises(DataError, match="another grid"):
        check_mask(turned, scan, "P1")


def test_an_empty_mask_is_refused(scan, lesion):
    with pytest.raises(DataError, match=r"P2.*empty"):
        check_mask(image_of(0 * lesion), scan, "P2")


def test_two_labels_are_named(scan, lesion):
    lesion[0, 0, 0] = 3
    with pytest.raises(DataError, match=r"P3.*2 labels \(1, 3\)"):
        check_mask(image_of(lesion), scan, "P3")


@pytest.mark.parametrize("label", [1, 255])
def test_whatever_its_label_is_called_a_mask_becomes_0_and_1(scan, lesion, label):
    checked = check_mask(image_of(label * lesion), scan, "P4")
    assert set(np.unique(sitk.GetArrayFromImage(checked))) == {0, 1}
    assert checked.GetPixelID() == sitk.sitkUInt8


def test_volume_agrees_with_itk(lesion):
    mask = image_of(lesion)
    shape = sitk.LabelShapeStatisticsImageFilter()
    shape.Execute(mask)
    assert volume_ml(mask) == pytest.approx(shape.GetPhysicalSize(1) / 1000, rel=1e-12)


def test_dice_agrees_with_itk(lesion):
    other = np.roll(lesion, 2, axis=2)
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(image_of(lesion), image_of(other))
    assert dice(image_of(lesion), image_of(other)) == pytest.approx(overlap.GetDiceCoefficient())


def test_dice_of_equal_separate_and_empty_masks(lesion):
    mask, empty = image_of(lesion), image_of(0 * lesion)
    assert dice(mask, mask) == 1
    assert dice(mask, empty) == 0
    assert np.isnan(dice(empty, empty))
    with pytest.raises(ValueError, match="one grid"):
        dice(mask, image_of(lesion[:2]))
