"""Agreement of reads: which patients and reads are compared, what is kept, and bad tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.reliability import count_by_rule, icc_table, perturbation_agreement, stable_by_family
from helpers.settings import ReliabilitySettings
from helpers.statistics.icc import FORMS, icc

NAMES = [
    "original_shape_Sphericity",
    "original_firstorder_Mean",
    "original_glcm_Contrast",
    "original_glcm_Idm",
    "square_glcm_Contrast",
    "wavelet-LLH_firstorder_Mean",
]
ERRORS = [0.05, 0.1, 3.0, 0.2, 0.1, 5.0]
STABLE = [True, True, False, True, True, False]
READS = {"A1": 40, "A2": 20, "B1": 20}
PERTURBED = {f"P{number:02d}": 15 for number in range(1, 5)}


def _features(reads: dict[str, int], errors=ERRORS, seed: int = 0) -> pd.DataFrame:
    """The first `n` of 40 patients in each read; the re-reads in another order."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(40, len(NAMES)))
    parts = []
    for read, n in reads.items():
        patients = np.arange(n) if read == "A1" else rng.permutation(n)
        values = truth[patients] + np.array(errors) * rng.normal(size=(n, len(NAMES)))
        keys = {"patient_id": [f"s{patient:02d}" for patient in patients], "read": read}
        parts.append(pd.DataFrame(keys).join(pd.DataFrame(values, columns=NAMES)))
    return pd.concat(parts, ignore_index=True)


def _pairs(features: pd.DataFrame, name: str, other: str) -> np.ndarray:
    wide = features.pivot(index="patient_id", columns="read", values=name)
    return wide[["A1", other]].dropna().to_numpy()


@pytest.mark.parametrize("form", FORMS)
def test_each_comparison_pairs_reads_of_the_same_patient(form):
    features = _features(READS)
    table = icc_table(features, ReliabilitySettings(form=form), 0.9).set_index("feature")
    for name in NAMES:
        for column, other in (("intra", "A2"), ("inter", "B1")):
            alone = icc(_pairs(features, name, other), form, 0.9)
            assert table.loc[name, column] == pytest.approx(alone.value)
            assert table.loc[name, f"{column}_low"] == pytest.approx(alone.low)
            assert table.loc[name, f"{column}_high"] == pytest.approx(alone.high)
            assert table.loc[name, f"{column}_n"] == 20


def test_columns_of_the_contract_and_what_is_stable():
    table = icc_table(_features(READS), ReliabilitySettings())
    expected = ["feature"]
    for name in ("intra", "inter"):
        expected += [name, f"{name}_low", f"{name}_high", f"{name}_n"]
    assert list(table.columns) == [*expected, "stable"]
    assert table["stable"].tolist() == STABLE


def test_both_readers_must_agree():
    """The same reader repeats a feature well, the second reader reads something else."""
    features = _features(READS, errors=[0.05] * 6)
    second = features["read"] == "B1"
    features.loc[second, NAMES[0]] = np.random.default_rng(1).normal(size=second.sum())
    table = icc_table(features, ReliabilitySettings())
    assert table["intra"].iloc[0] > 0.9 > 0.5 > table["inter"].iloc[0]
    assert table["stable"].tolist() == [False] + [True] * 5


def test_lower_bound_is_stricter_than_the_estimate():
    features = _features(READS, errors=[0.05, 0.3, 0.35, 0.4, 0.45, 5.0])
    estimate = icc_table(features, ReliabilitySettings())["stable"]
    bound = icc_table(features, ReliabilitySettings(passes="lower bound"))["stable"]
    assert bound.sum() < estimate.sum()
    assert not (bound & ~estimate).any()


def test_one_kind_of_reread_decides_alone():
    table = icc_table(_features({"A1": 40, "B1": 20}), ReliabilitySettings())
    assert table[["intra", "intra_low", "intra_high"]].isna().all(axis=None)
    assert (table["intra_n"] == 0).all()
    assert table["stable"].tolist() == STABLE


def test_without_rereads_all_that_vary_are_kept():
    features = _features({"A1": 40})
    features[NAMES[3]] = 7.0
    table = icc_table(features, ReliabilitySettings())
    assert table[["intra", "inter"]].isna().all(axis=None)
    assert table["stable"].tolist() == [True, True, True, False, True, True]
    assert count_by_rule(features, 0.85).empty


def test_a_constant_feature_is_not_stable_and_has_no_icc():
    features = _features(READS)
    features[NAMES[0]] = 7.0
    table = icc_table(features, ReliabilitySettings())
    assert np.isnan(table["intra"].iloc[0]) and not table["stable"].iloc[0]


