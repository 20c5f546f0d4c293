"""mRMR against a brute-force version, and as a step of a scikit-learn pipeline."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mutual_info_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from helpers.selection import MRMRSelector, mrmr, mrmr_path

RULES = [
    (scheme, information)
    for scheme in ("MID", "MIQ")
    for information in ("gaussian", "discretised")
]


def _gaussian(a, b) -> float:
    return -0.5 * np.log(1 - min(np.corrcoef(a, b)[0, 1] ** 2, 1 - 1e-12))


def _states(a) -> np.ndarray:
    mean, sd = a.mean(), a.std(ddof=1)
    return np.where(a < mean - sd, -1, np.where(a > mean + sd, 1, 0))


def _discretised(a, b) -> float:
    return mutual_info_score(_states(a), b if set(b) <= {0, 1} else _states(b))


def _brute_force(values, outcome, k, scheme, information) -> list[tuple]:
    """Peng's criterion written down as it reads: every mean computed anew."""
    shared = _gaussian if information == "gaussian" else _discretised
    picked, rows = [], []
    while len(picked) < k:
        best = None
        for j in range(values.shape[1]):
            if j in picked:
                continue
            relevance = shared(values[:, j], outcome)
            redundancy = np.mean([shared(values[:, j], values[:, s]) for s in picked] or [0.0])
            score = relevance
            if picked:
                score = (
                    relevance - redundancy
                    if scheme == "MID"
                    else relevance / max(redundancy, 1e-10)
                )
            if best is None or score > best[3] + 1e-9 * max(1, abs(best[3])):
                best = (j, relevance, redundancy, score)
        picked.append(best[0])
        rows.append(best)
    return rows


def _data(seed: int, n: int = 30, p: int = 7):
    rng = np.random.default_rng(seed)
    outcome = (np.arange(n) < n // 3).astype(int)
    values = rng.normal(size=(n, p)) @ (np.eye(p) + 0.7 * rng.normal(size=(p, p)))
    values[:, 0] += outcome
    return values, outcome


@pytest.mark.parametrize(("scheme", "information"), RULES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), k=st.integers(1, 7))
def test_equals_brute_force(scheme, information, seed, k):
    values, outcome = _data(seed)
    found = mrmr(values, outcome, k, scheme, information)
    expected = _brute_force(values, outcome, k, scheme, information)
    assert found["feature"].tolist() == [row[0] for row in expected]
    for place, name in enumerate(("relevance", "redundancy", "score"), start=1):
        np.testing.assert_allclose(found[name], [row[place] for row in expected], atol=1e-10)


@pytest.mark.parametrize(("scheme", "information"), RULES)
def test_a_longer_selection_begins_with_the_shorter_one(scheme, information):
    values, outcome = _data(3, p=12)
    longest = mrmr(values, outcome, 12, scheme, information)
    assert longest["rank"].tolist() == list(range(1, 13))
    assert sorted(longest["feature"]) == list(range(12))
    for k in range(1, 12):
        pd.testing.assert_frame_equal(mrmr(values, outcome, k, scheme, information), longest[:k])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_order_of_patients_and_unit_of_features_do_not_matter(seed, random):
    values, outcome = _data(seed)
    order = random.sample(range(len(outcome)), len(outcome))
    changed = values[order] * [-3, 1e6, 1e-6, 2, 5, 7, 11] + 4
    for scheme in ("MID", "MIQ"):
        assert (
            mrmr(changed, outcome[order], 7, scheme)["feature"].tolist()
            == mrmr(values, outcome, 7, scheme)["feature"].tolist()
        )


def test_names_come_from_the_table():
    values, outcome = _data(0)
    table = pd.DataFrame(values, columns=list("abcdefg"))
    found = mrmr(table, pd.Series(outcome, index=range(100, 130)), 3)
    assert list(found.columns) == ["rank", "feature", "relevance", "redundancy", "score"]
    numbers = mrmr(values, outcome, 3)["feature"]
    assert found["feature"].tolist() == ["abcdefg"[number] for number in numbers]


@pytest.mark.parametrize(("scheme", "information"), RULES)
def test_of_equal_features_the_first_column_wins(scheme, information):
    values, outcome = _data(1, p=4)
    doubled = np.column_stack([values, values * 2 + 1])
    found = mrmr(doubled, outcome, 8, scheme, information)["feature"].tolist()
    for column in range(4):
        assert found.index(column) < found.index(column + 4)
    apart = np.column_stack([values * 2 + 1, values])
    assert mrmr(apart, outcome, 8, scheme, information)["feature"].tolist() == found


@pytest.mark.parametrize(("scheme", "information"), RULES)
def test_a_copy_of_a_pick_waits_for_features_with_something_of_their_own(scheme, information):
    rng = np.random.default_rng(0)
    outcome = np.repeat([0, 1], 50)
    strong = outcome + 0.6 * rng.normal(size=100)
    other = outcome + 1.5 * rng.normal(size=100)
    table = pd.DataFrame({"strong": strong, "copy": strong, "other": other})
    assert mrmr(table, outcome, 2, scheme, information)["feature"].tolist() == ["strong", "other"]


