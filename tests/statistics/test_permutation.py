"""The exact permutation test against exchanging the scores of every patient, one by one."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from helpers.statistics import permutation
from helpers.statistics.permutation import permutation_test
from helpers.statistics.roc import delong_test

SCORES = Path(__file__).parents[1] / "reference" / "roc" / "scores.csv"
CASES = dict(list(pd.read_csv(SCORES).groupby("case")))


@st.composite
def scored(draw):
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    y = np.array(draw(st.permutations([1] * m + [0] * n)))
    values = st.lists(st.integers(0, 5), min_size=m + n, max_size=m + n)
    return y, np.array(draw(values), float), np.array(draw(values), float)


def area(y, score):
    pairs = np.subtract.outer(score[y == 1], score[y == 0])
    return ((pairs > 0) + 0.5 * (pairs == 0)).mean()


@settings(max_examples=40, deadline=None)
@given(scored())
def test_p_value_equals_all_exchanges(data):
    y, a, b = data
    ranks = np.array([rankdata(a), rankdata(b)])
    observed = area(y, a) - area(y, b)
    differences = []
    for swap in itertools.product([0, 1], repeat=len(y)):
        first = np.where(swap, ranks[1], ranks[0])
        second = np.where(swap, ranks[0], ranks[1])
        differences.append(area(y, first) - area(y, second))
    found = permutation_test(y, a, b)
    assert found.p_value == pytest.approx(np.mean(np.abs(differences) >= abs(observed) - 1e-9))
    assert found.auc_a - found.auc_b == pytest.approx(observed, abs=1e-12)
    spread = np.std(differences)
    assert found.z == pytest.approx(observed / spread if spread > 1e-9 else 0, abs=1e-9)


def test_agrees_with_delong_in_a_large_cohort():
    for name, first, second in (("continuous", "a", "b"), ("ties", "a", "c"), ("large", "a", "b")):
        data = CASES[name]
        exact = permutation_test(data["y"], data[first], data[second])
        delong = delong_test(data["y"], data[first], data[second])
        assert exact.z == pytest.approx(delong.z, rel=0.15, abs=0.1)
        assert (exact.auc_a, exact.auc_b) == pytest.approx((delong.auc_a, delong.auc_b))


def test_normal_approximation_is_near_and_named(monkeypatch):
    data = CASES["continuous"]
    exact = permutation_test(data["y"], data["a"], data["b"])
    monkeypatch.setattr(permutation, "MOST_STEPS", 100)
    near = permutation_test(data["y"], data["a"], data["b"])
    assert near.method == "permutation, normal approximation"
    assert near.z == exact.z and near.p_value == pytest.approx(exact.p_value, abs=0.002)


def test_identical_scores_are_no_evidence_and_there_is_no_interval():
    y, score = [0, 1, 0, 1], [1, 2, 3, 4]
    found = permutation_test(y, score, np.exp(score))
    assert (found.z, found.p_value) == (0, 1)
    assert math.isnan(found.low) and "interval" not in str(found) and "nan" not in str(found)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="score_b holds 1 NaN"):
        permutation_test([0, 1], [1, 2], [1, math.nan])
    with pytest.raises(ValueError, match="expected both classes"):
        permutation_test([1, 1], [1, 2], [1, 2])
