"""A catalogue of what can be wrong with a cohort: each fault is named, with patient and way out."""

import gzip
import json
import shutil

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from small_cohort import as_image, write, write_cohort, write_study

from helpers.check import check_study
from helpers.errors import DataError
from helpers.pipeline import extract_features, prepare_cohort
from helpers.study import load_study


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    return folder, write_cohort(folder, 12, 3, 2)


class Bench:
    """A cohort to be spoilt: its folder, its table as text cells, and the study's settings."""

    def __init__(self, source, table, place):
        self.place, self.folder = place, place / "cohort"
        shutil.copytree(source, self.folder)
        self.table = table.astype(object)
        self.cohort, self.settings = {}, {}
        self.raw = None

    def mask(self, name="P005"):
        file = self.folder / "masks" / f"{name}.nii.gz"
        return file, sitk.GetArrayFromImage(sitk.ReadImage(str(file)))

    def image(self, name="P005"):
        file = self.folder / "images" / f"{name}.nii.gz"
        return file, sitk.ReadImage(str(file))

    def set(self, column, value, row=4):
        self.table.loc[row, column] = value

    def findings(self):
        file = self.folder / "patients.csv"
        if self.raw is not None:
            file.write_bytes(self.raw)
        elif file.is_file():
            self.table.to_csv(file, index=False)
        study = write_study(self.place / "s.yaml", self.folder, cohort=self.cohort, **self.settings)
        return check_study(load_study(study), jobs=1, progress=False)


@pytest.fixture
def bench(pristine, tmp_path):
    return Bench(*pristine, tmp_path)


FAULTS = {}


def fault(patient, file, found, remedy):
    """Enter a function that spoils a cohort into the catalogue."""

    def enter(spoil):
        FAULTS[spoil.__name__] = (spoil, patient, file, found, remedy)
        return spoil

    return enter


# The patient table -----------------------------------------------------------------------------
@fault("", "patients.csv", "not found", "cohort.folder")
def no_table(bench):
    (bench.folder / "patients.csv").unlink()


@fault("", "patients.csv", "empty", "Fill it")
def empty_file(bench):
    bench.raw = b""


@fault("", "patients.csv", "no row holds anything", "Fill it")
def only_separators(bench):
    bench.raw = b",,,\n,,,\n"


@fault("", "patients.csv", "no patient", "one row per patient")
def header_alone(bench):
    bench.table = bench.table.iloc[:0]


@fault("", "table.ods", "a table with .ods", "Save it as .csv or .xlsx")
def another_format(bench):
    bench.cohort["table"] = "table.ods"
    (bench.folder / "table.ods").write_bytes(b"PK")


@fault("", "table.xlsx", "cannot be opened", "Save it again as .xlsx")
def damaged_workbook(bench):
    bench.cohort["table"] = "table.xlsx"
    (bench.folder / "table.xlsx").write_bytes(b"PK\3\4 and then nothing")


@fault("", "table.xlsx", "no sheet 'Patients'", "cohort.sheet")
def missing_sheet(bench):
    bench.cohort |= {"table": "table.xlsx", "sheet": "Patients"}
    bench.table.to_excel(bench.folder / "table.xlsx", index=False)


@fault("", "patients.csv", "text that is not", "cohort.encoding")
def binary_as_table(bench):
    bench.raw = bytes(range(256)) * 4


@fault("", "patients.csv", "text that is not ascii", "cohort.encoding")
def wrong_encoding_declared(bench):
    bench.cohort["encoding"] = "ascii"
    bench.set("location", "脑叶")


@fault("", "patients.csv", "no column 'patient_id'", "cohort.columns")
def no_identifier_column(bench):
    bench.table = bench.table.rename(columns={"patient_id": "id"})


@fault("", "patients.csv", "no column 'cohort'", "cohort.columns")
def no_cohort_column(bench):
    bench.table = bench.table.drop(columns="cohort")


@fault("", "patients.csv", "no column 'Agee'", "Did you mean 'Age'")
def mapped_header_is_missing(bench):
    bench.cohort["columns"] = {"age": "Agee"}
    bench.table = bench.table.rename(columns={"age": "Age"})


