"""Masks from other tools: on the image's grid voxel for voxel, or refused."""

import itertools

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from dicom_writer import header, tilted, write_series
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from helpers.errors import DataError
from helpers.imaging.dicom import read_series
from helpers.imaging.dicom_import import import_dicom
from helpers.imaging.geometry import check_mask
from helpers.imaging.grids import to_grid
from helpers.imaging.segmentations import read_segmentation

POSITIONS = [(-18.0, -14.0, -20.0 + 5.0 * k) for k in range(10)]
SHAPE = (10, 12, 14)


def image_of(array, spacing=(0.5, 0.6, 5.0), origin=(-3.0, 2.0, 7.0)):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    return image


@pytest.fixture
def lesion():
    array = np.zeros(SHAPE, np.uint8)
    array[3:7, 4:9, 5:12] = 1
    array[4, 5, 6] = 0  # no symmetry hides an exchange of axes
    array[7, 8, 11] = 1
    return array


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("flips", list(itertools.product([False, True], repeat=3)))
def test_exchanged_and_flipped_axes_are_undone_by_itk_itself(lesion, order, flips):
    """ITK's own reorientation filters write the mask otherwise; the voxels must come back."""
    turned = sitk.Flip(sitk.PermuteAxes(image_of(lesion), order), flips, False)
    back = to_grid(turned, image_of(np.zeros(SHAPE, np.int16)), "P1")
    assert np.array_equal(sitk.GetArrayFromImage(back), lesion)


def test_a_mask_cropped_to_the_lesion_is_put_back(lesion):
    image = image_of(np.zeros(SHAPE, np.int16))
    cropped = sitk.RegionOfInterest(image_of(lesion), [9, 7, 6], [4, 3, 2])  # as 3D Slicer does
    checked = check_mask(cropped, image, "P1")
    assert np.array_equal(sitk.GetArrayFromImage(checked), lesion)
    assert checked.GetOrigin() == image.GetOrigin()


def test_a_mask_padded_beyond_the_image_is_cut(lesion):
    padded = sitk.ConstantPad(image_of(lesion), [1, 2, 3], [3, 2, 1])
    back = to_grid(padded, image_of(np.zeros(SHAPE, np.int16)), "P1")
    assert np.array_equal(sitk.GetArrayFromImage(back), lesion)
    padded[0, 0, 0] = 1
    with pytest.raises(DataError, match="part of the lesion lies outside"):
        to_grid(padded, image_of(np.zeros(SHAPE, np.int16)), "P1")


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.floats(0.02, 0.98)] * 3), st.sampled_from([0, 1, 2]))
def test_a_mask_between_the_voxels_is_refused_with_both_geometries(shift, axis):
    array = np.ones((3, 4, 5), np.uint8)
    origin = [-3.0, 2.0, 7.0]
    origin[axis] += shift[axis] * (0.5, 0.6, 5.0)[axis]
    with pytest.raises(DataError) as error:
        to_grid(image_of(array, origin=origin), image_of(np.zeros(SHAPE, np.int16)), "P7")
    text = str(error.value)
    assert "P7" in text and "size 5 × 4 × 3" in text and "size 14 × 12 × 10" in text


def test_a_turned_mask_is_refused(lesion):
    mask = image_of(lesion)
    mask.SetDirection((np.cos(0.1), -np.sin(0.1), 0, np.sin(0.1), np.cos(0.1), 0, 0, 0, 1))
    with pytest.raises(DataError, match=r"P1: .*another grid.*voxels are not"):
        to_grid(mask, image_of(np.zeros(SHAPE, np.int16)), "P1")


@pytest.fixture
def scan(tmp_path):
    files = write_series(tmp_path / "ct", POSITIONS, shape=SHAPE[1:], intercept=0.0)
    return files, read_series(tmp_path / "ct", "P1")


