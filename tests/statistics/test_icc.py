"""Intraclass correlations against psych (tests/reference/icc), Cronbach's alpha and properties."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.statistics.icc import FORMS, icc

REFERENCE = Path(__file__).parents[1] / "reference" / "icc"
CELLS = pd.read_csv(REFERENCE / "ratings.csv")
RATINGS = {
    case: part.pivot(index="subject", columns="rater", values="value").to_numpy()
    for case, part in CELLS.groupby("case")
}
EXPECTED = pd.read_csv(REFERENCE / "icc.csv", dtype={"form": str})


def _many(n=40, k=3, p=30, seed=0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    spread = rng.uniform(0.1, 3, p)
    return rng.normal(size=(n, 1, p)) * spread + rng.normal(size=(n, k, p))


@pytest.mark.parametrize(
    "expected",
    [pytest.param(row, id=f"{row.case} {row.form}") for row in EXPECTED.itertuples()],
)
def test_equals_psych(expected):
    found = icc(RATINGS[expected.case], expected.form, expected.confidence)
    for name in ("value", "low", "high"):
        # averages of negative correlations reach thousands: relative there, absolute elsewhere
        assert getattr(found, name) == pytest.approx(
            getattr(expected, name), rel=1e-10, abs=1e-10
        ), name


def test_every_form_and_two_levels_have_a_reference():
    assert set(EXPECTED["form"]) == set(FORMS)
    assert set(EXPECTED["confidence"]) == {0.9, 0.95}


@pytest.mark.parametrize("form", FORMS)
def test_many_features_are_each_computed_alone(form):
    ratings = _many()
    together = icc(ratings, form)
    for feature in range(ratings.shape[2]):
        alone = icc(ratings[:, :, feature], form)
        for name in ("value", "low", "high"):
            assert getattr(together, name)[feature] == pytest.approx(
                getattr(alone, name), rel=1e-12
            )


def test_average_consistency_is_cronbachs_alpha():
    ratings = _many(p=1)[:, :, 0]
    k = ratings.shape[1]
    parts = ratings.var(axis=0, ddof=1).sum()
    alpha = k / (k - 1) * (1 - parts / ratings.sum(axis=1).var(ddof=1))
    assert icc(ratings, "C,k").value == pytest.approx(alpha, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(FORMS),
    st.floats(0.01, 100),
    st.floats(-100, 100),
)
def test_unit_and_origin_do_not_matter(seed, form, scale, shift):
    ratings = _many(n=12, k=2, p=4, seed=seed)
    before, after = icc(ratings, form), icc(ratings * scale + shift, form)
    for name in ("value", "low", "high"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(FORMS))
def test_order_of_subjects_and_raters_does_not_matter(seed, form):
    rng = np.random.default_rng(seed)
    ratings = _many(n=15, k=3, p=4, seed=seed)
    shuffled = ratings[rng.permutation(15)][:, rng.permutation(3)]
    np.testing.assert_allclose(icc(shuffled, form).low, icc(ratings, form).low, rtol=1e-9)


def test_a_rater_who_reads_higher_lowers_agreement_but_not_consistency():
    ratings = _many(k=2, p=20)
    shifted = ratings + np.array([0, 2.0])[None, :, None]
    np.testing.assert_allclose(icc(shifted, "C,1").value, icc(ratings, "C,1").value, rtol=1e-9)
    positive = icc(ratings, "A,1").value > 0
    assert positive.any()
    assert (icc(shifted, "A,1").value < icc(ratings, "A,1").value)[positive].all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["1", "A,1", "C,1"]))
def test_limits_hold_the_estimate_and_widen_with_confidence(seed, form):
    ratings = _many(n=12, k=2, p=5, seed=seed)
    narrow, wide = icc(ratings, form, 0.8), icc(ratings, form, 0.99)
    assert (wide.low < narrow.low).all() and (narrow.low <= narrow.value).all()
    assert (narrow.value <= narrow.high).all() and (narrow.high < wide.high).all()


@pytest.mark.parametrize(
    ("form", "rater_sd", "least"),
    [
        ("1", 0.0, 0.935),
        ("C,1", 1.0, 0.935),
        ("A,1", 0.0, 0.935),
        # few raters who differ much: the approximation falls short, as the docstring says
        ("A,1", 1.0, 0.88),
    ],
)
def test_intervals_cover_the_true_correlation(form, rater_sd, least):
    """4000 simulated features; `least` is about four Monte Carlo standard errors below."""
    rng = np.random.default_rng(5)
    n, k, p = 30, 3, 4000
    ratings = 2 * rng.normal(size=(n, 1, p)) + rng.normal(size=(n, k, p))
    ratings += rater_sd * rng.normal(size=(1, k, p))
    true = 4 / (4 + 1 + (rater_sd**2 if form == "A,1" else 0))
    found = icc(ratings, form)
    assert least < np.mean((found.low <= true) & (true <= found.high)) < 0.965


@pytest.mark.parametrize("form", FORMS)
def test_a_constant_feature_has_no_icc_and_identical_reads_have_one(form):
    subjects = np.arange(1.0, 9.0)
    constant = np.full((8, 2), 0.1 + 0.2)
    constant[3, 1] = 0.3  # the same number but for rounding
    identical = np.column_stack([subjects, subjects])
    found = icc(np.stack([constant, identical], axis=2), form)
    assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()
    np.testing.assert_allclose([found.value[1], found.low[1], found.high[1]], 1, rtol=1e-12)


def test_subjects_alike_but_reads_apart_stay_negative():
    ratings = np.column_stack([[1, 2, 3, 4, 5.0], [5, 4, 3, 2, 1.5]])
    assert icc(ratings, "C,1").value < -0.9


@pytest.mark.parametrize("form", FORMS)
def test_a_missing_read_drops_its_subject_for_that_feature_only(form):
    ratings = _many(n=10, k=2, p=3)
    ratings[4, 1, 1] = np.nan
    ratings[:, 0, 2] = np.nan
    found = icc(ratings, form)
    assert found.n_subjects.tolist() == [10, 9, 0]
    kept = np.delete(ratings[:, :, 1], 4, axis=0)
    for name in ("value", "low", "high"):
        parts = getattr(found, name)
        assert parts[0] == pytest.approx(getattr(icc(ratings[:, :, 0], form), name))
        assert parts[1] == pytest.approx(getattr(icc(kept, form), name), rel=1e-12)
        assert np.isnan(parts[2])


def test_no_features_give_no_values():
    assert icc(np.empty((5, 2, 0))).value.shape == (0,)


def test_result_says_what_it_is():
    one = icc(RATINGS["shrout_fleiss"], "C,k", 0.9)
    assert (one.n_subjects, one.n_raters, one.form, one.confidence) == (6, 4, "C,k", 0.9)
    assert isinstance(one.value, float)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: icc(np.ones((5, 1))), "1 raters; expected at least two"),
        (lambda: icc(np.ones((1, 2))), "1 subjects; expected at least two"),
        (lambda: icc(np.ones(5)), r"shape \(5,\)"),
        (lambda: icc(np.ones((5, 2)), "2,1"), "form is '2,1'; expected one of '1', 'A,1'"),
        (lambda: icc(np.ones((5, 2)), confidence=95), "confidence is 95"),
        (lambda: icc([[1, 2], [3, np.inf]]), r"1 infinite values.* = \(1, 1\)"),
    ],
)
def test_bad_input_says_what_was_found_and_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()
