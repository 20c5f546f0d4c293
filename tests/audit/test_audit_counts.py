"""Tests of counts and hidden levels against brute force and what the paper prints."""

from itertools import product

import pytest
from scipy import stats

from helpers.audit.count_rows import find_hidden, full_table, printed_counts
from helpers.audit.counts import (
    FISHER,
    FREEMAN_HALTON,
    YATES,
    hidden_levels,
    implied_df,
    match_tests,
    possible_counts,
)
from helpers.audit.rounding import rounding_interval
from helpers.published import load_published

GROUPS, SIZES = ("no_expansion", "expansion"), (184, 51)


@pytest.fixture(scope="module")
def table1():
    return load_published().tables["table1"]


def matched(table1, name):
    row = table1.rows[name]
    return match_tests(full_table(row, SIZES, GROUPS), row.statistic, row.p)


@pytest.mark.parametrize("name", ["antithrombotic", "ivh", "sah"])
def test_statistic_and_p_are_yates(table1, name):
    match = matched(table1, name)
    assert match.statistic == (YATES,) and YATES in match.p


def test_sex_has_the_p_of_fisher_beside_the_statistic_of_yates(table1):
    match = matched(table1, "sex")
    assert match.statistic == (YATES,) and match.p == (FISHER,)


def test_location_is_freeman_halton(table1):
    assert matched(table1, "location").p == (FREEMAN_HALTON,)


def test_diabetes_has_the_p_of_a_yates_statistic_of_zero(table1):
    match = matched(table1, "diabetes")
    assert match.statistic == () and match.p == (YATES,)
    assert match.values[YATES] == (pytest.approx(0, abs=1e-12), pytest.approx(1))
    counts = printed_counts(table1.rows["diabetes"], GROUPS)
    assert not hidden_levels(counts, SIZES, "0.001") and not hidden_levels(
        counts, SIZES, "0.001", 3
    )


@pytest.mark.parametrize("name", ["smoking", "drinking"])
def test_one_patient_has_a_third_level(table1, name):
    row = table1.rows[name]
    assert matched(table1, name).statistic == () and implied_df(row.statistic, row.p) == [2]
    found = find_hidden(row, SIZES, GROUPS)
    assert len(found) == 1 and found[0].smallest == (1, 0)
    yes = printed_counts(row, GROUPS)[0]
    table = [yes, *found[0].levels]
    assert [sum(column) for column in zip(*table, strict=True)] == list(SIZES)
    result = stats.chi2_contingency(table, correction=False)
    assert f"{result.statistic:.3f}" == row.statistic and f"{result.pvalue:.3f}" == row.p


@pytest.mark.parametrize(("statistic", "unprinted"), [("1.1", 2), ("3.9", 2), ("2.4", 3)])
def test_hidden_levels_are_all_there_are(statistic, unprinted):
    printed, sizes = ((4, 2),), (9, 6)
    rest = (5, 4)
    low, high = rounding_interval(statistic).floats
    expected = set()
    cells = [list(product(range(rest[0] + 1), range(rest[1] + 1)))] * (unprinted - 1)
    for levels in product(*cells):
        last = tuple(rest[g] - sum(level[g] for level in levels) for g in (0, 1))
        every = [*levels, last]
        if min(last) < 0 or any(sum(level) == 0 for level in every):
            continue
        value = stats.chi2_contingency([*printed, *every], correction=False).statistic
        if low <= value <= high:
            expected.add(tuple(sorted(every)))
    found = hidden_levels(printed, sizes, statistic, unprinted)
    assert {one.levels for one in found} == expected and expected


def test_hidden_levels_refuse_what_cannot_be():
    with pytest.raises(ValueError, match="no fewer than their printed counts"):
        hidden_levels(((10, 2),), (9, 6), "1.0")
    with pytest.raises(ValueError, match="unprinted is 4"):
        hidden_levels(((4, 2),), (9, 6), "1.0", 4)


@pytest.mark.parametrize("df", [1, 2, 3, 5])
@pytest.mark.parametrize("statistic", [0.4, 1.7, 5.2, 11.3])
def test_degrees_of_freedom_of_a_statistic_and_its_p(df, statistic):
    p = stats.chi2.sf(statistic, df)
    assert df in implied_df(f"{statistic:.3f}", f"{p:.4f}")


@pytest.mark.parametrize("size", [3, 51, 184, 1000])
def test_possible_counts_are_those_that_round_to_the_percentage(size):
    for share in ("0.0", "9.78", "33.3", "66.6", "68.5", "100.0"):
        low, high = rounding_interval(share).floats
        expected = [n for n in range(size + 1) if low - 1e-9 <= 100 * n / size <= high + 1e-9]
        assert possible_counts(share, size) == expected


def test_empty_levels_match_nothing():
    assert match_tests(((5, 3), (0, 0)), "0.1", "0.5").values == {}
