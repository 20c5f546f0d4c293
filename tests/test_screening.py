"""Univariate screening: closed forms of the odds ratio, R-checked tests, and small cohorts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from helpers.screening import COLUMNS, univariate_screen
from helpers.statistics.group_tests import choose_test


def _patients(counts: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """One row a patient from level: (without, with expansion)."""
    rows = [
        {"level": level, "expansion": grown}
        for level, pair in counts.items()
        for grown, count in enumerate(pair)
        for _ in range(count)
    ]
    return pd.DataFrame(rows)


def test_odds_ratio_of_two_levels_is_that_of_the_table():
    """Subarachnoid extension, Table 1: Woolf's interval is Wald's for a saturated model."""
    table = _patients({"no": (166, 36), "yes": (18, 15)})
    row = univariate_screen(table, "expansion", {"level": "binary"}).iloc[0]
    ratio = (15 / 18) / (36 / 166)
    error = np.sqrt(1 / 15 + 1 / 18 + 1 / 36 + 1 / 166)
    reach = norm.ppf(0.975) * error
    assert (row["level"], row["reference"]) == ("yes", "no")
    assert row["odds_ratio"] == pytest.approx(ratio, rel=1e-6)
    assert row["odds_ratio_low"] == pytest.approx(ratio * np.exp(-reach), rel=1e-6)
    assert row["odds_ratio_high"] == pytest.approx(ratio * np.exp(reach), rel=1e-6)
    assert (round(row["statistic"], 3), round(row["p"], 3)) == (11.172, 0.001)
    assert row["test"] == "chi-square test with Yates' correction"


def test_each_level_stands_against_the_most_frequent_one():
    table = _patients({"brainstem": (15, 5), "basal": (150, 35), "lobar": (13, 9)})
    found = univariate_screen(table, "expansion", {"level": "categorical"})
    assert found["level"].tolist() == ["lobar", "brainstem"]
    assert set(found["reference"]) == {"basal"}
    np.testing.assert_allclose(
        found["odds_ratio"], [(9 / 13) / (35 / 150), (5 / 15) / (35 / 150)], rtol=1e-6
    )
    assert found["p"].nunique() == 1


def test_continuous_odds_ratio_is_per_unit():
    rng = np.random.default_rng(0)
    hours = rng.gamma(3, 1, 200)
    grown = (rng.random(200) < 1 / (1 + np.exp(hours - 2))).astype(int)
    table = pd.DataFrame({"hours": hours, "expansion": grown})
    row = univariate_screen(table, "expansion", {"hours": "continuous"}).iloc[0]
    other = LogisticRegression(C=1e10, tol=1e-10, max_iter=1000).fit(hours[:, None], grown)
    assert row["odds_ratio"] == pytest.approx(np.exp(other.coef_[0, 0]), rel=1e-4)
    assert row["odds_ratio_low"] < row["odds_ratio"] < row["odds_ratio_high"] < 1
    minutes = univariate_screen(
        table.assign(hours=hours * 60), "expansion", {"hours": "continuous"}
    ).iloc[0]
    assert minutes["odds_ratio"] ** 60 == pytest.approx(row["odds_ratio"], rel=1e-6)
    assert row["p"] == choose_test(hours[grown == 0], hours[grown == 1]).p_value


def test_confidence_widens_the_interval():
    table = _patients({"no": (50, 20), "yes": (10, 15)})
    narrow, wide = (
        univariate_screen(table, "expansion", {"level": "binary"}, confidence=level).iloc[0]
        for level in (0.8, 0.99)
    )
    assert wide["odds_ratio_low"] < narrow["odds_ratio_low"]
    assert wide["odds_ratio_high"] > narrow["odds_ratio_high"]
    assert narrow["odds_ratio"] == pytest.approx(wide["odds_ratio"])


def test_a_level_without_one_outcome_has_a_note_and_leaves_the_others_alone():
    """The paper's smoking table: its third level holds one patient."""
    table = _patients({"never": (122, 35), "smoker": (61, 16), "unknown": (1, 0)})
    found = univariate_screen(
        table, "expansion", {"level": "categorical"}, {"level": "chi-square"}
    ).set_index("level")
    assert np.isnan(found.loc["unknown", "odds_ratio"])
    assert found.loc["unknown", "note"] == "one outcome only at this level"
    assert found.loc["smoker", "odds_ratio"] == pytest.approx((16 / 61) / (35 / 122), rel=1e-6)
    assert found["p"].round(3).tolist() == [0.840, 0.840]


