"""Statuses of every printed number, planted errors, and how many misprints are caught."""

from pathlib import Path

import pandas as pd
import pytest

import helpers
from helpers.audit import STATUSES, audit, audit_file, filtered_images, reasons
from helpers.audit.mutation import catch_rates, catch_table, changed_digits, with_number
from helpers.errors import DataError
from helpers.published import DEFAULT, Published, load_published

PLANTED_FILE = Path(helpers.__file__).parent / "examples" / "planted.yaml"
# Where the fourteen errors stand, and what stood there before.
PLANTED = {
    ("abstract", "development: Forest", "auc"): "0.861",
    ("text", "cohort: development", "n"): "137",
    ("table1", "age", "event: mean"): "71.8",
    ("table1", "score", "p"): "0.001",
    ("table1", "crp", "event: sd"): "7.5",
    ("table1", "male: yes", "event: %"): "65.9",
    ("table1", "fibrillation", "statistic"): "8.15",
    ("table1", "diabetes: yes", "event_free: n"): "20",
    ("table1", "side: right", "event: n"): "14",
    ("table2", "development: Score", "f1"): "0.639",
    ("table2", "development: Forest", "specificity"): "85.4",
    ("table2", "development: Network", "auc_high"): "0.873",
    ("table3", "development: Forest vs Network", "p"): "0.081",
    ("table3", "development: Network vs Score", "z"): "-0.172",
}


@pytest.fixture(scope="module")
def published():
    return load_published()


@pytest.fixture(scope="module")
def ledger(published):
    return audit(published).set_index(["table", "row", "column"])


def marked(ledger, status):
    return set(ledger.index[ledger["status"] == status])


def test_every_number_has_one_known_status(published, ledger):
    assert len(ledger) == len(published.numbers) and ledger.index.is_unique
    assert set(ledger["status"]) <= set(STATUSES)
    assert (ledger.loc[ledger["status"].isin(STATUSES[:4]), "reason"] != "").all()


def test_what_is_inconsistent(ledger):
    assert marked(ledger, "inconsistent") == {
        ("text", "software: pyradiomics", "version"),
        ("text", "external: Logit", "auc"),
        ("table2", "training: DT", "accuracy"),
        ("table3", "training: Logit vs DT", "z"),
        ("table3", "training: Logit vs DT", "p"),
    }


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (("table1", "sex: male", "expansion: %"), "34 of 51 is 66.67%, cut off"),
        (("table1", "location: lobar", "expansion: %"), "add up to 100%"),
        (("table1", "location: brainstem", "no_expansion: %"), "add up to 100%"),
        (("table1", "diastolic_bp", "expansion: mean"), "three significant digits"),
        (("table1", "sex", "p"), "Fisher's exact test gives 0.8656, while the statistic"),
        (("table1", "smoking", "statistic"), "one of 1 and 0 patients"),
        (("table1", "drinking", "p"), "2 degrees of freedom"),
        (("table1", "diabetes", "statistic"), "smallest number above zero"),
        (("table1", "baseline_volume_ml", "statistic"), "never negative"),
        (("table2", "training: DT", "specificity"), "rounded twice"),
        (("table2", "training: NB", "precision"), "cut off"),
        (("table2", "external: NB", "precision"), "cut off"),
        (("table2", "external: Logit", "recall"), "give 100, printed as 99.9"),
        (("table2", "external: SVM", "precision"), "give 100, printed as 99.9"),
        (("table2", "external: SVM", "specificity"), "give 100, printed as 99.9"),
        (("table2", "external: SVM", "auc_high"), "end above 1"),
        (("abstract", "external: SVM", "precision"), "give 100, printed as 99.9"),
        (("table3", "training: SVM vs DT", "p"), "cut off"),
        (("table3", "training: SVM vs NB", "p"), "cut off"),
    ],
)
def test_what_is_explained_and_how(ledger, key, reason):
    assert ledger.loc[key, "status"] == "explained"
    assert reason in ledger.loc[key, "reason"]


def test_nothing_else_is_explained(ledger):
    assert len(marked(ledger, "explained")) == 22


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (("text", "features: total", "n"), "14 + 18 + 75 + 1581 = 1688"),
        (("text", "features: higher-order", "n"), "17 filtered images"),
        (("text", "cohort: training", "n"), "the groups hold 235"),
        (("table1", "location", "p"), "Fisher-Freeman-Halton"),
        (("table1", "ivh", "statistic"), "Yates"),
        (("table1", "sah: yes", "no_expansion: %"), "18 of 184 is 9.783%"),
        (("table2", "training: SVM", "precision"), "TP 155, FP 9, FN 29, TN 42"),
        (("abstract", "training: SVM", "auc"), "Table 2 prints 0.844"),
        (("text", "discussion: clinical variables", "n"), "P < 0.05: 2"),
        (("text", "baseline: other variables", "p"), "said of 12 numbers"),
    ],
)
def test_what_is_reproduced(ledger, key, reason):
    assert ledger.loc[key, "status"].startswith("reproduced")
    assert reason in ledger.loc[key, "reason"]


def test_what_the_page_cannot_tell(ledger):
    assert marked(ledger, "needs patient data") == {("text", "features: stable", "n")}
    assert ledger.loc[("text", "features: stable", "n"), "reason"].startswith("see chapter 4")
    assert ("text", "readers", "n") in marked(ledger, "not checkable from print")
    assert ledger.loc[("text", "software: R", "version"), "status"] == "consistent within rounding"


