"""AUC and DeLong against pROC (tests/reference/roc), brute force over pairs, and properties."""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from helpers.statistics.roc import auc_ci, delong_covariance, delong_test, unpaired_test

REFERENCE = Path(__file__).parents[1] / "reference" / "roc"
CASES = dict(list(pd.read_csv(REFERENCE / "scores.csv").groupby("case")))
NEAR_SAME = {"rel": 1e-10, "abs": 1e-10, "nan_ok": True}
# What R with pROC prints for three pairs of markers of its own data set.
ASAH = {
    ("wfns", "s100b"): (2.20898359144091, 0.0271757822291882),
    ("wfns", "ndka"): (2.79777591868904, 0.00514557970691098),
    ("ndka", "s100b"): (-1.39077002573558, 0.164295175223054),
}


def rows(file):
    return [pytest.param(row, id="-".join(map(str, row[1:4]))) for row in _read(file).itertuples()]


def _read(file):
    return pd.read_csv(REFERENCE / file)


def case(name, *models):
    table = CASES[name]
    return [table["y"].to_numpy(), *(table[model].to_numpy() for model in models)]


@pytest.mark.parametrize("expected", rows("auc.csv"))
def test_auc_and_interval_equal_proc(expected):
    found = auc_ci(*case(expected.case, expected.model), confidence=expected.confidence)
    for name in ("auc", "variance", "low", "high"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), **NEAR_SAME), name


@pytest.mark.parametrize("expected", rows("tests.csv"))
def test_paired_test_equals_proc(expected):
    models = expected.model_a, expected.model_b
    found = delong_test(*case(expected.case, *models))
    for name in ("z", "p_value", "low", "high"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), **NEAR_SAME), name
    y, *scores = case(expected.case, *models)
    covariance = delong_covariance(y, scores)[1][0, 1]
    assert covariance == pytest.approx(expected.covariance, **NEAR_SAME)


@pytest.mark.parametrize("expected", rows("unpaired.csv"))
def test_unpaired_test_equals_proc(expected):
    found = unpaired_test(*case(expected.case_a, "a"), *case(expected.case_b, "b"))
    assert found.z == pytest.approx(expected.d, **NEAR_SAME)
    assert found.df == pytest.approx(expected.df, **NEAR_SAME)
    assert found.p_value == pytest.approx(expected.p_value, **NEAR_SAME)
    assert found.low <= found.auc_a - found.auc_b <= found.high


def test_small_p_values_keep_their_digits():
    expected = _read("tests.csv").nsmallest(5, "p_value")
    expected = expected[expected["p_value"] > 0]
    for row in expected.itertuples():
        found = delong_test(*case(row.case, row.model_a, row.model_b))
        assert found.p_value == pytest.approx(row.p_value, rel=1e-8)


