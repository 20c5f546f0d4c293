"""The twin's patient table through the same reader as anybody's."""

from pathlib import Path

import pytest

from helpers import tables
from helpers.cohort import load_cohort
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
