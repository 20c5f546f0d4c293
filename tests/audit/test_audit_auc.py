"""AUC arithmetic against dense sampling, simulation and this book's own DeLong."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from helpers.audit.auc import (
    auc_limits,
    hanley_mcneil_se,
    implied_correlation,
    largest_se,
    one_point_auc,
    p_from_z,
    possible_aucs,
    read_ci,
    z_from_p,
)
from helpers.audit.chance import probability_of_auc, simulated_aucs
from helpers.audit.pair_tables import correlations
from helpers.audit.performance_tables import read_cohort
from helpers.audit.rounding import rounding_interval
from helpers.published import load_published
from helpers.statistics.roc import auc_ci


@pytest.fixture(scope="module")
def published():
    return load_published()


@pytest.mark.parametrize("seed", range(6))
def test_se_is_read_back_from_a_printed_interval(seed):
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [60, 30])
    found = auc_ci(y, rng.normal(y * 1.2))
    texts = [f"{value:.3f}" for value in (found.auc, found.low, found.high)]
    ci = read_ci(*texts)
    assert ci.standard_error[0] <= np.sqrt(found.variance) <= ci.standard_error[1]
    assert ci.symmetric and not ci.cut


def test_cut_interval_uses_its_lower_half(published):
    cells = published.tables["table2"].cohorts["external"].models["SVM"]
    ci = read_ci(cells.auc, cells.auc_low, cells.auc_high)
    assert ci.cut
    assert ci.standard_error[0] < (0.994 - 0.982) / 1.959964 < ci.standard_error[1]


def test_moved_bound_is_no_centre():
    assert not read_ci("0.796", "0.718", "0.837").symmetric


def test_hanley_mcneil_is_the_se_of_exponential_scores():
    """Their formula is exact for exponential scores: compare with simulated ones."""
    auc, m, n = 0.8, 25, 40
    ratio = auc / (1 - auc)
    rng = np.random.default_rng(1)
    draws = 4000
    a = rng.exponential(ratio, (draws, m))
    b = rng.exponential(1.0, (draws, n))
    areas = (a[:, :, None] > b[:, None, :]).mean(axis=(1, 2))
    assert abs(areas.mean() - auc) < 4 * areas.std() / np.sqrt(draws)
    assert np.isclose(areas.std(), hanley_mcneil_se(auc, m, n), rtol=4 / np.sqrt(2 * draws))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 20), st.integers(3, 20))
def test_delong_never_exceeds_the_largest_se(seed, m, n):
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [m, n])
    found = auc_ci(y, rng.integers(0, 6, m + n) + rng.integers(0, 3) * y)
    assert np.sqrt(found.variance) <= largest_se(found.auc, m, n) + 1e-12


@pytest.mark.parametrize("z", ["1.145", "-0.777", "2.519", "0.00", "0.3", "12.1"])
def test_p_of_a_z(z):
    low, high = p_from_z(z)
    grid = np.linspace(*rounding_interval(z).floats, 2001)
    p = 2 * stats.norm.sf(np.abs(grid))
    assert np.isclose(low, p.min(), rtol=1e-9) and np.isclose(high, p.max(), rtol=1e-3)


@pytest.mark.parametrize("p", ["0.041", "0.252", "<0.001", "1.000"])
def test_z_of_a_p_goes_back(p):
    low, high = z_from_p(p)
    interval = rounding_interval(p).clipped(0, 1).floats
    assert np.isclose(2 * stats.norm.sf(low), interval[1], atol=1e-12)
    assert np.isclose(2 * stats.norm.sf(high), interval[0], atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.55, 0.95),
    st.floats(0.55, 0.95),
    st.floats(0.01, 0.1),
    st.floats(0.01, 0.1),
    st.floats(0.05, 4),
)
def test_correlation_range_is_that_of_the_box(a, b, s, t, z):
    texts = f"{a:.3f}", f"{b:.3f}"
    ranges = (s, s * 1.1), (t, t * 1.1)
    found = implied_correlation(*texts, *ranges, f"{z:.3f}")
    intervals = [rounding_interval(text).floats for text in (*texts, f"{z:.3f}")]
    grid = product(
        *[np.linspace(*ends, 3) for ends in intervals[:2]],
        np.linspace(*intervals[2], 3),
        *[np.linspace(*ends, 9) for ends in ranges],
    )
    r = [(u * u + v * v - ((x - y) / w) ** 2) / (2 * u * v) for x, y, w, u, v in grid]
    scale = max(1, abs(min(r)))
    assert found[0] <= min(r) + 1e-9 * scale and max(r) <= found[1] + 1e-9 * scale
    if abs(a - b) > 0.002:  # nearer, the rounded difference may be zero, which a grid misses
        assert np.isclose(found[0], min(r), rtol=0.05, atol=0.05)
        assert np.isclose(found[1], max(r), rtol=0.05, atol=0.05)


def test_a_z_that_may_be_zero_tells_nothing():
    assert implied_correlation("0.8", "0.7", (0.03, 0.04), (0.03, 0.04), "0.0") is None


def test_all_correlations_of_table_3_are_possible(published):
    found = correlations(published, "table3")
    assert len(found) == 12
    assert all(-1 <= low <= high <= 1 for low, high in found.values())


def test_auc_limits_hold_every_curve_through_the_point():
    rng = np.random.default_rng(3)
    for _ in range(200):
        y = np.repeat([1, 0], rng.integers(2, 12, 2))
        score = rng.normal(y * rng.uniform(-1, 3))
        cut = rng.choice(score)
        sensitivity = (score[y == 1] >= cut).mean()
        specificity = (score[y == 0] < cut).mean()
        low, high = auc_limits(sensitivity, specificity)
        assert low - 1e-12 <= roc_auc_score(y, score) <= high + 1e-12
        point = roc_auc_score(y, score >= cut)
        assert np.isclose(one_point_auc(sensitivity, specificity), point)


def test_external_tree_has_the_auc_of_one_operating_point(published):
    block = published.tables["table2"].cohorts["external"]
    tables = read_cohort(published, block).tables
    values = {
        name: one_point_auc(*(float(tables[name].measure(m)) for m in ("recall", "specificity")))
        for name in tables
    }
    assert [name for name, v in values.items() if f"{v:.3f}" == block.models[name].auc] == ["DT"]


def test_text_and_table_disagree_on_an_auc_and_its_interval_supports_the_table(published):
    text = published.number("text", "external: Logit", "auc").printed
    cells = published.tables["table2"].cohorts["external"].models["Logit"]
    assert (text, cells.auc) == ("0.879", "0.878")
    assert not set(possible_aucs(text, 15, 47)) & set(possible_aucs(cells.auc, 15, 47))
    low, high = read_ci(cells.auc, cells.auc_low, cells.auc_high).centre
    assert any(low <= value <= high for value in possible_aucs(cells.auc, 15, 47))
    assert not any(low <= value <= high for value in possible_aucs(text, 15, 47))


def test_possible_aucs_are_multiples_of_half_a_pair():
    y = np.repeat([1, 0], [3, 4])
    rng = np.random.default_rng(0)
    for _ in range(50):
        auc = roc_auc_score(y, rng.integers(0, 4, 7))
        assert any(abs(float(value) - auc) < 1e-9 for value in possible_aucs(f"{auc:.2f}", 3, 4))


def test_surprise_is_the_binomial_share_of_simulated_aucs():
    found = probability_of_auc("0.85", simulated_aucs(0.8, 12, 20, draws=20000, seed=1))
    rng = np.random.default_rng(2)
    gap = np.sqrt(2) * stats.norm.ppf(0.8)
    a, b = rng.normal(gap, 1, (20000, 12)), rng.normal(0, 1, (20000, 20))
    areas = (a[:, :, None] > b[:, None, :]).mean(axis=(1, 2))
    share = (areas >= 0.845).mean()
    error = np.sqrt(2 * share * (1 - share) / 20000)
    assert abs(found.probability - share) < 4 * error
    assert np.isclose(
        found.standard_error, np.sqrt(found.probability * (1 - found.probability) / 20000)
    )


def test_external_0_994_is_improbable_given_training(published):
    table = published.tables["table2"]
    cells = {name: table.cohorts[name].models["SVM"] for name in ("training", "external")}
    reading = read_cohort(published, table.cohorts["external"])
    ci = read_ci(cells["training"].auc, cells["training"].auc_low, cells["training"].auc_high)
    arguments = (reading.negatives, reading.positives)
    error = ci.standard_error[1]
    exact = probability_of_auc(cells["external"].auc, simulated_aucs(0.844, *arguments))
    spread = probability_of_auc(cells["external"].auc, simulated_aucs(0.844, *arguments, error))
    assert exact.probability <= spread.probability < 0.005