def write_seg(file, sources, masks, labels, kind="BINARY"):
    """A SEG by highdicom, with empty frames left out as most tools do."""
    code = highdicom.sr.CodedConcept("50960005", "SCT", "Hemorrhage")
    segments = [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=label,
            segmented_property_category=code,
            segmented_property_type=code,
            algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, label in enumerate(labels, start=1)
    ]
    stacked = np.stack(masks, axis=-1)
    highdicom.seg.Segmentation(
        source_images=[pydicom.dcmread(source) for source in sources],
        pixel_array=stacked.astype(float if kind == "FRACTIONAL" else np.uint8),
        segmentation_type=kind,
        segment_descriptions=segments,
        series_instance_uid="1.2.3.4.77",
        series_number=9,
        sop_instance_uid="1.2.3.4.78",
        instance_number=1,
        manufacturer="Nobody",
        manufacturer_model_name="none",
        software_versions="0",
        device_serial_number="0",
        omit_empty_frames=True,
    ).save_as(file)
    return file


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL"])
def test_a_seg_comes_to_the_images_grid(tmp_path, scan, lesion, kind):
    files, image = scan
    file = write_seg(tmp_path / "seg.dcm", files, [lesion], ["anything"], kind)
    mask = read_segmentation(file, image, "P1")
    assert np.array_equal(sitk.GetArrayFromImage(mask), lesion)
    assert mask.GetOrigin() == image.GetOrigin() and mask.GetSpacing() == image.GetSpacing()


def test_the_segment_named_as_blood_is_the_lesion(tmp_path, scan, lesion):
    files, image = scan
    file = write_seg(tmp_path / "seg.dcm", files, [1 - lesion, lesion], ["brain", "ICH"])
    assert np.array_equal(sitk.GetArrayFromImage(read_segmentation(file, image, "P1")), lesion)
    file = write_seg(tmp_path / "two.dcm", files, [1 - lesion, lesion], ["a", "b"])
    with pytest.raises(DataError, match=r"P1: 2 segments, 0 of them"):
        read_segmentation(file, image, "P1")


def test_a_seg_of_another_scan_is_refused(tmp_path, scan, lesion):
    _, image = scan
    shifted = [(x + 0.3, y, z) for x, y, z in POSITIONS]
    others = write_series(tmp_path / "other", shifted, shape=SHAPE[1:])
    file = write_seg(tmp_path / "seg.dcm", others, [lesion], ["ICH"])
    with pytest.raises(DataError, match=r"P1: the mask lies on another grid"):
        read_segmentation(file, image, "P1")


def write_rtstruct(file, polygons, names=("hematoma",), series="1.2.3.4.5"):
    """Closed planar contours, (n, 3) in mm each, all of the first region."""
    dataset = header("1.2.840.10008.5.1.4.1.1.481.3", Modality="RTSTRUCT")
    dataset.SeriesInstanceUID = "1.2.3.4.88"
    rois = []
    for number, name in enumerate(names, start=1):
        roi = Dataset()
        roi.ROINumber, roi.ROIName = number, name
        rois.append(roi)
    dataset.StructureSetROISequence = Sequence(rois)
    contours = []
    for polygon in polygons:
        contour = Dataset()
        contour.ContourGeometricType = "CLOSED_PLANAR"
        contour.NumberOfContourPoints = len(polygon)
        contour.ContourData = [f"{value:.6f}" for value in np.ravel(polygon)]
        contours.append(contour)
    drawn = Dataset()
    drawn.ReferencedROINumber, drawn.ContourSequence = 1, Sequence(contours)
    dataset.ROIContourSequence = Sequence([drawn])
    reference, study, frame = Dataset(), Dataset(), Dataset()
    reference.SeriesInstanceUID = series
    study.RTReferencedSeriesSequence = Sequence([reference])
    frame.RTReferencedStudySequence = Sequence([study])
    dataset.ReferencedFrameOfReferenceSequence = Sequence([frame])
    dataset.save_as(file, enforce_file_format=True)
    return file


def circle(centre, radius, z, n=400):
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    x, y = centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)
    return np.stack([x, y, np.full(n, z)], axis=1)


def ring(image, centre, outer, inner, slices):
    """Voxels whose centre lies between two radii, from their places in the patient."""
    array = np.zeros(image.GetSize()[::-1], np.uint8)
    for z, y, x in np.ndindex(array.shape):
        place = image.TransformIndexToPhysicalPoint((x, y, z))
        distance = np.hypot(place[0] - centre[0], place[1] - centre[1])
        array[z, y, x] = inner < distance < outer and z in slices
    return array


def test_contours_become_the_voxels_whose_centre_they_hold(tmp_path, scan):
    _, image = scan
    centre = (-12.1, -9.3)
    polygons = []
    for z in (3, 4, 5):
        height = POSITIONS[z][2]
        polygons += [circle(centre, 4.13, height), circle(centre, 1.37, height)]  # with a hole
    file = write_rtstruct(tmp_path / "rt.dcm", polygons)
    mask = sitk.GetArrayFromImage(read_segmentation(file, image, "P1"))
    assert np.array_equal(mask, ring(image, centre, 4.13, 1.37, (3, 4, 5))) and mask.sum() > 50


