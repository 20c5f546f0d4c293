"""Bootstrapped AUCs against resampling written out, DeLong's variance, and properties."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from helpers.statistics import bootstrap
from helpers.statistics.bootstrap import bootstrap_auc, bootstrap_test, bootstrapped_aucs
from helpers.statistics.roc import auc_ci, delong_test

SCORES = Path(__file__).parents[1] / "reference" / "roc" / "scores.csv"
CASES = dict(list(pd.read_csv(SCORES).groupby("case")))


def test_each_sample_is_the_auc_of_the_patients_drawn():
    """The drawn counts, repeated as patients, give the same AUC in scikit-learn."""
    data = CASES["ties"]
    y, rows = data["y"].to_numpy(), data[["a", "b"]].to_numpy().T
    found = bootstrapped_aucs(y == 1, rows, 20, seed=4)
    rng = np.random.default_rng(4)
    m, n = (y == 1).sum(), (y == 0).sum()
    cases = rng.multinomial(m, np.full(m, 1 / m), size=20)
    controls = rng.multinomial(n, np.full(n, 1 / n), size=20)
    for i in range(20):
        drawn = np.r_[
            np.repeat(np.flatnonzero(y == 1), cases[i]),
            np.repeat(np.flatnonzero(y == 0), controls[i]),
        ]
        expected = [roc_auc_score(y[drawn], row[drawn]) for row in rows]
        assert found[i] == pytest.approx(expected, abs=1e-12)


def test_interval_and_variance_agree_with_delong_where_both_hold():
    data = CASES["continuous"]
    boot = bootstrap_auc(data["y"], data["a"], n_boot=4000, seed=1)
    delong = auc_ci(data["y"], data["a"])
    assert boot.auc == pytest.approx(delong.auc, abs=1e-15)
    assert boot.variance == pytest.approx(delong.variance, rel=0.08)
    assert (boot.low, boot.high) == pytest.approx((delong.low, delong.high), abs=0.015)


def test_paired_test_agrees_with_delong_where_both_hold():
    data = CASES["continuous"]
    boot = bootstrap_test(data["y"], data["a"], data["b"], n_boot=4000, seed=1)
    delong = delong_test(data["y"], data["a"], data["b"])
    assert boot.z == pytest.approx(delong.z, rel=0.05)
    assert (boot.low, boot.high) == pytest.approx((delong.low, delong.high), abs=0.015)
    back = bootstrap_test(data["y"], data["b"], data["a"], n_boot=4000, seed=1)
    assert back.z == pytest.approx(-boot.z, abs=1e-12)


def test_the_seed_decides_and_the_batches_do_not(monkeypatch):
    data = CASES["external"]
    first = bootstrap_auc(data["y"], data["a"], n_boot=300, seed=7)
    assert bootstrap_auc(data["y"], data["a"], n_boot=300, seed=7) == first
    assert bootstrap_auc(data["y"], data["a"], n_boot=300, seed=8).low != first.low
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 1000)
    assert bootstrap_auc(data["y"], data["a"], n_boot=300, seed=7).auc == first.auc


def test_separated_classes_and_identical_scores_are_said():
    y, score = [0, 0, 1, 1], [1, 2, 3, 4]
    found = bootstrap_auc(y, score)
    assert (found.auc, found.low, found.high, found.variance) == (1, 1, 1, 0)
    assert "not certainty" in found.note
    same = bootstrap_test(y, score, score)
    assert (same.z, same.p_value) == (0, 1) and same.note
    apart = bootstrap_test(y, score, [1, 1, 1, 1])
    assert (apart.z, apart.p_value) == (math.inf, 0)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="n_boot is 1; expected at least 2"):
        bootstrap_auc([0, 1], [1, 2], n_boot=1)
    with pytest.raises(ValueError, match="score_b holds 1 NaN"):
        bootstrap_test([0, 1], [1, 2], [1, math.nan])
    with pytest.raises(ValueError, match="expected both classes"):
        bootstrap_auc([1, 1], [1, 2])
