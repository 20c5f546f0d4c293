"""A check reads everything once, and says what is wrong and what is only suspicious."""

import json

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from small_cohort import as_image, write, write_cohort, write_study

from helpers import check as check_module
from helpers.check import COLUMNS, check_study
from helpers.checks import images
from helpers.checks.suspicions import looks_personal
from helpers.study import load_study


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    return folder, write_cohort(folder, 12, 6, 3)


@pytest.fixture
def cohort(pristine, tmp_path):
    """A private copy of the cohort: folder, table, and a function that checks it."""
    source, table = pristine
    folder = tmp_path / "cohort"
    for file in source.rglob("*"):
        if file.is_file():
            target = folder / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    study = write_study(tmp_path / "small.yaml", folder)

    def check(**columns):
        if columns:
            table.assign(**columns).to_csv(folder / "patients.csv", index=False)
        return check_study(load_study(study), jobs=1, progress=False)

    return folder, table, check


def read(folder, name="P005"):
    files = [folder / place / f"{name}.nii.gz" for place in ("images", "masks")]
    return [sitk.GetArrayFromImage(sitk.ReadImage(str(file))) for file in files]


def only(findings):
    assert len(findings.problems) == 1, str(findings)
    return findings.problems[0]


def test_a_good_cohort_has_no_finding(cohort):
    _, _, check = cohort
    findings = check()
    assert findings.problems == [] and str(findings) == "18 patients: 0 errors, 0 warnings."


def test_every_image_and_mask_is_read_once(cohort, monkeypatch):
    _, _, check = cohort
    opened = []
    for name in ("read_image", "read_mask"):
        real = getattr(images, name)

        def counted(path, patient_id, real=real):
            opened.append(path)
            return real(path, patient_id)

        monkeypatch.setattr(images, name, counted)
    check()
    assert len(opened) == len(set(opened)) == 18 + 18 + 6


def test_the_table_of_findings_and_its_json(cohort):
    folder, _, check = cohort
    (folder / "masks" / "P003.nii.gz").unlink()
    write(as_image(np.zeros((12, 64, 64), np.uint8)), folder / "rereads" / "B1" / "P001.nii.gz")
    findings = check()
    assert list(findings.table.columns) == COLUMNS
    assert findings.table["patient_id"].tolist() == ["P001", "P003"]
    assert len(findings.errors) == 2
    machine = json.loads(findings.to_json())
    assert machine["patients"] == 18 and machine["errors"] == 2 and machine["warnings"] == 0
    assert machine["findings"] == findings.table.to_dict("records")
    text = str(findings)
    assert "P003" in text and "masks" in text and "expected" in text and "remedy" in text


