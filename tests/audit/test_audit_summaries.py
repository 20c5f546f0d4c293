"""Tables and figures of the audit: they say what the checks found."""

import numpy as np
import pytest

from helpers.audit import group_summaries, summaries
from helpers.figures.audit import auc_expectation, t_ranges
from helpers.published import load_published


@pytest.fixture(scope="module")
def published():
    return load_published()


def test_t_table_and_figure_agree(published):
    table = group_summaries.t_test_table(published, "table1").set_index("row")
    ranges = group_summaries.t_deviations(published, "table1")
    reached = ranges[(ranges["low"] <= 0) & (ranges["high"] >= 0)]
    assert set(reached.loc[reached["test"] == "Welch", "row"]) == set(
        table.index[table["Welch fits"] == "yes"]
    )
    figure = t_ranges(ranges)
    assert "Student reaches the printed t of Glasgow Coma Scale" in figure.alt
    assert "Age (years)" in figure.alt and figure.svg().startswith("<svg")


def test_count_table_names_the_tests(published):
    table = group_summaries.count_test_table(published, "table1").set_index("row")
    assert table.loc["Sex", "test of P"] == "Fisher's exact test"
    assert table.loc["History of smoking", "test of χ²"] == "none of these"
    assert (table["test of χ²"] == "χ² with Yates' correction").sum() == 4


def test_hidden_levels_are_listed(published):
    table = group_summaries.hidden_level_table(published, "table1").set_index("row")
    assert table["tables"].to_dict() == {
        "History of smoking": 1,
        "History of drinking": 1,
        "History of diabetes": 0,
    }
    assert tuple(table.loc["History of smoking", ["no_expansion", "expansion"]]) == (1, 0)


def test_sizes_by_model(published):
    table = summaries.size_table(published, "table2").set_index(["cohort", "model"])
    assert table.loc[("training", "Logit"), "as printed"] == "184 + 51"
    assert table.loc[("external", "all"), "last digits off by one"] == "47 + 15"
    assert table.loc[("external", "NB"), "99.9 read as up to 100"] == "none"


def test_both_readings_share_their_accuracy(published):
    table = summaries.two_way_performance(published, "table2", "no expansion", "expansion")
    assert len(table) == 16
    pairs = table.groupby(["cohort", "model"])
    assert (pairs["accuracy"].nunique() == 1).all()
    for _, pair in pairs:
        assert pair["recall"].tolist() == pair["specificity"].tolist()[::-1]
        assert (pair[["tp", "fp", "fn", "tn"]].sum(axis=1).nunique()) == 1


def test_departures_are_listed(published):
    table = summaries.departure_table(published, "table2")
    assert len(table) == 7
    gaps = table["recomputed"].astype(float) - table["published"].astype(float)
    assert gaps.abs().max() < 0.151


def test_standard_errors_stay_below_the_bound(published):
    table = summaries.auc_table(published, "table2")
    upper = table["SE"].str.split(" to ").str[-1].astype(float)
    assert (upper < table["largest SE"]).all() and table["ratio"].between(0.4, 1.2).all()
    assert table.set_index(["cohort", "model"])["ratio"].idxmin() == ("external", "SVM")


def test_pairs_are_listed(published):
    table = summaries.pair_table(published, "table3")
    assert len(table) == 12
    assert table.set_index(["cohort", "pair"]).loc[("external", "SVM vs DT"), "P from Z"] == (
        "<0.0001"
    )


def test_expectation_figure_states_its_numbers():
    aucs = {"0.844": np.linspace(0.5, 1, 1001), "0.8": np.linspace(0.4, 0.9, 501)}
    figure = auc_expectation(aucs, 0.994)
    assert "0.844: middle 95% from 0.512 to 0.988" in figure.alt and "0.994" in figure.alt
    assert figure.svg().startswith("<svg")
