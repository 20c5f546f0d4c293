"""The twin's patient table through the same reader as anybody's."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from helpers import tables
from helpers.cohort import load_cohort
from helpers.pipeline import extract_features
from helpers.results import Results
from helpers.study import load_study
from helpers.synthetic.patients import simulate_patients

PAPER = Path(__file__).parents[1] / "studies" / "paper.yaml"


@pytest.fixture
def cohort(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = load_study(PAPER)
    study.paths.cohort.mkdir(parents=True)
    simulate_patients(study.synthetic, study.seed).to_csv(
        study.paths.cohort / "patients.csv", index=False
    )
    return load_cohort(study)


def test_no_value_of_the_twin_is_taken_for_a_blank(cohort):
    assert len(cohort.incomplete) == 0 and not cohort.patients.isna().any().any()


def test_third_level_of_smoking_and_drinking_reaches_table_1(cohort):
    """The paper's statistics, chi-square with two degrees of freedom."""
    table = tables.table_one(cohort.part("training"), cohort.variables)
    statistic = table.groupby("variable")["statistic"].first().round(3)
    assert (statistic["smoking"], statistic["drinking"]) == (0.348, 0.427)


def test_a_simulated_folder_read_as_files_gives_the_same_features(tiny, tmp_path, monkeypatch):
    own = {"name": "files", "source": "files", "cohort": {"folder": str(tiny.paths.cohort)}}
    extracted = Results(tiny).read("features.parquet")
    monkeypatch.chdir(tmp_path)  # from here on a study builds into the temporary folder
    imaging = tiny.imaging.model_dump(mode="json")
    (tmp_path / "files.yaml").write_text(yaml.safe_dump(own | {"imaging": imaging}), "utf-8")
    study = load_study(tmp_path / "files.yaml")
    cohort = load_cohort(study)
    chosen = extracted.groupby("patient_id").filter(len_over_one)
    patient = chosen["patient_id"].iloc[0]
    cohort.patients = cohort.patients[cohort.patients["patient_id"] == patient]
    features, missing = extract_features(study, cohort)
    assert missing.empty and set(features["read"]) == {"A1", "A2", "B1"}
    expected = chosen[chosen["patient_id"] == patient].reset_index(drop=True)
    pd.testing.assert_frame_equal(features, expected, check_exact=True)


def len_over_one(reads):
    return len(reads) > 1