def test_feature_images():
    assert filtered_images(93, 1581) == 17
    assert filtered_images(93, 1580).denominator != 1


def test_reasons_are_those_of_marked_numbers(published, ledger):
    found = reasons(published)
    assert set(found) == marked(ledger, "explained") | marked(ledger, "inconsistent")


def test_all_planted_errors_are_found():
    published = load_published(PLANTED_FILE)
    inconsistent = marked(audit(published).set_index(["table", "row", "column"]), "inconsistent")
    assert set(PLANTED) <= inconsistent
    # beside them only cells that the same arithmetic cannot tell from the planted one
    rows = {key[:2] for key in PLANTED}
    assert {key[:2] for key in inconsistent} == rows
    for row in ("male: yes", "diabetes: yes", "side: right", "score", "fibrillation"):
        assert sum(key[1] == row for key in inconsistent) == 1


def test_nothing_is_found_before_errors_are_planted():
    published = load_published(PLANTED_FILE)
    for key, text in PLANTED.items():
        published = with_number(published, key, text)
    assert not set(audit(published)["status"]) & {"inconsistent", "explained"}


@pytest.mark.parametrize("key", PLANTED)
def test_each_planted_error_is_found_alone(key):
    published = load_published(PLANTED_FILE)
    planted = published.number(*key).printed
    for place, text in PLANTED.items():
        published = with_number(published, place, text)
    ledger = audit(with_number(published, key, planted)).set_index(["table", "row", "column"])
    assert key in marked(ledger, "inconsistent")


def test_report_reads_and_counts():
    report = audit_file(PLANTED_FILE)
    assert isinstance(report.ledger, pd.DataFrame) and str(report) == report.text
    for part in ("87 printed numbers", "Inconsistent", "- table1, score, p: 0.010", "TP 31"):
        assert part in report.text
    assert "47 positive and 15 negative" in audit_file(DEFAULT).text


def test_one_number_is_changed_and_no_other(published):
    for number in published.numbers[::7]:
        last = str((int(number.printed[-1]) + 1) % 10)
        changed = with_number(published, number.key, number.printed[:-1] + last)
        different = [
            new.key
            for old, new in zip(published.numbers, changed.numbers, strict=True)
            if old.printed != new.printed
        ]
        assert different == [number.key]
    with pytest.raises(KeyError):
        with_number(published, ("table1", "height", "p"), "1")


def test_every_digit_is_changed_once(published):
    changes = list(changed_digits(published))
    digits = sum(sign.isdigit() for number in published.numbers for sign in number.printed)
    assert len(changes) == digits
    assert all(text != changed and len(text) == len(changed) for _, text, _, changed in changes)


def test_most_misprints_are_caught(published):
    """One digit in eight of the three tables; chapter 8 changes them all."""
    caught = catch_table(published, ("table1", "table2", "table3"), step=8)
    rates = catch_rates(caught).set_index("table")
    assert rates.loc["all", "digits"] == len(caught) > 70
    assert rates.loc["all", "caught (%)"] > 80
    assert caught.loc[caught["place"] >= 2, "caught"].mean() > 0.85


def test_the_file_shown_in_the_reference_is_one(tmp_path):
    page = Path(__file__).resolve().parents[2] / "book" / "reference" / "audit.md"
    text = page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    file = tmp_path / "shown.yaml"
    file.write_text(text, encoding="utf-8")
    ledger = audit_file(file).ledger
    assert not set(ledger["status"]) & {"inconsistent", "explained"}


KINDS = {
    "statements": {
        "kind": "statements",
        "rows": {"a": {"n": {"printed": "3.1.2", "place": "text", "meaning": "a version"}}},
    },
    "groups": {
        "kind": "groups",
        "place": "Table 1",
        "cohort": "all",
        "sizes": {"a": "20", "b": "10"},
        "rows": {
            "x": {
                "kind": "mean",
                "meaning": "x",
                "values": {"a": ["1.0", "0.0"], "b": ["1.0", "0.0"]},
            },
            "y": {
                "kind": "count",
                "meaning": "y",
                "levels": {"yes": {"a": ["0", "0.0"], "b": ["0", "0.0"]}},
                "p": "1.000",
            },
        },
    },
    "performance": {
        "kind": "performance",
        "place": "Table 2",
        "cohorts": {"all": {"n": "30", "models": {"m": {"auc": "0.9"}, "n": {"auc": "0.8"}}}},
    },
    "pairs": {
        "kind": "pairs",
        "place": "Table 3",
        "cohorts": {"all": {"m vs n": {"z": "0.000", "p": "1.000"}}},
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_table_stands_alone(kind):
    """A bare table of each kind, with nothing optional and with values at the edge."""
    paper = {"citation": "made up", "groups": ["a", "b"], "tables": {"t": KINDS[kind]}}
    found = audit(Published.model_validate(paper))
    assert len(found) and found["status"].isin(STATUSES).all()
    marked = found[found["status"].isin(["inconsistent", "explained"])]
    assert set(marked["row"]) <= {"y"}  # P of a level that nobody has


def test_a_count_of_something_unknown_is_refused(published):
    raw = published.model_dump()
    raw["relations"] = [{"check": "count", "number": ("text", "models", "n"), "of": "mice"}]
    with pytest.raises(DataError, match="'mice'; expected one of models"):
        audit(Published.model_validate(raw))
