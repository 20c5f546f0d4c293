"""Group tests against base R (tests/reference/group_tests), brute force and properties."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.statistics import group_tests
from helpers.statistics.exact_tables import exact_p_value

REFERENCE = Path(__file__).parents[1] / "reference" / "group_tests"
LOCATION = [[150, 35], [13, 9], [15, 5], [6, 2]]
SMOKING = [[1, 0], [122, 35], [61, 16]]


def _tables() -> dict[str, np.ndarray]:
    cells = pd.read_csv(REFERENCE / "tables.csv")
    return {
        case: part.pivot(index="row", columns="column", values="count").to_numpy()
        for case, part in cells.groupby("case")
    }


def _samples() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    values = pd.read_csv(REFERENCE / "samples.csv")
    return {
        case: tuple(part.loc[part["group"] == group, "value"].to_numpy() for group in "ab")
        for case, part in values.groupby("case")
    }


TABLES, SAMPLES = _tables(), _samples()
TABLE_RESULTS = pd.read_csv(REFERENCE / "table_results.csv")
SAMPLE_RESULTS = pd.read_csv(REFERENCE / "sample_results.csv")


def _cases(results: pd.DataFrame, test: str):
    chosen = results[results["test"] == test]
    return [pytest.param(row, id=row.case) for row in chosen.itertuples()]


def _same(found, expected, tolerance=1e-10):
    for name in ("statistic", "df", "p_value"):
        assert getattr(found, name) == pytest.approx(
            getattr(expected, name), rel=tolerance, abs=tolerance, nan_ok=True
        ), name


@pytest.mark.parametrize("expected", _cases(SAMPLE_RESULTS, "welch"))
def test_welch_equals_r(expected):
    _same(group_tests.welch_t(*SAMPLES[expected.case]), expected)


@pytest.mark.parametrize("expected", _cases(SAMPLE_RESULTS, "student"))
def test_student_equals_r(expected):
    _same(group_tests.student_t(*SAMPLES[expected.case]), expected)


@pytest.mark.parametrize("expected", _cases(SAMPLE_RESULTS, "mann-whitney"))
def test_mann_whitney_equals_r(expected):
    _same(group_tests.mann_whitney(*SAMPLES[expected.case]), expected)


@pytest.mark.parametrize("expected", _cases(TABLE_RESULTS, "chi-square"))
def test_chi_square_equals_r(expected):
    _same(group_tests.chi_square(TABLES[expected.case], correction=False), expected)


@pytest.mark.parametrize("expected", _cases(TABLE_RESULTS, "chi-square corrected"))
def test_chi_square_with_correction_equals_r(expected):
    _same(group_tests.chi_square(TABLES[expected.case]), expected)


@pytest.mark.parametrize("expected", _cases(TABLE_RESULTS, "fisher"))
def test_fisher_equals_r(expected):
    found = group_tests.fisher_exact(TABLES[expected.case])
    assert found.p_value == pytest.approx(expected.p_value, rel=1e-9)
    # R solves for the odds ratio to about four digits
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-3, nan_ok=True)


def test_t_from_summary_is_t_of_the_values():
    a, b = SAMPLES["normal"]
    summary = (a.mean(), a.std(ddof=1), len(a), b.mean(), b.std(ddof=1), len(b))
    _same(group_tests.welch_t_from_summary(*summary), group_tests.welch_t(a, b), 1e-12)
    _same(group_tests.student_t_from_summary(*summary), group_tests.student_t(a, b), 1e-12)


def _brute_force(table) -> float:
    """Sum over every table with the observed margins, one cell at a time."""
    table = np.asarray(table)
    rows, columns = table.sum(axis=1), table.sum(axis=0)

    def log_probability(cells):
        cells = np.asarray(cells).ravel()
        return -sum(math.lgamma(cell + 1) for cell in cells)

    everything = []
    free = [range(min(r, c) + 1) for r in rows[:-1] for c in columns[:-1]]
    for chosen in itertools.product(*free):
        inner = np.array(chosen).reshape(len(rows) - 1, len(columns) - 1)
        filled = np.column_stack([inner, rows[:-1] - inner.sum(axis=1)])
        filled = np.vstack([filled, columns - filled.sum(axis=0)])
        if (filled >= 0).all():
            everything.append(log_probability(filled))
    weights = np.exp(np.array(everything) - max(everything))
    limit = math.exp(log_probability(table) - max(everything)) * (1 + 1e-7)
    return weights[weights <= limit].sum() / weights.sum()


@st.composite
def small_tables(draw):
    shape = draw(st.sampled_from([(2, 2), (2, 3), (3, 2), (3, 3), (4, 2), (2, 5)]))
    table = draw(hnp.arrays(int, shape, elements=st.integers(0, 4)))
    assume((table.sum(axis=0) > 0).all() and (table.sum(axis=1) > 0).all())
    return table


@settings(max_examples=60, deadline=None)
@given(small_tables())
def test_exact_p_value_is_that_of_full_enumeration(table):
    assert exact_p_value(table) == pytest.approx(_brute_force(table), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(small_tables(), st.randoms(use_true_random=False))
def test_table_tests_ignore_the_order_of_rows_and_columns(table, random):
    rows, columns = (random.sample(range(size), size) for size in table.shape)
    other = table[np.ix_(rows, columns)].T
    assert group_tests.chi_square(other).p_value == pytest.approx(
        group_tests.chi_square(table).p_value, abs=1e-12
    )
    assert exact_p_value(other) == pytest.approx(exact_p_value(table), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(float, st.integers(2, 20), elements=st.integers(-50, 50)),
    hnp.arrays(float, st.integers(2, 20), elements=st.integers(-50, 50)),
)
def test_swapped_groups_turn_the_sign_only(a, b):
    assume(np.ptp(a) + np.ptp(b) > 0)
    for test in (group_tests.welch_t, group_tests.student_t):
        there, back = test(a, b), test(b, a)
        assert there.statistic == pytest.approx(-back.statistic)
        assert there.p_value == pytest.approx(back.p_value)
    there, back = group_tests.mann_whitney(a, b), group_tests.mann_whitney(b, a)
    assert there.statistic + back.statistic == len(a) * len(b)
    assert there.p_value == pytest.approx(back.p_value)


def test_monte_carlo_estimate_lies_within_its_error_of_the_exact_value():
    estimate = group_tests.fisher_monte_carlo(LOCATION, draws=40_000, seed=3)
    exact = group_tests.fisher_exact(LOCATION).p_value
    assert 0 < estimate.standard_error < 0.002
    assert abs(estimate.p_value - exact) < 4 * estimate.standard_error
    again = group_tests.fisher_monte_carlo(LOCATION, draws=40_000, seed=3)
    assert again.p_value == estimate.p_value


def test_a_table_too_large_is_refused_and_the_way_out_is_named():
    large = np.random.default_rng(0).poisson(60, (6, 5)) + 1
    with pytest.raises(ValueError, match=r"too large.*fisher_monte_carlo"):
        group_tests.fisher_exact(large)


def test_the_rule_falls_back_to_a_named_monte_carlo_test():
    large = np.random.default_rng(0).poisson(60, (6, 5)) + 1
    large[0] = [1, 0, 0, 0, 0]
    found = group_tests.choose_table_test(large)
    assert "Monte Carlo" in found.test
    assert found.standard_error > 0


def test_printed_tests_of_the_paper():
    """Table 1 of Liu & He 2025: SAH by the rule, smoking by the chi-square it declares."""
    sah = group_tests.choose_table_test([[18, 15], [166, 36]])
    assert (round(sah.statistic, 3), round(sah.p_value, 3)) == (11.172, 0.001)
    location = group_tests.choose_table_test(LOCATION)
    assert location.test == "Fisher-Freeman-Halton exact test"
    assert round(location.p_value, 3) == 0.106
    smoking = group_tests.choose_table_test(SMOKING, "chi-square")
    assert (round(smoking.statistic, 3), round(smoking.p_value, 3)) == (0.348, 0.840)


@pytest.mark.parametrize(
    ("table", "test"),
    [
        ([[20, 20], [20, 20]], "chi-square test with Yates' correction"),
        ([[20, 20], [4, 4]], "Fisher's exact test"),
        ([[20, 20], [20, 20], [20, 20]], "chi-square test"),
        # one of eight expected counts below 5, none below 1: within Cochran's 20%
        ([[20, 14], [20, 14], [20, 14], [6, 4]], "chi-square test"),
        ([[20, 20], [20, 20], [20, 20], [20, 20], [20, 20], [1, 0]], "Fisher-Freeman-Halton"),
        (SMOKING, "Fisher-Freeman-Halton exact test"),
    ],
)
def test_rule_for_tables(table, test):
    assert group_tests.choose_table_test(table).test.startswith(test)


def test_choice_counts_levels_itself():
    a, b = ["x"] * 30 + ["y"] * 12, ["y"] * 20 + ["x"] * 11
    found = group_tests.choose_test(a, b, kind="categorical")
    assert found == group_tests.chi_square([[30, 11], [12, 20]])


@pytest.mark.parametrize(
    ("kind", "test", "name"),
    [
        ("continuous", "auto", "Welch's t test"),
        ("continuous", "student", "Student's t test"),
        ("continuous", "mann-whitney", "Mann-Whitney U test"),
        ("binary", "fisher", "Fisher's exact test"),
        ("binary", "chi-square", "chi-square test with Yates' correction"),
    ],
)
def test_choice_as_asked_for(kind, test, name):
    a, b = [0, 1, 0, 1, 1], [0, 0, 0, 1]
    assert group_tests.choose_test(a, b, kind=kind, test=test).test == name


@pytest.mark.parametrize(
    ("a", "b", "kind", "why"),
    [
        ([1, 1], [1, 1, 1], "continuous", "no spread"),
        ([1, 1], [2, 2], "continuous", "no spread"),
        ([1], [1, 2], "continuous", "too few"),
        ([], [1, 2], "continuous", "too few"),
        (["a"], ["a", "a"], "categorical", "one level"),
        ([], ["a", "b"], "binary", "without values"),
    ],
)
def test_what_cannot_be_tested_says_why(a, b, kind, why):
    found = group_tests.choose_test(a, b, kind=kind)
    assert found.test.startswith("not tested") and why in found.test
    assert math.isnan(found.p_value) and math.isnan(found.statistic)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: group_tests.welch_t([1, np.nan], [1, 2]), "group a holds 1 values"),
        (lambda: group_tests.welch_t([1, 2], [1]), "group b holds 1 values.*>= 2"),
        (lambda: group_tests.welch_t([2, 2], [2, 2]), "constant"),
        (lambda: group_tests.student_t([1], [2]), "at least 3 together"),
        (lambda: group_tests.welch_t_from_summary(1, -1, 5, 1, 1, 5), "group a.*SD >= 0"),
        (lambda: group_tests.welch_t_from_summary(1, 1, 5, 1, 1, 4.5), "group b.*whole number"),
        (lambda: group_tests.mann_whitney([1, 1], [1]), "all values are equal"),
        (lambda: group_tests.mann_whitney([[1, 1]], [1]), r"group a has shape \(1, 2\)"),
        (lambda: group_tests.chi_square([[1, 2], [0, 0]]), "row 2 of the table is empty"),
        (lambda: group_tests.fisher_exact([[1, 0], [2, 0]]), "column 2 of the table is empty"),
        (lambda: group_tests.chi_square([[1, -2], [3, 4]]), "whole counts"),
        (lambda: group_tests.chi_square([[1, np.nan], [3, 4]]), "whole counts"),
        (lambda: group_tests.fisher_exact([[1.5, 2], [3, 4]]), "whole counts"),
        (lambda: group_tests.chi_square([1, 2, 3]), "at least 2 rows"),
        (lambda: group_tests.fisher_monte_carlo(LOCATION, draws=0), "at least 1"),
        (lambda: group_tests.choose_test([1], [2], kind="ordinal"), "kind is 'ordinal'"),
        (lambda: group_tests.choose_test([1, 2], [2, 3], test="fisher"), "continuous variable"),
        (lambda: group_tests.choose_test([1], [2], kind="binary", test="welch"), "binary variable"),
        (lambda: group_tests.choose_test([None], ["a"], kind="binary"), "1 blank"),
        (lambda: group_tests.choose_table_test(LOCATION, "welch"), "test is 'welch'"),
    ],
)
def test_bad_input_says_which_found_and_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()
