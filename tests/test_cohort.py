"""Patient tables as people keep them become one typed table, whatever their file and signs."""

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers.cohort import examine_cohort, expansion, load_cohort, read_features
from helpers.errors import DataError
from helpers.settings import OutcomeSettings
from helpers.spreadsheet import number
from helpers.study import Study

ICH120 = Path(__file__).parents[2] / "shared" / "data" / "ich120"


def plain_table(n=24):
    """Patients of both cohorts, every third with expansion by its volumes."""
    rows = np.arange(n)
    return pd.DataFrame(
        {
            "patient_id": [f"P{row:03d}" for row in rows],
            "cohort": ["external" if row % 4 == 0 else "training" for row in rows],
            "age": 50 + rows % 13 + 0.5,
            "sex": np.where(rows % 2, "男", "女"),
            "ivh": rows % 5 % 2,
            "baseline_volume_ml": 10 + rows * 0.5,
            "followup_volume_ml": 10 + rows * 0.5 + np.where(rows % 3, 1, 7),
        }
    )


def study_of(folder, **keys):
    settings = {"name": "s", "source": "files", "models": {"folds": 2}}
    cohort = {"folder": str(folder)} | keys.pop("cohort", {})
    study = Study.model_validate(settings | {"cohort": cohort} | keys)
    study._file = Path(folder) / "study.yaml"
    return study


def as_csv(table, separator=",", decimal="."):
    return table.to_csv(index=False, sep=separator, decimal=decimal)


@pytest.fixture
def expected(tmp_path):
    (tmp_path / "patients.csv").write_text(as_csv(plain_table()), "utf-8")
    return load_cohort(study_of(tmp_path)).patients


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ","), ("\t", ",")])
def test_any_encoding_separator_and_decimal_sign_give_one_table(
    tmp_path, expected, encoding, separator, decimal
):
    text = as_csv(plain_table(), separator, decimal)
    (tmp_path / "patients.csv").write_bytes(text.encode(encoding))
    found = load_cohort(study_of(tmp_path, cohort={"decimal": decimal})).patients
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("sheet", ["病人", 1])
def test_a_workbook_gives_the_same_table(tmp_path, expected, sheet):
    with pd.ExcelWriter(tmp_path / "table.xlsx") as writer:
        pd.DataFrame({"notes": ["x"]}).to_excel(writer, sheet_name="about", index=False)
        plain_table().to_excel(writer, sheet_name="病人", index=False)
    study = study_of(tmp_path, cohort={"table": "table.xlsx", "sheet": sheet})
    pd.testing.assert_frame_equal(load_cohort(study).patients, expected)


def test_own_headers_and_words_are_translated(tmp_path, expected):
    table = plain_table().rename(columns={"patient_id": "编号", "cohort": "中心", "ivh": "IVH?"})
    table["中心"] = table["中心"].map({"training": "A 院", "external": "B 院"})
    table["IVH?"] = table["IVH?"].map({0: "No", 1: " YES "})
    (tmp_path / "patients.csv").write_text(as_csv(table), "utf-8")
    cohort = {
        "columns": {"patient_id": "编号", "cohort": "中心", "ivh": "IVH?"},
        "values": {
            "cohort": {"A 院": "training", "B 院": "external"},
            "ivh": {"yes": 1, "no": 0},
        },
    }
    found = load_cohort(study_of(tmp_path, cohort=cohort)).patients
    pd.testing.assert_frame_equal(found, expected)


def test_yaml_reads_yes_and_no_as_truth_values_and_they_are_words_again():
    values = yaml.safe_load("ivh: {yes: 1, no: 0, 9: unsure}")
    study = study_of(".", cohort={"values": values})
    assert study.cohort.values == {"ivh": {"yes": 1, "no": 0, "9": "unsure"}}


def test_a_key_replaces_identifiers_and_what_it_lacks_is_named(tmp_path, expected):
    table = plain_table()
    key = pd.DataFrame({"patient_id": 90000 + np.arange(24), "pseudonym": table["patient_id"]})
    table["patient_id"] = key["patient_id"]
    table.to_excel(tmp_path / "table.xlsx", index=False)
    key.to_csv(tmp_path / "key.csv", index=False)
    study = study_of(tmp_path, cohort={"table": "table.xlsx", "key": "key.csv"})
    pd.testing.assert_frame_equal(load_cohort(study).patients, expected)
    key.iloc[:-1].to_csv(tmp_path / "key.csv", index=False)
    with pytest.raises(DataError, match=r"90023: .*row 25: .*no pseudonym in key\.csv"):
        load_cohort(study)


def test_blank_clinical_cells_are_counted_and_do_not_stop_a_study(tmp_path):
    table = plain_table().astype({"age": object, "ivh": object})
    table.loc[5, "age"], table.loc[5, "ivh"], table.loc[7, "ivh"] = "", "Unknown", "不详"
    (tmp_path / "patients.csv").write_text(as_csv(table), "utf-8")
    cohort = load_cohort(study_of(tmp_path))
    assert cohort.incomplete.values.tolist() == [["P005", "age, ivh"], ["P007", "ivh"]]
    assert len(cohort.patients) == len(table)
    assert cohort.patients["age"].isna().sum() == 1
    assert cohort.variables["age"].kind == "continuous"
    assert cohort.variables["ivh"].kind == "binary"