def test_data_set_of_proc_gives_the_known_statistics(tmp_path):
    """The data stay in R's own library; only this run sees them."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript was not found on the path")
    target = tmp_path / "asah.csv"
    script = (
        "library(pROC); data(aSAH); write.csv(data.frame(y = as.integer(aSAH$outcome == 'Poor'), "
        "wfns = as.numeric(aSAH$wfns), s100b = aSAH$s100b, ndka = aSAH$ndka), "
        f"'{target.as_posix()}', row.names = FALSE)"
    )
    done = subprocess.run(
        ["Rscript", "-e", script], capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        pytest.skip(f"R has no pROC: {done.stderr.strip().splitlines()[-1]}")
    data = pd.read_csv(target)
    for (a, b), (z, p_value) in ASAH.items():
        found = delong_test(data["y"], data[a], data[b])
        assert found.z == pytest.approx(z, abs=1e-10)
        assert found.p_value == pytest.approx(p_value, abs=1e-10)


@st.composite
def scored(draw, models=2, least=2):
    """Both classes with at least `least` patients, scores with ties."""
    m, n = draw(st.integers(least, 12)), draw(st.integers(least, 12))
    y = np.array(draw(st.permutations([1] * m + [0] * n)))
    values = st.lists(st.integers(-4, 4), min_size=m + n, max_size=m + n)
    return y, np.array([draw(values) for _ in range(models)], dtype=float)


def brute_force(y, score):
    """AUC and DeLong variance from the definition, pair by pair."""
    pairs = np.array(
        [[(x > v) + 0.5 * (x == v) for v in score[y == 0]] for x in score[y == 1]], dtype=float
    )
    auc = pairs.mean()
    variance = sum(np.var(pairs.mean(axis=axis), ddof=1) / pairs.shape[1 - axis] for axis in (0, 1))
    return auc, variance


@settings(max_examples=60, deadline=None)
@given(scored())
def test_auc_and_variance_equal_the_definition(data):
    y, scores = data
    found = auc_ci(y, scores[0])
    auc, variance = brute_force(y, scores[0])
    assert found.auc == pytest.approx(auc, abs=1e-12)
    assert found.auc == pytest.approx(roc_auc_score(y, scores[0]), abs=1e-12)
    assert found.variance == pytest.approx(variance, abs=1e-12)
    assert 0 <= found.low <= found.auc <= found.high <= 1


@settings(max_examples=60, deadline=None)
@given(scored(models=3))
def test_covariance_gives_the_variance_of_every_contrast(data):
    y, scores = data
    aucs, covariance = delong_covariance(y, scores)
    assert np.linalg.eigvalsh(covariance).min() > -1e-12
    for i, j in ((0, 1), (0, 2), (1, 2)):
        test = delong_test(y, scores[i], scores[j])
        contrast = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
        assert aucs[i] == pytest.approx(test.auc_a, abs=1e-15)
        if contrast > 1e-9:
            assert test.z == pytest.approx((aucs[i] - aucs[j]) / math.sqrt(contrast), abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(scored())
def test_swapping_the_models_turns_the_sign(data):
    y, (a, b) = data
    one, two = delong_test(y, a, b), delong_test(y, b, a)
    assert one.z == -two.z
    assert one.p_value == two.p_value
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low), abs=1e-15)


@settings(max_examples=60, deadline=None)
@given(scored(), st.sampled_from([np.exp, np.cbrt, lambda s: 1e6 * s - 3, np.arctan]))
def test_only_the_order_of_scores_counts(data, monotone):
    y, (a, b) = data
    assert auc_ci(y, monotone(a)) == auc_ci(y, a)
    assert delong_test(y, monotone(a), b) == delong_test(y, a, b)


@settings(max_examples=60, deadline=None)
@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_patients_does_not_count(data, random):
    y, (a, b) = data
    order = list(range(len(y)))
    random.shuffle(order)
    found, expected = delong_test(y[order], a[order], b[order]), delong_test(y, a, b)
    assert (found.z, found.p_value) == pytest.approx((expected.z, expected.p_value), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(scored())
def test_other_class_with_negated_scores_is_the_same_curve(data):
    y, (a, b) = data
    found, expected = auc_ci(1 - y, -a), auc_ci(y, a)
    assert (found.auc, found.low) == pytest.approx((expected.auc, expected.low), abs=1e-12)
    assert delong_test(1 - y, -a, -b).z == pytest.approx(delong_test(y, a, b).z, rel=1e-9)
    assert auc_ci(y, -a).auc == pytest.approx(1 - expected.auc, abs=1e-15)


@settings(max_examples=60, deadline=None)
@given(scored(models=1, least=1), st.sampled_from([0.8, 0.95, 0.99]))
def test_newcombe_limits_solve_the_score_equation(data, confidence):
    from scipy.stats import norm

    y, (score,) = data
    found = auc_ci(y, score, confidence, method="newcombe")
    m, n, z = found.n_positive, found.n_negative, norm.ppf((1 + confidence) / 2)
    star = (m + n) / 2 - 1
    for limit in {found.low, found.high} - {0.0, 1.0}:
        spread = 1 + star * (1 - limit) / (2 - limit) + star * limit / (1 + limit)
        variance = limit * (1 - limit) * spread / (m * n)
        assert (found.auc - limit) ** 2 == pytest.approx(z**2 * variance, abs=1e-9)
    assert found.low <= found.auc <= found.high
    assert found.high - found.low > 0.05


@settings(max_examples=60, deadline=None)
@given(scored(models=1))
def test_logit_interval_is_symmetric_on_its_scale(data):
    y, (score,) = data
    found = auc_ci(y, score, method="logit")
    if found.auc in (0, 1):
        assert math.isnan(found.low) and math.isnan(found.high) and "newcombe" in found.note
        return
    low, middle, high = (math.log(p / (1 - p)) for p in (found.low, found.auc, found.high))
    assert high - middle == pytest.approx(middle - low, abs=1e-6)
    reach = 1.959963984540054 * math.sqrt(found.variance) / (found.auc * (1 - found.auc))
    assert high - middle == pytest.approx(reach, abs=1e-6)


Y = np.array([0, 0, 0, 1, 1, 1])
UP = np.arange(6.0)


def test_identical_and_equivalent_scores_are_no_evidence():
    for other in (UP, np.exp(UP), UP + 0.0):
        found = delong_test(Y, UP, other)
        assert (found.z, found.p_value, found.low, found.high) == (0, 1, 0, 0)
        assert "nothing tells the two apart" in found.note
    mixed = np.array([3.0, 1, 0, 2, 5, 4])
    assert delong_test(Y, mixed, mixed).p_value == 1


def test_equal_aucs_of_different_models_are_tested_as_usual():
    a, b = np.array([0.0, 2, 3, 1, 4, 5]), np.array([0.0, 1, 4, 2, 3, 5])
    found = delong_test(Y, a, b)
    assert found.auc_a == found.auc_b and found.z == 0 and found.p_value == 1
    assert found.high == -found.low > 0 and found.note == ""


def test_difference_without_variance_is_named():
    found = delong_test(Y, UP, np.ones(6))
    assert (found.z, found.p_value) == (math.inf, 0)
    assert delong_test(Y, np.ones(6), UP).z == -math.inf
    assert "variance is 0" in found.note


def test_perfect_separation_is_said_and_newcombe_keeps_a_width():
    found = auc_ci(Y, UP)
    assert (found.auc, found.low, found.high, found.variance) == (1, 1, 1, 0)
    assert "perfectly separated" in found.note and "not certainty" in str(found)
    assert (auc_ci(Y, -UP).auc, auc_ci(Y, -UP).high) == (0, 0)
    score = auc_ci(Y, UP, method="newcombe")
    assert 0 < score.low < 0.8 and score.high == 1 and score.note == ""
    assert auc_ci(Y, -UP, method="newcombe").high == pytest.approx(1 - score.low)


def test_interval_is_clipped_and_says_so():
    found = auc_ci([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6])
    assert found.high == 1 and found.low < found.auc < 1
    assert "clipped" in found.method and "clipped" in str(found)


def test_one_patient_in_a_class_has_an_auc_but_no_variance():
    found = auc_ci([0, 1, 1], [1, 2, 0])
    assert found.auc == 0.5 and math.isnan(found.variance) and math.isnan(found.low)
    assert "single patient" in found.note
    test = delong_test([0, 1, 1], [1, 2, 0], [1, 2, 3])
    assert math.isnan(test.z) and math.isnan(test.p_value) and "single patient" in test.note


def test_many_patients_do_not_overflow():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200_000)
    score = y + rng.normal(size=len(y))
    found = auc_ci(y, score)
    assert found.auc == pytest.approx(roc_auc_score(y, score), abs=1e-12)
    assert found.auc == pytest.approx(0.7602, abs=5 * math.sqrt(found.variance))


@pytest.mark.parametrize(
    ("y", "score", "message"),
    [
        ([0, 1, 1], [0.1, 0.2], r"score has shape \(2,\); expected \(3,\)"),
        ([0, 1, 1], [[0.1, 0.2, 0.3]], r"score has shape \(1, 3\); expected \(3,\)"),
        ([0, 1, 1], [0.1, math.nan, 0.2], "1 NaN and 0 infinite values, the first at position 1"),
        ([0, 1, 1], [0.1, 0.5, math.inf], "0 NaN and 1 infinite"),
        ([1, 1, 1], [0.1, 0.5, 0.6], "3 ones and 0 zeros; expected both classes"),
        ([0, 0, 0], [0.1, 0.5, 0.6], "0 ones and 3 zeros; expected both classes"),
        ([0, 1, 2], [0.1, 0.5, 0.6], r"1 values other than 0 and 1 \(such as 2\)"),
        ([0, 1, math.nan], [0.1, 0.5, 0.6], r"such as nan"),
        (["yes", "no", "no"], [0.1, 0.5, 0.6], "not numbers; expected 0 and 1"),
        ([[0, 1]], [0.1, 0.5], r"y_true has shape \(1, 2\)"),
        ([], [], r"y_true has shape \(0,\)"),
    ],
)
def test_bad_input_is_refused_by_name(y, score, message):
    with pytest.raises(ValueError, match=message):
        auc_ci(y, score)
    with pytest.raises(ValueError, match=message.replace("score has", "score_a has")):
        delong_test(y, score, score)


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="confidence is 95; expected a number between 0 and 1"):
        auc_ci(Y, UP, confidence=95)
    with pytest.raises(ValueError, match="method is 'wald'; expected 'delong', 'logit'"):
        auc_ci(Y, UP, method="wald")
    with pytest.raises(ValueError, match=r"scores has shape \(6,\); expected \(n_models, 6\)"):
        delong_covariance(Y, UP)
    with pytest.raises(ValueError, match=r"scores\[1\] holds 1 NaN"):
        delong_covariance(Y, [UP, np.where(UP == 2, np.nan, UP)])
    with pytest.raises(ValueError, match="score_b has shape"):
        delong_test(Y, UP, UP[:5])
    with pytest.raises(ValueError, match="y_b holds 0 ones"):
        unpaired_test(Y, UP, np.zeros(6), UP)


def test_booleans_lists_and_series_are_taken():
    expected = auc_ci(Y, UP)
    assert auc_ci(Y.astype(bool), UP.tolist()) == expected
    assert auc_ci(pd.Series(Y, index=list("fedcba")), pd.Series(UP)) == expected


@settings(max_examples=60, deadline=None)
@given(scored(models=2), scored(models=2))
def test_unpaired_test_adds_the_variances(first, second):
    (y_a, (a, _)), (y_b, (b, _)) = first, second
    found = unpaired_test(y_a, a, y_b, b)
    one, two = auc_ci(y_a, a), auc_ci(y_b, b)
    if one.variance + two.variance > 0:
        z = (one.auc - two.auc) / math.sqrt(one.variance + two.variance)
        assert found.z == pytest.approx(z, abs=1e-12)
    back = unpaired_test(y_b, b, y_a, a)
    assert back.z == -found.z and back.p_value == found.p_value