@pytest.mark.parametrize(
    ("values", "kind", "note"),
    [
        ([1.0, 2, 3, 4, 5, 6], "continuous", "separates the groups"),
        ([1.0, 2, 3, 3, 5, 6], "continuous", "separates the groups"),
        ([2.0] * 6, "continuous", "no spread"),
        (["a"] * 6, "categorical", "one level only"),
        ([0, 0, 0, 1, 1, 1], "binary", "one outcome only at the reference level"),
        ([1.0, 2, 3, np.nan, np.nan, np.nan], "continuous", "no values in one group"),
        ([np.nan] * 6, "continuous", "no values in one group"),
        ([None] * 6, "categorical", "one level only"),
    ],
)
def test_what_has_no_odds_ratio_says_why(values, kind, note):
    table = pd.DataFrame({"x": values, "expansion": [0, 0, 0, 1, 1, 1]})
    found = univariate_screen(table, "expansion", {"x": kind})
    assert found["note"].tolist() == [note]
    assert found["odds_ratio"].isna().all()


def test_blanks_leave_a_patient_out_of_one_variable_only():
    table = _patients({"no": (20, 8), "yes": (6, 9)}).assign(age=np.arange(43.0) % 17)
    table.loc[[0, 42], "level"] = np.nan
    found = univariate_screen(table, "expansion", {"level": "binary", "age": "continuous"})
    alone = univariate_screen(table.dropna(), "expansion", {"level": "binary"})
    assert found["odds_ratio"].iloc[0] == pytest.approx(alone["odds_ratio"].iloc[0])
    full = univariate_screen(table, "expansion", {"age": "continuous"})
    assert found["odds_ratio"].iloc[1] == pytest.approx(full["odds_ratio"].iloc[0])


def test_numbers_as_levels_are_worded():
    table = _patients({"a": (20, 8), "b": (6, 9), "c": (9, 4)})
    coded = table.assign(level=table["level"].map({"a": 0.0, "b": 1.0, "c": 2.0}))
    found = univariate_screen(coded, "expansion", {"level": "categorical"})
    assert found["level"].tolist() == ["1", "2"]
    two = coded[coded["level"] < 2]
    assert univariate_screen(two, "expansion", {"level": "binary"})["level"].tolist() == ["yes"]


@pytest.mark.parametrize("seed", range(8))
def test_a_small_cohort_with_every_kind_of_column_gets_a_row_each(seed):
    rng = np.random.default_rng(seed)
    n = 30
    table = pd.DataFrame(
        {
            "expansion": rng.permutation([1] * 6 + [0] * 24),
            "age": rng.normal(60, 12, n),
            "sex": rng.choice(["male", "female"], n),
            "rare": rng.permutation([1] + [0] * (n - 1)),
            "constant": 1,
            "place": rng.choice(["a", "b", "c", "d"], n, p=[0.7, 0.1, 0.1, 0.1]),
            "flat": 2.5,
        }
    )
    kinds = {
        "age": "continuous",
        "sex": "binary",
        "rare": "binary",
        "constant": "binary",
        "place": "categorical",
        "flat": "continuous",
    }
    found = univariate_screen(table, "expansion", kinds)
    assert list(found.columns) == COLUMNS
    assert found["variable"].drop_duplicates().tolist() == list(kinds)
    tested = found[~found["test"].str.startswith("not tested")]
    assert tested["p"].between(0, 1).all()
    silent = found[found["note"] == ""]
    assert np.isfinite(silent[["odds_ratio", "odds_ratio_low", "odds_ratio_high"]]).all(axis=None)


def test_nothing_to_screen_is_an_empty_table():
    table = pd.DataFrame({"expansion": [0, 1]})
    assert list(univariate_screen(table, "expansion", {}).columns) == COLUMNS


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"expansion": [0, 1]}), r"columns \['age'\] are not in the table"),
        (pd.DataFrame({"age": [1, 2], "expansion": [1, 1]}), r"holds \['1'\]; expected both"),
        (pd.DataFrame({"age": [1, 2], "expansion": [0, np.nan]}), "expected both 0 and 1"),
    ],
)
def test_bad_tables(table, message):
    with pytest.raises(ValueError, match=message):
        univariate_screen(table, "expansion", {"age": "continuous"})