def test_contours_between_slices_are_refused(tmp_path, scan):
    _, image = scan
    file = write_rtstruct(tmp_path / "rt.dcm", [circle((-12, -9), 4, POSITIONS[3][2] + 2)])
    with pytest.raises(DataError, match=r"P1: a contour lies at z = -3.00 mm, 0\.40 of a slice"):
        read_segmentation(file, image, "P1")


def test_contours_of_a_tilted_scan_keep_their_places(tmp_path):
    orientation = tilted(15.0)
    positions = [(-18.0, -14.0, 5.0 * k) for k in range(8)]
    write_series(tmp_path / "ct", positions, orientation, shape=(30, 30))
    image = read_series(tmp_path / "ct", "P1")
    row, column = np.reshape(orientation, (2, 3))
    flat = circle((9.0, 8.0), 5.0, 0.0)
    polygons = [positions[k] + flat[:, :1] * row + flat[:, 1:2] * column for k in (2, 3, 4)]
    mask = read_segmentation(write_rtstruct(tmp_path / "rt.dcm", polygons), image, "P1")
    volume = int(sitk.GetArrayFromImage(mask).sum()) * np.prod(image.GetSpacing())
    disks = 3 * np.pi * 5.0**2 * 5.0 * np.cos(np.radians(15.0))
    assert volume == pytest.approx(disks, rel=0.03)
    centre = np.mean([p.mean(axis=0) for p in polygons], axis=0)
    found = np.argwhere(sitk.GetArrayFromImage(mask)).mean(axis=0)[::-1]
    place = image.TransformContinuousIndexToPhysicalPoint(found.tolist())
    assert place == pytest.approx(centre, abs=0.1)


def test_masks_in_the_export_come_with_their_scan(tmp_path, lesion):
    src = tmp_path / "export"
    files = write_series(src / "ct", POSITIONS, shape=SHAPE[1:])
    write_seg(src / "seg.dcm", files, [lesion], ["ICH"])
    report = import_dicom(src, tmp_path / "dst", tmp_path / "key.csv", progress=False)
    assert report.taken["masks"].tolist() == ["masks/P001.nii.gz"]
    mask = sitk.ReadImage(str(tmp_path / "dst" / "masks" / "P001.nii.gz"))
    assert np.array_equal(sitk.GetArrayFromImage(mask), lesion)
    write_rtstruct(src / "rt.dcm", [circle((-12, -9), 4, POSITIONS[3][2])])
    report = import_dicom(src, tmp_path / "dst", tmp_path / "key.csv", progress=False)
    assert "masks: 2 segmentations" in report.skipped["reason"].item()


def test_masks_named_by_the_patients_number_come_too(tmp_path, lesion):
    src = tmp_path / "export"
    write_series(src / "ct", POSITIONS, shape=SHAPE[1:])
    drawn = sitk.GetImageFromArray(lesion)
    drawn.CopyInformation(read_series(src / "ct", "P1"))
    (src / "rereads" / "A2").mkdir(parents=True)
    sitk.WriteImage(drawn, str(src / "MRN-4711.nrrd"))
    sitk.WriteImage(
        sitk.Flip(drawn, [True, False, True], False), str(src / "rereads/A2/MRN-4711.mha")
    )
    sitk.WriteImage(drawn, str(src / "MRN-9.nii.gz"))
    report = import_dicom(src, tmp_path / "dst", tmp_path / "key.csv", progress=False)
    assert report.taken["masks"].tolist() == ["masks/P001.nii.gz; rereads/A2/P001.nii.gz"]
    for place in ("masks", "rereads/A2"):
        mask = sitk.ReadImage(str(tmp_path / "dst" / place / "P001.nii.gz"))
        assert np.array_equal(sitk.GetArrayFromImage(mask), lesion)
    reason = report.skipped["reason"].item()
    assert reason == "masks named after no PatientID of the images"


@pytest.mark.parametrize("content", [b"not DICOM at all", b""])
def test_an_unreadable_segmentation_is_named(tmp_path, scan, content):
    (tmp_path / "seg.dcm").write_bytes(content)
    with pytest.raises(DataError, match=r"P1: seg\.dcm is not readable as DICOM"):
        read_segmentation(tmp_path / "seg.dcm", scan[1], "P1")
    with pytest.raises(DataError, match=r"P1: .*is CT Image Storage; expected a SEG"):
        read_segmentation(scan[0][0], scan[1], "P1")