def test_constant_features_are_never_picked_although_their_score_would_be_higher():
    rng = np.random.default_rng(0)
    outcome = np.repeat([0, 1], 20)
    base = rng.normal(size=40)
    table = pd.DataFrame({"flat": np.ones(40), "a": base, "b": base + 0.01 * rng.normal(size=40)})
    found = mrmr(table, outcome, 2)
    assert set(found["feature"]) == {"a", "b"}
    assert found["score"].iloc[1] < 0
    with pytest.raises(ValueError, match="k is 3, and 2 of 3 features vary"):
        mrmr(table, outcome, 3)


@pytest.mark.parametrize("scheme", ["MID", "MIQ"])
def test_path_leads_with_the_pick_and_holds_the_runners_up(scheme):
    values, outcome = _data(5, p=20)
    path = mrmr_path(values, outcome, 6, scheme, shown=4)
    picked = mrmr(values, outcome, 6, scheme)
    first = path.groupby("step").first()
    assert first["feature"].tolist() == picked["feature"].tolist()
    np.testing.assert_allclose(first["score"], picked["score"])
    assert (path.groupby("step").size() == 4).all()
    assert path.groupby("step")["score"].apply(lambda s: s.is_monotonic_decreasing).all()
    for step, part in path.groupby("step"):
        assert not set(part["feature"]) & set(picked["feature"][: step - 1])


def test_path_ends_with_what_is_left():
    values, outcome = _data(5, p=3)
    path = mrmr_path(values, outcome, 3, shown=8)
    assert path.groupby("step").size().tolist() == [3, 2, 1]
    assert np.isfinite(path["score"]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scheme": "MIX"}, "scheme is 'MIX'"),
        ({"mutual_information": "kernel"}, "'gaussian' or 'discretised'"),
        ({"k": 0}, "k is 0, and 7 of 7"),
        ({"k": 8}, "expected k from 1 to 7"),
        ({"outcome": np.ones(30)}, r"outcome holds \['1.0'\]; expected both 0 and 1"),
        ({"outcome": np.arange(30)}, "expected both 0 and 1"),
        ({"outcome": np.repeat([0, 1, np.nan], 10)}, "expected both 0 and 1"),
        ({"outcome": np.repeat([0, 1], 10)}, r"shape \(20,\); expected \(30,\)"),
    ],
)
def test_bad_settings_and_outcomes(change, message):
    values, outcome = _data(0)
    with pytest.raises(ValueError, match=message):
        mrmr(**({"features": values, "outcome": outcome, "k": 3} | change))


def test_missing_values_name_their_features():
    values, outcome = _data(0)
    table = pd.DataFrame(values, columns=list("abcdefg"))
    table.loc[4, "c"] = np.nan
    table.loc[2, "f"] = np.inf
    with pytest.raises(ValueError, match="features c, f hold values that are not finite"):
        mrmr(table, outcome, 3)
    with pytest.raises(ValueError, match="features c, f hold"):
        MRMRSelector(3).fit(table, outcome)


@pytest.mark.parametrize(("scheme", "information"), RULES)
def test_selector_keeps_what_mrmr_picks(scheme, information):
    values, outcome = _data(7, p=15)
    table = pd.DataFrame(values, columns=[f"f{number}" for number in range(15)])
    selector = MRMRSelector(4, scheme, information).fit(table, outcome)
    picked = mrmr(table, outcome, 4, scheme, information)["feature"]
    assert list(table.columns[selector.ranking_]) == list(picked)
    assert list(selector.get_feature_names_out()) == [n for n in table if n in set(picked)]
    on_array = MRMRSelector(4, scheme, information).fit(values, outcome)
    assert (on_array.get_support() == selector.get_support()).all()
    np.testing.assert_array_equal(on_array.transform(values), values[:, selector.get_support()])


def test_selector_keeps_all_that_vary_when_fewer_than_k_do():
    values, outcome = _data(2)
    values[:, [1, 4]] = 3.0
    assert MRMRSelector(10).fit(values, outcome).get_support().tolist() == [
        True, False, True, True, False, True, True,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="none of 7 features varies"):
        MRMRSelector().fit(np.ones_like(values), outcome)


def test_selector_works_inside_a_cross_validated_pipeline_and_is_saved(tmp_path):
    values, outcome = _data(11, n=60, p=30)
    pipeline = make_pipeline(StandardScaler(), MRMRSelector(5), LogisticRegression())
    assert len(cross_val_score(clone(pipeline), values, outcome, cv=3)) == 3
    pipeline.fit(values, outcome)
    skops.io.dump(pipeline, tmp_path / "model.skops")
    assert skops.io.get_untrusted_types(file=tmp_path / "model.skops") == [
        "helpers.selection.MRMRSelector"
    ]
    loaded = skops.io.load(tmp_path / "model.skops", trusted=["helpers.selection.MRMRSelector"])
    np.testing.assert_array_equal(
        loaded.decision_function(values), pipeline.decision_function(values)
    )


def test_selection_inside_folds_does_not_learn_from_noise():
    """On pure noise the honest AUC is a half; selecting with all patients in view flatters."""
    rng = np.random.default_rng(0)
    values, outcome = rng.normal(size=(60, 400)), np.tile([0, 1], 30)
    pipeline = make_pipeline(MRMRSelector(5), LogisticRegression())
    honest = cross_val_score(pipeline, values, outcome, cv=5, scoring="roc_auc").mean()
    seen = MRMRSelector(5).fit_transform(values, outcome)
    leaky = cross_val_score(LogisticRegression(), seen, outcome, cv=5, scoring="roc_auc").mean()
    assert leaky > 0.75 > honest + 0.1