@fault("", "patients.csv", "2 columns named 'age'", "Rename or delete")
def header_twice(bench):
    lines = bench.table.to_csv(index=False).replace("sex", "age", 1)
    bench.raw = lines.encode()


@fault("", "patients.csv", "a column without name", "Rename or delete")
def column_without_name(bench):
    bench.raw = bench.table.to_csv(index=True).encode()


@fault("P005", "patients.csv", "row 6 has 9 cells", "quotes")
def separator_inside_a_cell(bench):
    lines = bench.table.to_csv(index=False).splitlines()
    lines[5] += ",extra"
    bench.raw = "\n".join(lines).encode()


@fault("", "patients.csv", "row 6: patient_id is blank", "identifier")
def blank_identifier(bench):
    bench.set("patient_id", "")


@fault("P004", "patients.csv", "stands in rows 5, 6", "Delete the copy")
def identifier_twice(bench):
    bench.set("patient_id", "P004")


@fault("../P005", "patients.csv", "holds a sign", "Rename the patient")
def identifier_with_a_slash(bench):
    bench.set("patient_id", "../P005")


@fault("P005", "patients.csv", "cohort is 'test'", "cohort.values")
def unknown_cohort(bench):
    bench.set("cohort", "test")


@fault("P005", "patients.csv", "cohort is blank", "cohort.values")
def blank_cohort(bench):
    bench.set("cohort", "")


@fault("", "patients.csv", "no column 'expansion' and no followup_volume_ml", "0/1")
def outcome_cannot_be_derived(bench):
    bench.table = bench.table.drop(columns="followup_volume_ml")


@fault("P005", "patients.csv", "followup_volume_ml is blank", "leave the patient out")
def blank_volume(bench):
    bench.set("followup_volume_ml", "")


@fault("P005", "patients.csv", "followup_volume_ml is '-3'", "cell")
def negative_volume(bench):
    bench.set("followup_volume_ml", "-3")


@fault("P005", "patients.csv", "expansion is '2'", "cohort.values")
def outcome_is_no_label(bench):
    bench.table["expansion"] = ["1", "0", "0"] * 5
    bench.set("expansion", "2")


@fault("P005", "patients.csv", "expansion is 'yes'", "cohort.values")
def outcome_in_words(bench):
    bench.table["expansion"] = ["1", "0", "0"] * 5
    bench.set("expansion", "yes")


@fault("", "patients.csv", "0 complete patients with expansion", "models.folds")
def one_class_only(bench):
    bench.table["followup_volume_ml"] = bench.table["baseline_volume_ml"]


@fault("", "patients.csv", "4 complete patients with expansion", "models.folds")
def fewer_than_folds(bench):
    bench.settings["models"] = {"folds": 3}


@fault("P005", "patients.csv", "age is '61,5'", "cohort.decimal")
def decimal_comma(bench):
    bench.set("age", "61,5")


@fault("P005", "patients.csv", "hours_to_ct is '2.5 h'", "units belong")
def unit_in_the_cell(bench):
    bench.set("hours_to_ct", "2.5 h")


@fault("P005", "patients.csv", "age is 'old'", "cohort.blanks")
def word_for_a_number(bench):
    bench.set("age", "old")


@fault("P005", "patients.csv", "age is '#DIV/0!'", "cell")
def spreadsheet_error(bench):
    bench.set("age", "#DIV/0!")


@fault("", "patients.csv", "sex is declared binary and holds", "cohort.values.sex")
def third_level_of_a_binary_column(bench):
    bench.set("sex", "f")


@fault("P005", "patients.csv", "sex is '3'", "cohort.values.sex")
def value_without_translation(bench):
    bench.table["sex"] = ["1", "2"] * 7 + ["1"]
    bench.cohort["values"] = {"sex": {"1": "male", "2": "female"}}
    bench.set("sex", "3")


@fault("", "patients.csv", "column 'gender' of cohort.values", "cohort.values")
def translation_of_a_missing_column(bench):
    bench.cohort["values"] = {"gender": {"1": "male"}}


