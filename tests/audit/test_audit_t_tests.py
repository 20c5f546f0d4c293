"""Ranges of t and P against corners, random points, scipy and what the paper prints."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.audit.group_tables import fitting_rows, table_test, three_digit_reading, two_groups
from helpers.audit.t_tests import (
    STUDENT,
    TESTS,
    WELCH,
    TwoGroups,
    check_t,
    df_range,
    grim,
    p_range,
    sd_limits,
    t_range,
)
from helpers.published import MeanRow, load_published

GROUPS = ("no_expansion", "expansion")


@pytest.fixture(scope="module")
def table1():
    return load_published().tables["table1"]


summary = st.tuples(
    st.integers(-300, 300),
    st.integers(-300, 300),
    st.integers(2, 300),
    st.integers(2, 300),
    st.integers(2, 200),
    st.integers(2, 200),
)


@settings(max_examples=60, deadline=None)
@given(summary, st.sampled_from(TESTS), st.integers(0, 10**6))
def test_every_point_of_the_box_lies_in_the_ranges(numbers, test, seed):
    a, b, s, t, m, n = numbers
    printed = [f"{x / 10:.1f}" for x in (a, b, s, t)]
    groups = TwoGroups.printed(tuple(printed[:2]), tuple(printed[2:]), (m, n))
    low, high = t_range(groups, test)
    df_low, df_high = df_range(groups, test)
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([rng.uniform(-1, 1, (30, 4)), list(product((-1, 1), repeat=4))])
    points = np.array([a, b, s, t]) / 10 + 0.05 * offsets
    found = [
        stats.ttest_ind_from_stats(x, u, m, y, v, n, equal_var=test == STUDENT)
        for x, y, u, v in points
    ]
    values = np.array([one.statistic for one in found])
    assert low - 1e-6 <= values.min() and values.max() <= high + 1e-6
    corners = values[30:]
    assert np.isclose(corners.min(), low, atol=1e-6) and np.isclose(corners.max(), high, atol=1e-6)
    p_low, p_high = p_range((low, high), (df_low, df_high))
    p = np.array([one.pvalue for one in found])
    assert p_low - 1e-9 <= p.min() and p.max() <= p_high + 1e-9


def test_degrees_of_freedom_reach_their_largest_inside_the_box():
    groups = TwoGroups.printed(("1.0", "2.0"), ("3.0", "3.1"), (10, 10))
    low, high = df_range(groups)
    grid = np.linspace(2.95, 3.05, 41), np.linspace(3.05, 3.15, 41)
    df = [
        (u**2 / 10 + v**2 / 10) ** 2 / ((u**2 / 10) ** 2 / 9 + (v**2 / 10) ** 2 / 9)
        for u, v in product(*grid)
    ]
    assert np.isclose(low, min(df)) and np.isclose(high, max(df), atol=1e-6)


def test_table_1_is_welch_and_not_student(table1):
    assert table_test(table1, GROUPS) == WELCH
    fits = fitting_rows(table1, GROUPS)
    assert fits == {WELCH: 5, STUDENT: 0}  # the sixth is the diastolic pressure


@pytest.mark.parametrize("name", ["age", "systolic_bp", "gcs", "baseline_volume_ml", "hours_to_ct"])
def test_printed_rows_fit_welch(table1, name):
    row = table1.rows[name]
    groups = two_groups(row, (184, 51), GROUPS)
    assert check_t(groups, row.statistic, row.p, WELCH).fits
    assert not check_t(groups, row.statistic, row.p, STUDENT).fits


def test_diastolic_mean_needs_three_significant_digits(table1):
    row = table1.rows["diastolic_bp"]
    for test in TESTS:
        assert not check_t(
            two_groups(row, (184, 51), GROUPS), row.statistic, row.p, test
        ).statistic_fits
    assert three_digit_reading(table1)
    coarse = two_groups(row, (184, 51), GROUPS, significant=3)
    assert check_t(coarse, row.statistic, row.p, WELCH).fits
    assert not check_t(coarse, row.statistic, row.p, STUDENT).fits


def test_three_digit_reading_needs_its_two_signs(table1):
    raw = table1.model_dump()
    raw["rows"]["sah"]["levels"]["yes"]["no_expansion"] = ("18", "9.8")
    assert not three_digit_reading(type(table1).model_validate(raw))
    raw = table1.model_dump()
    raw["rows"]["systolic_bp"]["values"]["expansion"] = ("181.4", "31.4")
    assert not three_digit_reading(type(table1).model_validate(raw))


def test_volume_row_is_a_t_and_no_chi_square(table1):
    row = table1.rows["baseline_volume_ml"]
    assert isinstance(row, MeanRow) and row.symbol == "χ²" and row.statistic.startswith("-")
    low, high = t_range(two_groups(row, (184, 51), GROUPS))
    assert low < float(row.statistic) < high


@pytest.mark.parametrize("n", [7, 13, 19, 20, 28, 51, 99])
def test_grim_is_the_list_of_possible_means(n):
    means = {f"{float(np.round(total / n + 1e-12, 2)):.2f}" for total in range(0, 5 * n + 1)}
    for hundredth in range(501):
        text = f"{hundredth / 100:.2f}"
        assert grim(text, n) >= (text in means)
        if n < 50 and text not in means:  # halves aside, nothing else exists
            near = [abs(total / n - hundredth / 100) for total in range(0, 5 * n + 1)]
            assert not grim(text, n) or min(near) <= 0.005 + 1e-9


def test_sd_limits_hold_all_scores_of_small_groups():
    for low, high, n in ((0, 3, 5), (3, 6, 4)):
        spreads = {}
        for values in product(range(low, high + 1), repeat=n):
            mean = f"{np.mean(values):.2f}"
            spreads.setdefault(mean, []).append(np.std(values, ddof=1))
        for mean, found in spreads.items():
            least, most = sd_limits(mean, n, low, high, integers=True)
            assert least <= min(found) + 0.02
            assert np.isclose(most, max(found), atol=0.02)
