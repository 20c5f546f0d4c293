"""A mixed archive goes in, one head CT a patient comes out, and nothing that names a person."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from dicom_writer import header, write_series

from helpers.errors import DataError
from helpers.imaging.dicom_import import import_dicom

POSITIONS = [(-18.0, -14.0, -20.0 + 5.0 * k) for k in range(10)]
SCOUT = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
PLANTED = ["MRN-4711", "MRN-0815", "Planted", "Person", "19501231", "20240229", "1.2.3.4"]


def small(folder, uid, **tags):
    """A head series of 10 slices with its own UIDs."""
    settings = {"positions": POSITIONS, "shape": (12, 14), "SeriesInstanceUID": f"1.2.3.4.{uid}"}
    return write_series(folder, **(settings | tags))


def run(src, tmp_path, **options):
    return import_dicom(src, tmp_path / "dst", tmp_path / "key.csv", progress=False, **options)


def reasons(report):
    return dict(zip(report.skipped["series"], report.skipped["reason"], strict=True))


def test_the_plain_axial_head_series_is_taken_and_the_others_named(tmp_path):
    src = tmp_path / "export"
    small(src / "a", 1, SeriesNumber=1, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    small(src / "b", 2, SeriesNumber=2, SeriesDescription="HEAD 5.0 non-contrast")
    small(src / "c", 3, SeriesNumber=3, SeriesDescription="HEAD CTA 1.0")
    small(src / "d", 4, SeriesNumber=4, ContrastBolusAgent="agent")
    small(src / "e", 5, SeriesNumber=5, ConvolutionKernel="H70h")
    small(src / "f", 6, SeriesNumber=6, positions=[(0, 0, 3.0 * k) for k in range(16)])
    small(src / "g", 7, SeriesNumber=7, positions=POSITIONS[:4])
    chest = {"StudyDescription": "CT", "SeriesDescription": "THORAX 5.0"}
    small(src / "h", 8, SeriesNumber=8, BodyPartExamined="CHEST", **chest)
    sagittal = [(5.0 * k, 0, 0) for k in range(10)]
    small(src / "i", 9, SeriesNumber=9, positions=sagittal, orientation=SCOUT)
    small(src / "j", 10, SeriesNumber=10, Modality="MR", SOPClassUID="1.2.840.10008.5.1.4.1.1.4")
    small(src / "k", 11, SeriesNumber=11, StudyInstanceUID="1.2.4", StudyDate="20240301")
    report = run(src, tmp_path)
    assert report.taken["series"].tolist() == ["2 of 11"]
    assert reasons(report) == {
        "1 of 11": "a localizer or screenshot",
        "3 of 11": "contrast agent",
        "4 of 11": "contrast agent",
        "5 of 11": "a sharp kernel",
        "6 of 11": "steps further from 5 mm",
        "7 of 11": "4 slices over 15 mm; expected at least 5 over 40 mm",
        "8 of 11": "another part of the body",
        "9 of 11": "not axial",
        "10 of 11": "not a CT",
        "11 of 11": "a later study",
    }


def test_the_image_written_is_the_series(tmp_path):
    files = small(tmp_path / "export", 1)
    run(tmp_path / "export", tmp_path)
    image = sitk.ReadImage(str(tmp_path / "dst" / "images" / "P001.nii.gz"))
    middle = sitk.ReadImage(str(files[4]))
    assert np.array_equal(sitk.GetArrayFromImage(image)[4], sitk.GetArrayFromImage(middle)[0])
    assert image.GetSpacing() == pytest.approx((0.9, 0.8, 5.0))
    assert image.GetOrigin() == pytest.approx(POSITIONS[0])


def test_a_series_asked_for_by_its_text_is_taken(tmp_path):
    src = tmp_path / "export"
    small(src / "b", 2, SeriesNumber=2)
    small(src / "c", 3, SeriesNumber=3, SeriesDescription="HEAD CTA 1.0")
    report = run(src, tmp_path, series="cta")
    assert report.taken["series"].tolist() == ["2 of 2"]
    assert "--series" in reasons(report)["1 of 2"]


def test_a_scout_inside_the_series_is_left_out_and_said(tmp_path):
    src = tmp_path / "export"
    small(src, 1)
    small(src, 1, positions=[(0, 0, 0), (3, 0, 0)], orientation=SCOUT, name="scout")
    report = run(src, tmp_path)
    assert report.taken["slices"].tolist() == [10]
    assert report.skipped[["slices", "reason"]].values.tolist() == [
        [2, "slices of another orientation or size in the series taken"]
    ]


def test_a_series_with_a_hole_gives_way_to_the_next_best(tmp_path):
    src = tmp_path / "export"
    small(src / "a", 1, SeriesNumber=1)[4].unlink()
    small(src / "b", 2, SeriesNumber=2, positions=[(0, 0, 3.0 * k) for k in range(16)])
    report = run(src, tmp_path)
    assert report.taken["series"].tolist() == ["2 of 2"]
    assert "missing between -5 and 5 mm" in reasons(report)["1 of 2"]


def test_a_patient_without_any_usable_series_is_in_the_table(tmp_path):
    small(tmp_path / "export", 1)[4].unlink()
    report = run(tmp_path / "export", tmp_path)
    assert report.taken.empty and report.skipped["patient_id"].tolist() == ["P001"]
    assert "No series could be taken of 1: P001." in str(report)
    assert "1 × slices are missing between -5 and 5 mm" in str(report)


def test_nothing_that_names_a_person_reaches_the_cohort(tmp_path):
    src = tmp_path / "Planted Person 19501231"
    small(src / "a", 1)
    small(src / "b", 2, PatientID="MRN-0815", StudyInstanceUID="1.2.3.4.99")
    (src / "notes.txt").write_text("Planted Person")
    report = run(src, tmp_path)
    outputs = [path for path in (tmp_path / "dst").rglob("*") if path.is_file()]
    assert sorted(path.name for path in outputs) == [
        "P001.nii.gz",
        "P002.nii.gz",
        "skipped.csv",
        "taken.csv",
    ]
    for path in outputs:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        for text in PLANTED:
            assert text.encode() not in content, (path.name, text)
    assert not re.search("|".join(PLANTED), str(report))
    key = pd.read_csv(tmp_path / "key.csv", dtype=str)
    assert set(key["patient_id"]) == {"MRN-4711", "MRN-0815"}
    assert (tmp_path / "key.csv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "warned"), [("PLANTED PERSON", False), ("Planted^Other", True), ("", True)]
)
def test_two_people_under_one_number_are_noticed(tmp_path, name, warned):
    small(tmp_path / "export" / "a", 1)
    small(tmp_path / "export" / "b", 2, SeriesNumber=3, PatientName=name)
    report = run(tmp_path / "export", tmp_path)
    found = report.skipped["reason"].str.contains("under one number").any()
    assert found == warned and len(report.taken) == 1


def test_pseudonyms_stay_when_patients_are_added(tmp_path):
    src = tmp_path / "export"
    small(src / "a", 1)
    run(src, tmp_path)
    for number in range(5):
        uid = f"1.2.9.{number}"
        small(src / str(number), number + 2, PatientID=f"NEW-{number}", StudyInstanceUID=uid)
    run(src, tmp_path)
    key = pd.read_csv(tmp_path / "key.csv", dtype=str).set_index("patient_id")["pseudonym"]
    assert key["MRN-4711"] == "P001" and sorted(key) == [f"P{n:03d}" for n in range(1, 7)]


def test_the_key_may_not_lie_beside_the_images(tmp_path):
    small(tmp_path / "export", 1)
    with pytest.raises(DataError, match=r"key\.csv: .*--key"):
        import_dicom(tmp_path / "export", tmp_path / "dst", tmp_path / "dst" / "key.csv")


@pytest.mark.parametrize(
    "text", ["patient_id,pseudonym\nA,P001\nB,P001\n", "who,what\nA,P001\n", "a\n"]
)
def test_a_damaged_key_is_refused(tmp_path, text):
    small(tmp_path / "export", 1)
    (tmp_path / "key.csv").write_text(text)
    with pytest.raises(DataError, match=r"key\.csv: not a key of pseudonyms"):
        run(tmp_path / "export", tmp_path)
    assert (tmp_path / "key.csv").read_text() == text


def test_a_folder_without_dicom_is_refused(tmp_path):
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.txt").write_text("x")
    with pytest.raises(DataError, match="1 files and none is a DICOM image"):
        run(tmp_path / "export", tmp_path)
    with pytest.raises(DataError, match="nowhere: no such folder"):
        run(tmp_path / "nowhere", tmp_path)


def test_a_report_file_is_no_series(tmp_path):
    small(tmp_path / "export", 1)
    report = header("1.2.840.10008.5.1.4.1.1.88.11", SeriesInstanceUID="1.2.7", Modality="SR")
    report.save_as(tmp_path / "export" / "report.dcm", enforce_file_format=True)
    assert reasons(run(tmp_path / "export", tmp_path)) == {"2 of 2": "not a CT"}


def test_two_runs_give_the_same_bytes(tmp_path):
    small(tmp_path / "export", 1)
    run(tmp_path / "export", tmp_path)
    first = (tmp_path / "dst" / "images" / "P001.nii.gz").read_bytes()
    run(tmp_path / "export", tmp_path)
    assert (tmp_path / "dst" / "images" / "P001.nii.gz").read_bytes() == first


def test_the_real_scan_is_imported(tmp_path, shared_data):
    report = import_dicom(
        shared_data / "dicom_ge_head", tmp_path / "dst", tmp_path / "key.csv", progress=False
    )
    changes = report.taken["changes"].item()
    assert "gantry tilt of 18.5 degrees" in changes and "1.08 to 7.00 mm" in changes
    assert str(report).startswith("1 patients imported, 0 of them with a mask")
    assert f"P001: {changes}" in str(report)
