"""Confusion matrices against scikit-learn and R, and thresholds against trying every one."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from helpers.statistics.confusion import (
    ConfusionMatrix,
    choose_threshold,
    classification_metrics,
    confusion,
)

REFERENCE = Path(__file__).parents[1] / "reference" / "roc" / "confusion.csv"
SHARES = pd.read_csv(REFERENCE)


@pytest.mark.parametrize(
    "expected", list(SHARES.itertuples()), ids=lambda row: f"{row[1:5]}-{row[5]}"
)
@pytest.mark.parametrize("interval", ["wilson", "clopper-pearson"])
def test_measures_and_intervals_equal_r(expected, interval):
    counts = ConfusionMatrix(expected.tp, expected.fp, expected.fn, expected.tn)
    found = classification_metrics(counts, interval=interval)[expected.measure]
    prefix = "wilson" if interval == "wilson" else "exact"
    for name, value in (
        ("value", expected.value),
        ("low", getattr(expected, f"{prefix}_low")),
        ("high", getattr(expected, f"{prefix}_high")),
    ):
        assert getattr(found, name) == pytest.approx(value, abs=1e-10, nan_ok=True), name
    assert bool(found.reason) == math.isnan(expected.value)


labels = st.integers(1, 40).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 1), min_size=n, max_size=n)] * 2)
)


@settings(max_examples=60, deadline=None)
@given(labels, st.integers(0, 1))
def test_counts_and_measures_equal_scikit_learn(pair, positive):
    y, called = pair
    found = confusion(y, called, positive)
    other = 1 - positive
    expected = metrics.confusion_matrix(y, called, labels=[other, positive]).ravel().tolist()
    assert [found.tn, found.fp, found.fn, found.tp] == expected
    options = {"pos_label": positive, "zero_division": np.nan}
    for name, value in (
        ("accuracy", metrics.accuracy_score(y, called)),
        ("precision", metrics.precision_score(y, called, **options)),
        ("recall", metrics.recall_score(y, called, **options)),
        ("specificity", metrics.recall_score(y, called, **options | {"pos_label": other})),
        ("f1", metrics.f1_score(y, called, **options)),
    ):
        assert getattr(found, name) == pytest.approx(value, abs=1e-12, nan_ok=True), name


@settings(max_examples=60, deadline=None)
@given(labels)
def test_the_other_reading_is_the_flipped_matrix(pair):
    one = confusion(*pair, positive=1)
    assert one.flipped() == confusion(*pair, positive=0)
    assert one.flipped().flipped() == one
    assert one.flipped().accuracy == one.accuracy
    assert one.flipped().recall == pytest.approx(one.specificity, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(labels, st.sampled_from(["wilson", "clopper-pearson"]))
def test_measures_with_intervals_are_those_of_the_matrix(pair, interval):
    counts = confusion(*pair)
    for name, metric in classification_metrics(counts, interval=interval).items():
        assert metric.value == pytest.approx(getattr(counts, name), abs=1e-12, nan_ok=True)
        if metric.reason:
            assert math.isnan(metric.low) and math.isnan(metric.high)
        else:
            assert 0 <= metric.low <= metric.value <= metric.high <= 1


def test_interval_of_f1_covers_at_its_level():
    """By simulation: F1 of the population lies in the interval in about 95% of samples."""
    cells = np.array([0.18, 0.12, 0.05, 0.65])
    truth = 2 * cells[0] / (2 * cells[0] + cells[1] + cells[2])
    drawn = np.random.default_rng(5).multinomial(235, cells, size=1500)
    inside = 0
    for tp, fp, fn, tn in drawn.tolist():
        f1 = classification_metrics(ConfusionMatrix(tp, fp, fn, tn))["f1"]
        inside += f1.low <= truth <= f1.high
    assert inside / len(drawn) == pytest.approx(0.95, abs=0.02)


def test_matrix_of_the_paper_read_both_ways():
    """Liu & He 2025, Table 2, training SVM: the printed measures are those of non-expansion."""
    expansion = ConfusionMatrix(tp=42, fp=29, fn=9, tn=155)
    stable = expansion.flipped()
    assert [round(stable.recall, 3), round(stable.specificity, 3)] == [0.842, 0.824]
    assert [round(expansion.precision, 3), round(expansion.f1, 3)] == [0.592, 0.689]
    assert "positive class: label 0" in str(stable) and "155" in str(stable)


def test_undefined_measures_say_why():
    found = classification_metrics(ConfusionMatrix(tp=0, fp=0, fn=5, tn=9))
    assert str(found["precision"]) == "precision undefined: nobody was predicted positive"
    assert found["recall"].value == 0 and found["f1"].value == 0
    alone = classification_metrics(ConfusionMatrix(tp=0, fp=0, fn=0, tn=4))
    assert "no patient is of the positive class" in alone["recall"].reason
    assert alone["f1"].reason and alone["specificity"].value == 1


def test_f1_interval_is_that_of_jaccard():
    found = classification_metrics(ConfusionMatrix(tp=42, fp=29, fn=9, tn=155))["f1"]
    low, high = proportion_confint(42, 80, method="wilson")
    assert (found.low, found.high) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    assert found.method == "Wilson of Jaccard's index"


@st.composite
def scored(draw):
    m, n = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    y = np.array(draw(st.permutations([1] * m + [0] * n)))
    score = draw(st.lists(st.integers(0, 8), min_size=m + n, max_size=m + n))
    return y, np.array(score) / 8


def _rates(y, score, threshold):
    called = score >= threshold
    return called[y == 1].mean(), (~called)[y == 0].mean()


@settings(max_examples=60, deadline=None)
@given(scored())
def test_youden_is_the_best_of_all_thresholds(data):
    y, score = data
    candidates = [*np.unique(score), 2.0]
    best = max(sum(_rates(y, score, t)) for t in candidates)
    chosen = choose_threshold(y, score, "youden")
    sensitivity, specificity = _rates(y, score, chosen)
    assert sensitivity + specificity == pytest.approx(best, abs=1e-12)
    for t in candidates:
        if sum(_rates(y, score, t)) == pytest.approx(best, abs=1e-12):
            assert _rates(y, score, t)[0] <= sensitivity + 1e-12


@settings(max_examples=60, deadline=None)
@given(scored(), st.sampled_from([0.3, 0.5, 0.8, 0.9, 1.0]))
def test_fixed_sensitivity_keeps_the_most_specificity(data, least):
    y, score = data
    chosen = choose_threshold(y, score, "sensitivity", least)
    sensitivity, specificity = _rates(y, score, chosen)
    assert sensitivity >= least - 1e-12
    for t in np.unique(score):
        if _rates(y, score, t)[0] >= least - 1e-12:
            assert _rates(y, score, t)[1] <= specificity + 1e-12


@settings(max_examples=60, deadline=None)
@given(scored())
def test_threshold_lies_between_scores(data):
    """So that a score computed again, a rounding error away, falls on the same side."""
    y, score = data
    chosen = choose_threshold(y, score)
    if chosen > score.min():
        assert np.abs(score - chosen).min() > 1e-3


def test_neighbouring_floats_are_still_told_apart():
    low = 0.3
    high = math.nextafter(low, 1)
    chosen = choose_threshold([0, 1], [low, high])
    assert low < chosen <= high


def test_half_is_for_probabilities():
    assert choose_threshold([0, 1], [0.2, 0.9], "half") == 0.5
    with pytest.raises(ValueError, match="score runs from -2 to 3; the rule 'half' expects"):
        choose_threshold([0, 1], [-2, 3], "half")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: confusion([0, 1], [0, 1, 1]), "prediction has 3 values for 2 labels"),
        (lambda: confusion([0, 1], [0, 0.5]), r"prediction holds 1 values .*such as 0\.5"),
        (lambda: confusion([0, 1], [0, 1], positive=2), "positive is 2; expected the label 0 or 1"),
        (lambda: choose_threshold([1, 1], [1, 2]), "2 ones and 0 zeros"),
        (lambda: choose_threshold([0, 1], [1, math.nan]), "score holds 1 NaN"),
        (lambda: choose_threshold([0, 1], [1, 2], "best"), "rule is 'best'; expected 'youden'"),
        (lambda: choose_threshold([0, 1], [1, 2], "sensitivity", 0), "sensitivity is 0; expected"),
        (lambda: classification_metrics(ConfusionMatrix(0, 0, 0, 0)), "counts no patient"),
        (
            lambda: classification_metrics(ConfusionMatrix(1, 1, 1, 1), interval="wald"),
            "interval is 'wald'; expected 'wilson' or 'clopper-pearson'",
        ),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