@fault("", "patients.csv", "no column 'gcs', which cohort.variables declares", "remove")
def declared_column_is_missing(bench):
    bench.cohort["variables"] = {"gcs": {"kind": "continuous"}}


@fault("", "patients.csv", "no clinical column 'gcs'", "selection.clinical")
def clinical_variable_is_missing(bench):
    bench.settings["selection"] = {"k": 3, "clinical": ["gcs"]}


@fault("", "patients.csv", "remarks holds", "cohort.ignore")
def free_text_column(bench):
    bench.table = pd.concat([bench.table] * 2, ignore_index=True)
    bench.table["patient_id"] = [f"P{number:03d}" for number in range(1, 31)]
    bench.table["remarks"] = [f"remark {number}" for number in range(30)]


@fault("", "patients.csv", "gcs is blank everywhere", "cohort.ignore")
def column_without_any_value(bench):
    bench.table["gcs"] = ""


@fault("P005", "patients.csv", "no pseudonym in key.csv", "Import the patient's images")
def patient_without_pseudonym(bench):
    names = bench.table["patient_id"].drop(index=4)
    pd.DataFrame({"patient_id": names, "pseudonym": names}).to_csv(
        bench.place / "key.csv", index=False
    )
    bench.cohort["key"] = "key.csv"


@fault("", "key.csv", "no such file", "Check the path")
def key_is_missing(bench):
    bench.cohort["key"] = "key.csv"


# Images and masks ------------------------------------------------------------------------------
@fault("P005", "images/", "no image in images/", "Add the file")
def no_image(bench):
    bench.image()[0].unlink()


@fault("P005", "masks/", "no mask in masks/", "Add the file")
def no_mask(bench):
    bench.mask()[0].unlink()


@fault("P005", "images/", "2 images in images/", "Remove the others")
def two_images(bench):
    write(bench.image()[1], bench.folder / "images" / "P005.nrrd")


@fault("P005", "images/P005.nii.gz", "not readable", "copy or export it again")
def truncated_image(bench):
    file, _ = bench.image()
    file.write_bytes(file.read_bytes()[:-400])


@fault("P005", "images/P005.nii.gz", "not readable", "copy or export it again")
def image_that_ends_early_inside_the_archive(bench):
    file, _ = bench.image()
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes())[:-4000]))


@fault("P005", "masks/P005.nii.gz", "not readable", "copy or export it again")
def mask_that_is_text(bench):
    bench.mask()[0].write_text("no mask")


@fault("P005", "masks/P005.nii.gz", "the mask is empty", "Draw the lesion")
def empty_mask(bench):
    file, array = bench.mask()
    write(as_image(array * 0), file)


@fault("P005", "masks/P005.nii.gz", "2 labels (1, 2)", "hematoma's label")
def mask_with_two_labels(bench):
    file, array = bench.mask()
    array[0, 0, 0] = 2
    write(as_image(array), file)


@fault("P005", "masks/P005.nii.gz", "another grid", "Draw the mask on this image")
def mask_of_another_grid(bench):
    file, array = bench.mask()
    mask = as_image(array)
    mask.SetSpacing((3.0, 3.0, 5.0))
    write(mask, file)


@fault("P005", "masks/P005.nii.gz", "another grid", "pair the right files")
def mask_shifted_by_a_slice(bench):
    file, array = bench.mask()
    mask = as_image(array)
    mask.SetOrigin((-95.0, -95.0, -24.0))
    write(mask, file)


@fault("P001", "B1/P001.nii.gz", "the mask is empty", "leave the read out")
def empty_mask_of_a_second_reader(bench):
    file = bench.folder / "rereads" / "B1" / "P001.nii.gz"
    write(as_image(np.zeros((12, 64, 64), np.uint8)), file)


@fault("P005", "images/P005.nii.gz", "NaN or infinite", "Export the image again")
def image_with_nan(bench):
    file, image = bench.image()
    array = sitk.GetArrayFromImage(image).astype(np.float32)
    array[3, 3, 3] = np.nan
    write(as_image(array), file)


@fault("P005", "images/P005.nii.gz", "values per voxel", "Export a single series")
def colour_image(bench):
    file, image = bench.image()
    write(sitk.Compose([sitk.Cast(image, sitk.sitkUInt8)] * 3), file)


