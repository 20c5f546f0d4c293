"""Calibration against statsmodels and scikit-learn; net benefit against counting patients."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.metrics import brier_score_loss

from helpers.statistics.calibration import (
    brier_score,
    calibration,
    calibration_bins,
    net_benefit,
)


@st.composite
def cohort(draw, overlap=True):
    """Outcomes of both classes, and risks that overlap."""
    n = draw(st.integers(8, 60))
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    risk = np.array(draw(st.lists(st.integers(1, 99), min_size=n, max_size=n))) / 100
    assume(0 < y.sum() < n)
    cases, controls = risk[y == 1], risk[y == 0]
    if overlap:
        assume(cases.min() < controls.max() and controls.min() < cases.max())
    return y, risk


@settings(max_examples=60, deadline=None)
@given(cohort(), st.sampled_from([0.8, 0.95]))
def test_intercept_and_slope_equal_statsmodels(data, confidence):
    y, risk = data
    found = calibration(y, risk, confidence)
    binomial = sm.families.Binomial()
    odds = logit(risk)
    slope = sm.GLM(y, sm.add_constant(odds), family=binomial).fit(tol=1e-12, maxiter=200)
    large = sm.GLM(y, np.ones((len(y), 1)), family=binomial, offset=odds)
    large = large.fit(tol=1e-12, maxiter=200)
    assert found.slope == pytest.approx(slope.params[1], rel=1e-6, abs=1e-6)
    assert (found.slope_low, found.slope_high) == pytest.approx(
        slope.conf_int(1 - confidence)[1], rel=1e-5, abs=1e-5
    )
    assert found.intercept == pytest.approx(large.params[0], rel=1e-6, abs=1e-6)
    assert (found.intercept_low, found.intercept_high) == pytest.approx(
        large.conf_int(1 - confidence)[0], rel=1e-5, abs=1e-5
    )


@settings(max_examples=60, deadline=None)
@given(cohort(), st.floats(0.3, 2), st.floats(-1, 1))
def test_distorted_risks_are_found_out(data, stretch, shift):
    """Risks recalibrated as found are ideal; stretching them divides the slope."""
    y, risk = data
    found = calibration(y, risk)
    stretched = calibration(y, expit(shift + stretch * logit(risk)))
    assert stretched.slope == pytest.approx(found.slope / stretch, rel=1e-5, abs=1e-6)
    moved = calibration(y, expit(logit(risk) + found.intercept))
    assert moved.intercept == pytest.approx(0, abs=1e-7)
    assert moved.mean_risk == pytest.approx(moved.prevalence, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(cohort(overlap=False))
def test_brier_score_equals_scikit_learn(data):
    y, risk = data
    found = calibration(y, risk)
    assert found.brier == brier_score(y, risk)
    assert found.brier == pytest.approx(brier_score_loss(y, risk), abs=1e-12)
    constant = np.full(len(y), y.mean())
    scaled = 1 - found.brier / brier_score_loss(y, constant)
    assert found.brier_scaled == pytest.approx(scaled, abs=1e-12)


def test_what_has_no_estimate_is_nan_and_says_so():
    y = [0, 0, 1, 1]
    separated = calibration(y, [0.1, 0.2, 0.7, 0.8])
    assert math.isnan(separated.slope) and "separate the classes" in separated.note
    assert math.isfinite(separated.intercept)
    flat = calibration(y, [0.3] * 4)
    assert math.isnan(flat.slope) and "All risks are equal" in str(flat)
    assert flat.intercept == pytest.approx(logit(0.5) - logit(0.3), abs=1e-10)
    certain = calibration(y, [0, 0.2, 0.1, 1])
    assert math.isnan(certain.slope) and math.isnan(certain.intercept)
    assert "2 risks are exactly 0 or 1" in certain.note
    assert certain.brier == pytest.approx((0.04 + 0.81) / 4)


def test_extreme_risks_converge():
    y = np.array([0, 1, 0, 1, 0, 1, 1, 0])
    risk = expit(np.array([-30.0, -25, -1, 1, 25, 30, -28, 28]))
    found = calibration(y, risk)
    fit = sm.GLM(y, sm.add_constant(logit(risk)), family=sm.families.Binomial()).fit(tol=1e-12)
    assert found.slope == pytest.approx(fit.params[1], abs=1e-8)
    p = expit(logit(risk) + found.intercept)
    assert p.sum() == pytest.approx(y.sum(), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(cohort(overlap=False), st.integers(1, 12))
def test_bins_hold_every_patient_once_and_keep_ties_together(data, n_bins):
    y, risk = data
    bins = calibration_bins(y, risk, n_bins)
    assert bins.n.sum() == len(y) and bins.events.sum() == y.sum()
    assert 1 <= len(bins.n) <= n_bins and (bins.n > 0).all()
    assert (np.diff(bins.risk) > 0).all()
    assert (bins.n * bins.risk).sum() == pytest.approx(risk.sum())
    assert (bins.low <= bins.observed).all() and (bins.observed <= bins.high).all()
    # Patients in order of risk fill the groups in turn, and equal risks share one.
    ordered = np.sort(risk)
    ends = np.cumsum(bins.n)[:-1]
    assert (ordered[ends - 1] < ordered[ends]).all()


def test_bins_are_of_equal_size_without_ties():
    risk = np.random.default_rng(1).permutation(np.arange(1, 101) / 101)
    y = np.arange(100) % 2
    bins = calibration_bins(y, risk, 10)
    assert bins.n.tolist() == [10] * 10
    for i in range(10):
        inside = np.argsort(risk)[10 * i : 10 * i + 10]
        assert bins.risk[i] == pytest.approx(risk[inside].mean())
        assert bins.events[i] == y[inside].sum()


@settings(max_examples=60, deadline=None)
@given(cohort(overlap=False))
def test_net_benefit_equals_counting_patients(data):
    y, risk = data
    thresholds = [0, 0.05, 0.1, 0.25, 0.5, 0.8, 0.99]
    found = net_benefit(y, risk, thresholds)
    for i, t in enumerate(thresholds):
        gain = sum(1 if label else -t / (1 - t) for label, p in zip(y, risk, strict=True) if p >= t)
        assert found.model[i] == pytest.approx(gain / len(y), abs=1e-12)
        everyone = sum(1 if label else -t / (1 - t) for label in y)
        assert found.treat_all[i] == pytest.approx(everyone / len(y), abs=1e-12)
        assert found.tp[i] == sum((y == 1) & (risk >= t))
        assert found.fp[i] == sum((y == 0) & (risk >= t))
    assert found.model[0] == found.treat_all[0] == pytest.approx(y.mean())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: brier_score([0, 1], [0.5, 1.5]), r"risk runs from 0\.5 to 1\.5; expected prob"),
        (lambda: brier_score([0, 1], [0.5]), r"risk has shape \(1,\); expected \(2,\)"),
        (lambda: calibration([1, 1], [0.5, 0.6]), "2 ones and 0 zeros; expected both classes"),
        (lambda: calibration([0, 1], [0.5, math.nan]), "risk holds 1 NaN"),
        (lambda: calibration([0, 1], [0.5, 0.6], confidence=1), "confidence is 1; expected"),
        (lambda: calibration_bins([0, 1], [0.5, 0.6], 0), "n_bins is 0; expected at least 1"),
        (lambda: net_benefit([0, 1], [0.5, 0.6], [0.5, 1]), r"from 0 to below 1"),
        (lambda: net_benefit([0, 1], [0.5, 0.6], [math.nan]), r"from 0 to below 1"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
