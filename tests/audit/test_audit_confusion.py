"""The search for 2 × 2 tables against brute force, and what Table 2 of the paper determines."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from helpers.audit.confusion import (
    MEASURES,
    Table,
    all_splits,
    deviations,
    exists_share,
    fitting_tables,
    is_cap,
    joint_search,
    limits,
)
from helpers.audit.performance_tables import NEAR, measures_of, read_cohort
from helpers.audit.rounding import print_like
from helpers.published import load_published

TRAINING = {
    "Logit": Table(147, 17, 37, 34),
    "DT": Table(157, 19, 27, 32),
    "SVM": Table(155, 9, 29, 42),
    "NB": Table(160, 27, 24, 24),
}
EXTERNAL = {
    "Logit": Table(47, 5, 0, 10),
    "DT": Table(45, 9, 2, 6),
    "SVM": Table(46, 0, 1, 15),
    "NB": Table(42, 5, 5, 10),
}


@pytest.fixture(scope="module")
def published():
    return load_published()


def cohort(published, name):
    block = published.tables["table2"].cohorts[name]
    return {model: measures_of(cells) for model, cells in block.models.items()}


def printed_measures(table, digits):
    texts = {}
    for name in MEASURES:
        value = table.measure(name)
        if value is not None:
            unit, like = (
                (1, "0." + "0" * (digits + 2)) if name == "f1" else (100, "0." + "0" * digits)
            )
            texts[name] = print_like(unit * value, like)
    return texts


@pytest.mark.parametrize("n", [7, 11, 14])
def test_all_tables_of_small_samples_are_found(n):
    """Against every table of n patients, with measures printed coarsely enough to be ambiguous."""
    rng = np.random.default_rng(n)
    tables = [
        Table(tp, negatives - tn, positives - tp, tn)
        for positives in range(1, n)
        for negatives in [n - positives]
        for tp, tn in product(range(positives + 1), range(negatives + 1))
    ]
    for one in rng.choice(len(tables), 8, replace=False):
        printed = printed_measures(tables[one], digits=0) | {"f1": None}
        inside = limits(printed)
        expected = [
            table
            for table in tables
            if all(
                (value := table.measure(name)) is not None and value in interval
                for name, interval in inside.items()
            )
        ]
        found = joint_search({"m": printed}, all_splits(n))
        assert sorted(table for s in found for table in s.tables["m"]) == sorted(expected)
        assert tables[one] in expected


def test_models_share_their_group_sizes():
    a, b = Table(8, 2, 3, 9), Table(10, 1, 1, 10)
    models = {"a": printed_measures(a, 1), "b": printed_measures(b, 1)}
    found = joint_search(models, all_splits(range(2, 60)))
    assert (11, 11) in [(s.positives, s.negatives) for s in found]
    assert all(s.tables["a"] and s.tables["b"] for s in found)
    each = [
        {(s.positives, s.negatives) for s in joint_search({m: p}, all_splits(range(2, 60)))}
        for m, p in models.items()
    ]
    assert {(s.positives, s.negatives) for s in found} == each[0] & each[1]


def test_swapping_the_positive_class_of_the_svm(published):
    table = TRAINING["SVM"].swapped
    values = {name: float(table.measure(name)) for name in MEASURES}
    assert {name: round(value, 3) for name, value in values.items()} == {
        "recall": 0.824,
        "specificity": 0.842,
        "precision": 0.592,
        "f1": 0.689,
        "accuracy": 0.838,
    }
    assert table.swapped == TRAINING["SVM"]


def test_training_tables_are_recovered_with_no_expansion_as_positive(published):
    reading = read_cohort(published, published.tables["table2"].cohorts["training"])
    assert (reading.positives, reading.negatives) == (184, 51)
    assert reading.positive == "no_expansion" and reading.splits == 1
    assert reading.reading == NEAR and reading.tables == TRAINING and not reading.culprits


@pytest.mark.parametrize("model", TRAINING)
def test_expansion_cannot_be_the_positive_class(published, model):
    printed = cohort(published, "training")[model]
    assert not fitting_tables(printed, 51, 184, capped=True, slack=1)


def test_training_departs_from_print_in_three_last_digits(published):
    found = {
        (model, name)
        for model, printed in cohort(published, "training").items()
        for name in deviations(TRAINING[model], printed)
    }
    assert found == {("DT", "accuracy"), ("DT", "specificity"), ("NB", "precision")}


def test_external_group_sizes_are_determined(published):
    reading = read_cohort(published, published.tables["table2"].cohorts["external"])
    assert (reading.positives, reading.negatives, reading.splits) == (47, 15, 1)
    assert reading.tables == EXTERNAL
    # the three models without a departing digit give the same sizes exactly as printed
    models = {k: v for k, v in cohort(published, "external").items() if k != "NB"}
    exact = joint_search(models, all_splits(62), capped=True)
    assert [(s.positives, s.negatives) for s in exact] == [(47, 15)]


def test_99_9_stands_for_100(published):
    models = cohort(published, "external")
    capped = [
        (model, name, text)
        for model, printed in models.items()
        for name, text in printed.items()
        if is_cap(text)
    ]
    assert len(capped) == 3
    assert not exists_share("99.9", 62)
    assert all(EXTERNAL[model].measure(name) == 1 for model, name, _ in capped)
    assert not joint_search({"SVM": models["SVM"]}, all_splits(62))


def test_exists_share_is_a_search_over_fractions():
    for largest in (20, 62, 700, 1100):
        shares = (Fraction(k, m) for m in range(1, largest + 1) for k in (m - 1, m - 2) if k >= 0)
        expected = any(Fraction(9985, 10000) <= s <= Fraction(9995, 10000) for s in shares)
        assert exists_share("99.9", largest) == expected


def test_search_over_all_sizes_up_to_2000_finds_the_paper_among_few(published):
    models = {k: v for k, v in cohort(published, "training").items() if k in ("Logit", "SVM")}
    splits = all_splits(range(2, 2001))
    found = joint_search(models, splits)
    sizes = {(s.positives, s.negatives) for s in found}
    assert (184, 51) in sizes and len(sizes) < len(splits) / 1000
    assert min(map(sum, sizes)) == 235
    for solution in found[:50]:
        for model, tables in solution.tables.items():
            assert not any(deviations(table, models[model]) for table in tables)


def test_no_solution_is_an_empty_list(published):
    printed = dict(cohort(published, "training")["SVM"], f1="0.200")
    assert joint_search({"SVM": printed}, [(184, 51)]) == []
    assert fitting_tables(printed, 184, 51) == ()
    assert joint_search({"SVM": printed}, np.empty((0, 2), int)) == []