def test_kinds_are_declared_or_inferred(tmp_path):
    table = plain_table().assign(gcs=np.arange(24) % 12 + 3, site=list("abc") * 8)
    (tmp_path / "patients.csv").write_text(as_csv(table), "utf-8")
    declared = {"gcs": {"kind": "categorical", "label": "GCS"}}
    cohort = load_cohort(study_of(tmp_path, cohort={"variables": declared, "ignore": ["ivh"]}))
    kinds = {name: variable.kind for name, variable in cohort.variables.items()}
    assert kinds == {
        "gcs": "categorical",
        "age": "continuous",
        "sex": "binary",
        "baseline_volume_ml": "continuous",
        "site": "categorical",
    }
    assert "gcs" not in cohort.inferred and set(cohort.inferred) == set(kinds) - {"gcs"}


def test_an_external_cohort_is_optional_and_its_absence_is_said(tmp_path):
    table = plain_table().assign(cohort="training")
    (tmp_path / "patients.csv").write_text(as_csv(table), "utf-8")
    cohort, problems = examine_cohort(study_of(tmp_path))
    assert len(cohort.part("external")) == 0
    assert [p.found for p in problems if "kind" not in p.found] == ["no external patient"]
    assert problems[0].severity == "warning"


def test_patients_to_be_scored_need_no_outcome(tmp_path):
    table = plain_table().drop(columns=["followup_volume_ml"]).assign(cohort="external")
    (tmp_path / "patients.csv").write_text(as_csv(table), "utf-8")
    with pytest.raises(DataError, match="no column 'expansion' and no followup_volume_ml"):
        load_cohort(study_of(tmp_path))
    cohort, problems = examine_cohort(study_of(tmp_path), labelled=False)
    assert len(cohort.patients) == 24 and not [p for p in problems if p.severity == "error"]


def test_volumes_that_contradict_a_given_outcome_are_a_warning(tmp_path):
    table = plain_table().assign(expansion=(np.arange(24) % 3 == 0).astype(int))
    table.loc[1, "expansion"] = 1
    (tmp_path / "patients.csv").write_text(as_csv(table), "utf-8")
    _, problems = examine_cohort(study_of(tmp_path))
    assert [(p.patient_id, p.severity) for p in problems] == [("P001", "warning")]
    assert "expansion is 1 and the volumes make it 0" in problems[0].found


@given(
    st.floats(0.1, 150),
    st.floats(0, 300),
    st.floats(0.5, 20),
    st.floats(0.05, 1),
)
def test_expansion_is_either_of_two_conditions(baseline, followup, absolute, relative):
    rule = OutcomeSettings(absolute_ml=absolute, relative=relative)
    grown = expansion(pd.Series([baseline]), pd.Series([followup]), rule).item()
    growth = followup - baseline
    assert grown == int(growth > absolute or growth > relative * baseline)


@given(st.floats(-1e6, 1e6), st.sampled_from(".,"))
def test_a_number_survives_its_decimal_sign(value, decimal):
    assert number(f"{value:.6f}".replace(".", decimal), decimal) == float(f"{value:.6f}")


@pytest.mark.parametrize("text", ["1.234,5", "12 ml", "1 234", "<5", "", "nan", "inf", "3T"])
def test_what_is_no_plain_number_is_not_guessed(text):
    assert number(text) is None


def test_full_width_digits_are_digits():
    assert number("12.5") == 12.5


def test_formula_cells_are_read_by_their_value(tmp_path):
    book = openpyxl.Workbook()
    for row in [list(plain_table().columns), *plain_table().values.tolist()]:
        book.active.append(row)
    book.active["C2"] = "=40+2"  # never opened by a spreadsheet program: no value is stored
    book.save(tmp_path / "patients.xlsx")
    cohort = load_cohort(study_of(tmp_path, cohort={"table": "patients.xlsx"}))
    assert cohort.incomplete["patient_id"].tolist() == ["P000"]


@pytest.mark.skipif(not ICH120.is_dir(), reason="the 120 public patients are not here")
def test_real_patients_load_with_their_known_counts(tmp_path):
    study = study_of(ICH120, source="features")
    cohort = load_cohort(study)
    assert len(cohort.part("training")) == 96 and len(cohort.part("external")) == 24
    assert cohort.part("training")["expansion"].sum() == 23  # shared/data/README.md
    assert cohort.part("external")["expansion"].sum() == 8
    features = read_features(study)
    plain = pd.read_csv(io.BytesIO((ICH120 / "features.csv").read_bytes()))
    np.testing.assert_array_equal(features.iloc[:, 2:].to_numpy(), plain.iloc[:, 1:].to_numpy())


def test_parquet_and_csv_features_are_one_table(tmp_path):
    table = plain_table()[["patient_id"]].assign(original_firstorder_Mean=np.arange(24) / 7)
    (tmp_path / "patients.csv").write_text(as_csv(plain_table()), "utf-8")
    table.to_parquet(tmp_path / "features.parquet")
    study = study_of(tmp_path, source="features")
    first = read_features(study)
    (tmp_path / "features.parquet").unlink()
    table.to_csv(tmp_path / "features.csv", index=False)
    pd.testing.assert_frame_equal(first, read_features(study), check_dtype=False)
    assert first["read"].unique().tolist() == ["A1"]
