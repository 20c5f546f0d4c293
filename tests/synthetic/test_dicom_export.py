"""What the simulated hospital hands over comes back through the import as the cohort it was."""

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk

from helpers.cohort import load_cohort
from helpers.errors import DataError
from helpers.imaging.dicom_import import import_dicom
from helpers.study import Study
from helpers.synthetic.dicom_export import case_number, export_dicom


def as_image(array):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((0.9, 0.8, 5.0))
    image.SetOrigin((-10.0, -12.0, 3.5))
    return image


@pytest.fixture
def cohort(tmp_path):
    """Ten patients of 9 small slices each, some read again."""
    rng = np.random.default_rng(5)
    folder = tmp_path / "cohort"
    for place in ("images", "masks", "rereads/A2"):
        (folder / place).mkdir(parents=True)
    names = [f"S{number:03d}" for number in range(10)]
    for number, name in enumerate(names):
        hu = rng.integers(-1000, 1200, (10, 16, 14)).astype(np.int16)
        mask = (rng.random(hu.shape) < 0.1).astype(np.uint8)
        sitk.WriteImage(as_image(hu), str(folder / "images" / f"{name}.nii.gz"))
        sitk.WriteImage(as_image(mask), str(folder / "masks" / f"{name}.nii.gz"))
        if number < 3:
            sitk.WriteImage(as_image(mask), str(folder / "rereads" / "A2" / f"{name}.nii.gz"))
    cohorts = ["training"] * 8 + ["external"] * 2
    table = pd.DataFrame({"patient_id": names, "cohort": cohorts, "age": 50 + np.arange(10)})
    table.assign(expansion=[0, 1] * 5).to_csv(folder / "patients.csv", index=False)
    return folder


def test_out_and_back_gives_the_same_voxels_and_table(cohort, tmp_path):
    out, back = tmp_path / "out", tmp_path / "back"
    export_dicom(cohort, out, progress=False)
    report = import_dicom(out / "dicom", back, tmp_path / "key.csv", progress=False)
    assert len(report.taken) == 10
    assert set(report.skipped["reason"]) == {"a localizer or screenshot"}
    key = pd.read_csv(tmp_path / "key.csv", dtype=str).set_index("patient_id")["pseudonym"]
    names = {f"S{number:03d}": key[case_number(f"S{number:03d}")] for number in range(10)}
    files = sorted(path for path in cohort.rglob("*.nii.gz"))
    assert len(files) == 23
    for file in files:
        name = names[file.name.removesuffix(".nii.gz")]
        copy = back / file.relative_to(cohort).with_name(f"{name}.nii.gz")
        before, after = sitk.ReadImage(str(file)), sitk.ReadImage(str(copy))
        assert np.array_equal(sitk.GetArrayFromImage(before), sitk.GetArrayFromImage(after))
        assert after.GetSpacing() == pytest.approx(before.GetSpacing(), rel=1e-6)
        assert after.GetOrigin() == pytest.approx(before.GetOrigin(), rel=1e-6)
    (back / "patients.xlsx").write_bytes((out / "patients.xlsx").read_bytes())
    columns = {"patient_id": "Case no.", "cohort": "Hospital"}
    words = {"cohort": {"Centre A": "training", "Centre B": "external"}}
    settings = {"folder": str(back), "table": "patients.xlsx", "key": str(tmp_path / "key.csv")}
    settings |= {"columns": columns, "values": words}
    study = Study(name="s", source="files", cohort=settings, models={"folds": 2})
    found = load_cohort(study).patients.set_index("patient_id")
    table = pd.read_csv(cohort / "patients.csv").set_index("patient_id").rename(index=names)
    pd.testing.assert_frame_equal(
        found, table.loc[found.index], check_dtype=False, check_index_type=False
    )


def test_gdcm_reads_the_series_as_the_image(cohort, tmp_path):
    export_dicom(cohort, tmp_path / "out", progress=False)
    folder = str(tmp_path / "out" / "dicom" / case_number("S004"))
    reader = sitk.ImageSeriesReader()
    longest = max(
        (reader.GetGDCMSeriesFileNames(folder, uid) for uid in reader.GetGDCMSeriesIDs(folder)),
        key=len,
    )
    reader.SetFileNames(longest)
    judge = reader.Execute()
    image = sitk.ReadImage(str(cohort / "images" / "S004.nii.gz"))
    assert np.array_equal(sitk.GetArrayFromImage(judge), sitk.GetArrayFromImage(image))
    assert judge.GetSpacing() == pytest.approx(image.GetSpacing())


def test_a_folder_in_use_and_a_missing_cohort_are_refused(cohort, tmp_path):
    with pytest.raises(DataError, match=r"no patients\.csv"):
        export_dicom(tmp_path, tmp_path / "out")
    with pytest.raises(DataError, match="is not empty"):
        export_dicom(cohort, cohort)