def test_the_number_of_processes_changes_nothing(cohort, tmp_path):
    folder, _, check = cohort
    hu, _ = read(folder)
    write(as_image((hu // 10).astype(np.int16)), folder / "images" / "P005.nii.gz")
    two = check_study(load_study(tmp_path / "small.yaml"), jobs=2, progress=False)
    assert two.problems == check().problems and len(two.problems) == 2


def test_grey_values_that_are_no_hu(cohort):
    folder, _, check = cohort
    hu, _ = read(folder)
    windowed = np.clip((hu + 40.0) * 255 / 120, 0, 255).astype(np.int16)
    write(as_image(windowed), folder / "images" / "P005.nii.gz")
    found = {problem.found for problem in check().problems}
    assert any("grey values from 0 to 255" in text for text in found)


@pytest.mark.parametrize(("axis", "words"), [(2, "left and right"), (1, "front and back")])
def test_a_mask_that_fits_its_mirror_image(cohort, axis, words):
    folder, _, check = cohort
    hu, mask = read(folder)
    if axis == 1:  # the lesion of the test cohort is off the middle from left to right only
        shift = (0, 14, 0)
        hu, mask = np.roll(hu, shift, (0, 1, 2)), np.roll(mask, shift, (0, 1, 2))
        write(as_image(hu), folder / "images" / "P005.nii.gz")
    write(as_image(np.flip(mask, axis)), folder / "masks" / "P005.nii.gz")
    problem = only(check())
    assert problem.patient_id == "P005" and problem.severity == "warning"
    assert words in problem.found and "flipped" in problem.remedy


def test_a_mask_that_holds_no_blood(cohort):
    folder, _, check = cohort
    _, mask = read(folder)
    write(as_image(np.roll(mask, -30, axis=1)), folder / "masks" / "P005.nii.gz")
    problem = only(check())
    assert "HU inside the mask" in problem.found and problem.file == "masks/P005.nii.gz"


def test_a_volume_unlike_the_table(cohort):
    _, table, check = cohort
    factor = np.where(table["patient_id"] == "P004", 1000, 1)
    problem = only(
        check(
            baseline_volume_ml=table["baseline_volume_ml"] * factor,
            followup_volume_ml=table["followup_volume_ml"] * factor,
        )
    )
    assert problem.patient_id == "P004" and "ml, the table says" in problem.found


def test_a_voxel_size_unlike_the_others(cohort):
    folder, table, check = cohort
    for place in ("images", "masks"):
        file = folder / place / "P009.nii.gz"
        image = sitk.ReadImage(str(file))
        image.SetSpacing((3.0, 3.0, 1.0))
        write(image, file)
    small = np.where(table["patient_id"] == "P009", 6, 1)
    problem = only(
        check(
            baseline_volume_ml=table["baseline_volume_ml"] / small,
            followup_volume_ml=table["followup_volume_ml"] / small,
        )
    )
    assert problem.found == "voxels of 3 × 3 × 1 mm" and problem.patient_id == "P009"


def test_a_column_that_knows_the_outcome(cohort):
    _, table, check = cohort
    grown = (table["followup_volume_ml"] > 1.33 * table["baseline_volume_ml"]).astype(int)
    found = {p.found for p in check(surgery=grown.map({0: "none", 1: "done"})).problems}
    assert "surgery tells the outcome without one exception" in found


def test_dates_and_names(cohort):
    _, table, check = cohort
    dated = [f"2024-01-{day:02d}" for day in range(1, 10)] * 2
    findings = check(scanned=dated, patient_id=["Smith_John", *table["patient_id"][1:]])
    found = {problem.found for problem in findings.problems}
    assert "scanned holds dates" in found and "patient_id looks like a name" in found
    stray = [p for p in findings.problems if "nobody in the table" in p.found]
    assert {p.patient_id for p in stray} == {"P001"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("王小明", "a name"),
        ("Smith, John", "a name"),
        ("DOE^JANE", "a name"),
        ("110101195012310014", "a national or telephone number"),
        ("13812345678", "a national or telephone number"),
        ("078-05-1120", "a national or telephone number"),
        ("19501231", "a date"),
        ("P001", None),
        ("sub001", None),
        ("A2-017", None),
        ("1024", None),
    ],
)
def test_what_an_identifier_looks_like(text, what):
    assert looks_personal(text) == what


def test_a_synthetic_study_needs_no_check(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_text("name: s\nsource: synthetic\n")
    findings = check_study(load_study(file))
    assert findings.problems == [] and findings.patients == 297


def test_a_ready_feature_table_is_checked(tmp_path, pristine):
    _, table = pristine
    folder = tmp_path / "cohort"
    folder.mkdir()
    table.to_csv(folder / "patients.csv", index=False)
    features = pd.DataFrame({"patient_id": table["patient_id"]})
    features["original_firstorder_Mean"] = np.arange(len(table)) * 1.0
    features.drop(index=3).to_csv(folder / "features.csv", index=False)
    study = write_study(tmp_path / "s.yaml", folder, source="features")
    findings = check_module.check_study(load_study(study))
    assert [(p.patient_id, p.found) for p in findings.problems] == [
        ("P004", "no row of the first read")
    ]