@fault("P005", "images/P005", "0 CT series", "hebook import-dicom")
def folder_without_dicom(bench):
    file, _ = bench.image()
    file.unlink()
    (bench.folder / "images" / "P005").mkdir()


# Ready feature tables --------------------------------------------------------------------------
def features(bench):
    bench.settings["source"] = "features"
    table = pd.DataFrame({"patient_id": bench.table["patient_id"]})
    table["original_firstorder_Mean"] = np.arange(15.0)
    return table.astype(object)


@fault("", "features.csv", "no feature table", "beside the patient table")
def no_feature_table(bench):
    features(bench)


@fault("", "features.csv", "features.parquet and features.csv", "Keep one")
def two_feature_tables(bench):
    table = features(bench).astype({"original_firstorder_Mean": float})
    table.to_csv(bench.folder / "features.csv", index=False)
    table.to_parquet(bench.folder / "features.parquet")


@fault("P005", "features.csv", "no row of the first read", "leave the patient out")
def features_of_a_patient_are_missing(bench):
    features(bench).drop(index=4).to_csv(bench.folder / "features.csv", index=False)


@fault("P005", "features.csv", "read A1 stands more than once", "Delete the copies")
def features_twice(bench):
    table = features(bench)
    pd.concat([table, table.iloc[[4]]]).to_csv(bench.folder / "features.csv", index=False)


@fault("P005", "features.csv", "original_firstorder_Mean is blank", "Extract the lesion again")
def blank_feature(bench):
    table = features(bench)
    table.loc[4, "original_firstorder_Mean"] = ""
    table.to_csv(bench.folder / "features.csv", index=False)


@fault("P005", "features.csv", "original_firstorder_Mean is 'n/m'", "Extract the lesion again")
def feature_in_words(bench):
    table = features(bench)
    table.loc[4, "original_firstorder_Mean"] = "n/m"
    table.to_csv(bench.folder / "features.csv", index=False)


@fault("", "features.csv", "columns Mean", "Rename them")
def features_of_other_names(bench):
    features(bench).assign(Mean=1.0).to_csv(bench.folder / "features.csv", index=False)


@fault("", "features.csv", "no column 'patient_id'", "Add it")
def features_without_identifier(bench):
    table = features(bench).rename(columns={"patient_id": "case"})
    table.to_csv(bench.folder / "features.csv", index=False)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_its_place_and_the_way_out(bench, name):
    spoil, patient, file, found, remedy = FAULTS[name]
    spoil(bench)
    findings = bench.findings()
    matching = [p for p in findings.errors if found in p.found]
    assert matching, str(findings)
    problem = matching[0]
    assert problem.patient_id == patient and file in problem.file, str(findings)
    assert remedy in problem.remedy and problem.expected, str(findings)
    for text in (
        str(problem),
        str(findings),
        json.loads(findings.to_json())["findings"][0]["found"],
    ):
        assert text
    assert all(part in str(problem) for part in (patient, file, found, remedy))


def test_the_catalogue_is_long_enough_and_its_faults_are_distinct(bench):
    assert len(FAULTS) >= 40
    kinds = {(file, found) for _, _, file, found, _ in FAULTS.values()}
    assert len(kinds) >= 40
    assert bench.findings().errors == []


def test_every_fault_of_a_table_is_reported_at_once(bench):
    bench.set("age", "old")
    bench.set("hours_to_ct", "soon", row=5)
    bench.set("followup_volume_ml", "", row=6)
    bench.mask("P008")[0].unlink()
    errors = bench.findings().errors
    assert {p.patient_id for p in errors} == {"P005", "P006", "P007", "P008"}


def test_a_study_without_images_of_anyone_stops_with_a_message(bench):
    shutil.rmtree(bench.folder / "images")
    findings = bench.findings()
    assert len(findings.errors) == 15
    study = load_study(bench.place / "s.yaml")
    with pytest.raises(DataError, match=r"no lesion could be extracted: patient P001: no image"):
        extract_features(study, prepare_cohort(study))