def test_a_value_that_is_not_finite_is_a_missing_read_of_that_feature():
    features = _features(READS)
    features.loc[features.index[features["read"] == "A2"][:3], NAMES[1]] = [np.nan, np.inf, np.nan]
    table = icc_table(features, ReliabilitySettings())
    assert table["intra_n"].tolist() == [20, 17, 20, 20, 20, 20]
    assert table["inter_n"].tolist() == [20] * 6
    assert table["stable"].iloc[1]


@pytest.mark.parametrize("reads", ["rereads", "perturbation", "both"])
def test_perturbed_reads_stand_beside_rereads_or_decide(reads):
    features = _features(READS | PERTURBED)
    # one feature that people read alike and chance does not
    chance = features["read"].str.startswith("P")
    features.loc[chance, NAMES[0]] = np.random.default_rng(2).normal(size=chance.sum())
    table = icc_table(features, ReliabilitySettings(reads=reads))
    assert (table["perturbation_n"] == 15).all()
    wide = features[chance].pivot(index="patient_id", columns="read", values=NAMES[1])
    alone = icc(wide.to_numpy())
    assert table["perturbation"].iloc[1] == pytest.approx(alone.value)
    assert table["perturbation_low"].iloc[1] == pytest.approx(alone.low)
    by_chance = [False, *STABLE[1:]]
    assert table["kept_by_rereads"].tolist() == STABLE
    assert table["kept_by_perturbation"].tolist() == by_chance
    assert table["stable"].tolist() == (by_chance if reads == "perturbation" else STABLE)


def test_perturbed_reads_decide_where_nobody_read_again():
    features = _features({"A1": 40} | PERTURBED)
    table = icc_table(features, ReliabilitySettings(reads="both"))
    assert table["stable"].tolist() == STABLE
    summary = perturbation_agreement(table).set_index("family")
    assert summary.loc["total", "by_perturbation"] == 4
    assert "median_intra" not in summary


def test_agreement_of_people_and_chance_counts_every_feature_once():
    features = _features(READS | PERTURBED)
    chance = features["read"].str.startswith("P")
    features.loc[chance, NAMES[0]] = np.random.default_rng(2).normal(size=chance.sum())
    table = icc_table(features, ReliabilitySettings(reads="both"))
    summary = perturbation_agreement(table).set_index("family")
    parts = ["kept_by_both", "by_rereads_only", "by_perturbation_only", "by_neither"]
    assert summary.loc["total", parts].tolist() == [3, 1, 0, 2]
    assert (summary[parts].sum(axis=1) == summary["features"]).all()
    assert summary.loc["shape", "by_rereads_only"] == 1
    assert summary.loc["total", "median_inter"] == pytest.approx(table["inter"].median())


def test_families_are_the_papers():
    counts = stable_by_family(icc_table(_features(READS), ReliabilitySettings()))
    counts = counts.set_index("family")
    assert counts["features"].to_dict() == {
        "shape": 1,
        "first order": 1,
        "texture": 2,
        "higher order": 2,
        "total": 6,
    }
    assert counts["stable"].tolist() == [1, 1, 1, 1, 4]
    assert counts["stable_percent"].tolist() == pytest.approx([100, 100, 50, 50, 400 / 6])


def test_a_family_without_features_has_no_share():
    features = _features(READS).drop(columns=NAMES[0])
    counts = stable_by_family(icc_table(features, ReliabilitySettings()))
    assert counts["features"].iloc[0] == 0 and np.isnan(counts["stable_percent"].iloc[0])


def test_count_by_rule_is_the_count_of_each_table():
    features = _features(READS, errors=[0.05, 0.3, 0.35, 0.4, 0.45, 5.0])
    counts = count_by_rule(features, 0.8)
    assert counts["form"].tolist() == [f"ICC({form})" for form in FORMS]
    for form, row in zip(FORMS, counts.itertuples(), strict=True):
        for passes, found in (("estimate", row.estimate), ("lower bound", row.lower_limit)):
            settings = ReliabilitySettings(form=form, threshold=0.8, passes=passes)
            assert found == icc_table(features, settings)["stable"].sum()


@pytest.mark.parametrize("reads", [{"A1": 40, "A2": 1}, {"A1": 1, "B1": 20}])
def test_one_patient_is_no_comparison(reads):
    table = icc_table(_features(reads), ReliabilitySettings())
    assert table[["intra", "inter"]].isna().all(axis=None)


def test_bad_tables_say_what_is_wrong():
    features = _features(READS)
    with pytest.raises(ValueError, match=r"no column \['read'\]"):
        icc_table(features.drop(columns="read"), ReliabilitySettings())
    doubled = pd.concat([features, features[features["read"] == "A2"].iloc[:1]])
    with pytest.raises(ValueError, match=r"patient s\d\d: read A2 stands more than once"):
        icc_table(doubled, ReliabilitySettings())
