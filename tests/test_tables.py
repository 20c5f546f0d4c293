"""Tables: what they hold is recomputed here; how they look is read from the HTML."""

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from scipy import stats
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from helpers import tables
from helpers.settings import Variable
from helpers.tables.layout import lay_out
from helpers.tables.wording import FIGURE_SPACE, aligned, header, p_text, true_minus

VARIABLES = {
    "age": Variable(kind="continuous", label="Age", unit="years"),
    "sex": Variable(kind="binary", label="Sex"),
    "diabetes": Variable(kind="binary"),
    "location": Variable(kind="categorical", label="Location"),
}


@pytest.fixture(scope="module")
def patients():
    rng = np.random.default_rng(4)
    n = 120
    return pd.DataFrame(
        {
            "patient_id": [f"P{i:03d}" for i in range(n)],
            "cohort": ["training"] * 90 + ["external"] * 30,
            "expansion": np.r_[np.zeros(70), np.ones(20), np.zeros(20), np.ones(10)].astype(int),
            "age": rng.normal(60, 12, n).round(1),
            "sex": rng.choice(["female", "male"], n),
            "diabetes": rng.integers(0, 2, n),
            "location": rng.choice(["deep", "lobar", "brainstem"], n, p=[0.7, 0.2, 0.1]),
        }
    )


@pytest.fixture(scope="module")
def scores(patients):
    rng = np.random.default_rng(5)
    parts = []
    for cohort, rows in (
        ("training (apparent)", patients[:90]),
        ("training (cross-validated)", patients[:90]),
        ("external", patients[90:]),
    ):
        for model in ("NB", "SVM", "Logit"):
            score = rows["expansion"] + rng.normal(0, 1, len(rows))
            part = rows[["patient_id", "expansion"]].assign(cohort=cohort, model=model)
            parts.append(part.assign(score=score, prediction=(score > 0.5).astype(int)))
    shuffled = pd.concat(parts).sample(frac=1, random_state=1)
    return shuffled.reset_index(drop=True)


@pytest.fixture(scope="module")
def table1(patients):
    return tables.table_one(patients[patients["cohort"] == "training"], VARIABLES)


def test_table_one_prints_what_pandas_and_scipy_compute(patients, table1):
    training = patients[patients["cohort"] == "training"]
    halves = [training.loc[training["expansion"] == code, "age"] for code in (0, 1)]
    age = table1[table1["variable"] == "age"].iloc[0]
    assert age["no_expansion"] == f"{halves[0].mean():.1f} ± {halves[0].std(ddof=1):.1f}"
    expected = stats.ttest_ind(*halves, equal_var=False)
    assert age["statistic"] == pytest.approx(expected.statistic)
    assert age["p"] == pytest.approx(expected.pvalue)
    men = (training["sex"] == "male") & (training["expansion"] == 1)
    sex = table1[table1["variable"] == "sex"].iloc[0]
    assert sex["expansion"] == f"{men.sum()} ({100 * men.sum() / 20:.1f})"


def test_table_one_has_the_columns_and_levels_of_the_contract(table1):
    assert list(table1) == [
        "variable", "level", "no_expansion", "expansion", "test", "statistic", "p",
    ]  # fmt: skip
    levels = table1.groupby("variable")["level"].agg(list)
    assert levels["sex"] == ["male"]
    assert levels["diabetes"] == ["yes"]
    assert sorted(levels["location"]) == ["brainstem", "deep", "lobar"]
    counts = table1.loc[table1["variable"] == "location", "no_expansion"].str.split().str[0]
    assert counts.astype(int).sum() == table1.attrs["groups"]["no_expansion"] == 70


@pytest.mark.parametrize(
    ("levels", "shown"),
    [(["present", "absent"], "present"), (["女", "男"], "男"), (["left", "right"], "left")],
)
def test_of_two_levels_the_one_that_is_no_usual_reference_is_shown(levels, shown):
    frame = pd.DataFrame({"expansion": [0, 0, 0, 1, 1, 1], "x": levels * 3})
    table = tables.table_one(frame, {"x": Variable(kind="binary")})
    assert table["level"].tolist() == [shown]


def test_a_binary_column_that_is_always_no_is_printed_as_none():
    frame = pd.DataFrame({"expansion": [0, 0, 1, 1], "x": [0, 0, 0, 0]})
    table = tables.table_one(frame, {"x": Variable(kind="binary")})
    assert table.loc[0, ["level", "no_expansion", "expansion"]].tolist() == [
        "yes", "0 (0.0)", "0 (0.0)",
    ]  # fmt: skip
    assert np.isnan(table.loc[0, "p"])


def test_blanks_are_left_out_of_their_variable_only():
    frame = pd.DataFrame({"expansion": [0, 0, 0, 1, 1, 1], "age": [50, np.nan, 70, 40, 50, 60.0]})
    table = tables.table_one(frame, {"age": Variable(kind="continuous")})
    assert table.loc[0, "no_expansion"] == "60.0 ± 14.1"


def _counts(*texts):
    table = pd.DataFrame(
        {"variable": "x", "level": [f"l{i}" for i in range(len(texts))], "expansion": texts}
    )
    table.attrs["groups"] = {"expansion": 30}
    return table


@pytest.mark.parametrize(
    ("cells", "masked"),
    [
        (["20 (66.7)", "8 (26.7)", "2 (6.7)"], ["20 (66.7)", "≥5", "<5"]),
        (["24 (80.0)", "3 (10.0)", "3 (10.0)"], ["24 (80.0)", "<5", "<5"]),
        (["20 (66.7)", "10 (33.3)", "0 (0.0)"], ["20 (66.7)", "10 (33.3)", "0 (0.0)"]),
        (["3 (10.0)"], ["<5"]),
        (["28 (93.3)"], [">25"]),
        (["30 (100.0)"], ["30 (100.0)"]),
        (["61.2 ± 3.4"], ["61.2 ± 3.4"]),
    ],
)
def test_small_cells_are_masked_and_cannot_be_subtracted_back(cells, masked):
    assert tables.mask_small(_counts(*cells), 5)["expansion"].tolist() == masked


def test_masking_with_one_changes_nothing(table1):
    pd.testing.assert_frame_equal(tables.mask_small(table1, 1), table1)


def test_flow_counts_add_up(patients):
    counts = tables.flow_counts(patients)
    assert counts["patients"].tolist() == [90, 30]
    assert (counts["no_expansion"] + counts["expansion"]).tolist() == [90, 30]


def test_small_flow_counts_are_bounds_on_both_sides():
    patients = pd.DataFrame({"cohort": ["external"] * 10, "expansion": [1, 1] + [0] * 8})
    row = tables.flow_counts(patients, smallest=5).iloc[0]
    assert (row["patients"], row["expansion"], row["no_expansion"]) == (10, "<5", ">5")
    assert tables.flow_counts(patients, smallest=2)["expansion"].tolist() == [2]


def test_labels_carry_units_and_fall_back_on_the_name(tmp_path):
    table = tables.variable_table(VARIABLES)
    table.to_csv(tmp_path / "variables.csv", index=False)
    again = pd.read_csv(tmp_path / "variables.csv")
    for frame in (table, again):
        assert tables.labels(frame)["age"] == "Age (years)"
        assert tables.labels(frame)["diabetes"] == "diabetes"


def test_table_two_agrees_with_scikit_learn_for_both_readings(scores):
    table = tables.table_two(scores)
    assert len(table) == 2 * 3 * 3
    assert table["model"].drop_duplicates().tolist() == ["Logit", "SVM", "NB"]
    for row in table.itertuples():
        part = scores[(scores["cohort"] == row.cohort) & (scores["model"] == row.model)]
        truth, called = part["expansion"], part["prediction"]
        label = 1 if row.positive == "expansion" else 0
        assert row.auc == pytest.approx(roc_auc_score(truth, part["score"]))
        assert row.auc_low < row.auc < row.auc_high
        assert row.f1 == pytest.approx(f1_score(truth, called, pos_label=label))
        assert row.precision == pytest.approx(precision_score(truth, called, pos_label=label))
        assert row.recall == pytest.approx(recall_score(truth, called, pos_label=label))
        assert row.specificity == pytest.approx(recall_score(truth, called, pos_label=1 - label))


def test_table_three_keeps_the_paper_order_and_survives_shuffled_rows(scores):
    table = tables.table_three(scores)
    assert list(table) == ["cohort", "model_a", "model_b", "z", "p"]
    pairs = list(zip(table["model_a"], table["model_b"], strict=True))
    assert pairs[:3] == [("SVM", "Logit"), ("SVM", "NB"), ("Logit", "NB")]
    ordered = tables.table_three(scores.sort_values(["cohort", "model", "patient_id"]))
    pd.testing.assert_frame_equal(table, ordered)
    wide = tables.compare_pairs(scores)
    assert (np.sign(wide["z"]) == np.sign(wide["difference"])).all()
    assert (wide["difference_low"] < wide["difference"]).all()


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0004, "<0.001"), (0.0006, "0.001"), (0.04999, "0.050"), (1.0, "1.000"), (np.nan, "–")],
)
def test_p_values_have_three_digits(p, text):
    assert p_text(p) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("volume_ml", "Volume (ml)"),
        ("spacing_z_mm", "Spacing z (mm)"),
        ("auc", "AUC"),
        ("accuracy", "Accuracy, %"),
        ("lesion volume (ml)", "Lesion volume (ml)"),
        ("mean density (HU)", "Mean density (HU)"),
        ("Dice", "Dice"),
    ],
)
def test_headers_are_words_with_units(name, text):
    assert header(name) == text


def test_aligned_texts_have_their_points_in_line():
    found = aligned(["126 (68.5)", "8 (4.3)", "12.5 ± 3.4"])
    assert {text.replace(FIGURE_SPACE, "") for text in found} == {
        "126 (68.5)", "8 (4.3)", "12.5 ± 3.4",
    }  # fmt: skip
    assert len(found[0]) == len(found[1])
    assert found[0].index("(") + 1 == found[1].index("(")  # the space stands before the bracket
    assert found[2].index(".") == 3


def parse(shown):
    return BeautifulSoup(shown._repr_html_(), "html.parser")


def test_a_shown_table_one_reads_like_a_journal(table1):
    soup = parse(tables.show(table1, "Training cohort by outcome"))
    text = soup.find("table").get_text(" ").replace("\u00a0", " ")
    assert "No expansion (n = 70)" in text
    assert "Age (years), mean ± SD" in text
    assert "Sex (male), n (%)" in text
    notes = [note.get_text() for note in soup.select(".he-notes li")]
    assert any("Welch's t test" in note for note in notes)
    marks = {mark.get_text() for mark in soup.select("td sup")}
    assert marks <= {note.split()[0] for note in notes}
    assert len(soup.select("th.he-level")) == 3


def test_every_cell_stands_under_its_header(table1, scores):
    for shown in (
        tables.show(table1, "one"),
        tables.show(tables.table_two(scores), "two"),
        tables.show(tables.compare_pairs(scores), "three"),
    ):
        soup = parse(shown)
        columns = len(soup.select("thead th"))
        for row in soup.select("tbody tr:not(.he-group)"):
            assert len(row.find_all(["th", "td"])) == columns
        for row in soup.select("tr.he-group th"):
            assert int(row["colspan"]) == columns


def test_an_estimate_and_its_limits_share_a_column(scores):
    table = tables.table_two(scores)
    printed = lay_out(table[table["positive"] == "expansion"])
    assert printed.headers[:2] == ["Model", "AUC (95% CI)"]
    assert not any("Cohort" in title or "Positive" in title for title in printed.headers)
    assert [row.cells[0] for row in printed.rows if row.kind == "group"] == [
        "Training (apparent)", "Training (cross-validated)", "External",
    ]  # fmt: skip


def test_the_part_that_scrolls_can_be_reached_by_keyboard_and_has_a_name(table1):
    soup = parse(tables.show(table1, "A caption"))
    region = soup.select_one(".he-scroll")
    assert region["tabindex"] == "0"
    assert soup.find(id=region["aria-labelledby"]).get_text() == "A caption"


@pytest.mark.parametrize(
    ("texts", "numeric"),
    [
        (["0.353 to 0.435", "-1.652 to -1.606"], True),
        (["184 + 51", "47 + 15"], True),
        (["12 (34.5)", "<5", "–"], True),
        (["13.5 (1.0 to 72.3)"], True),
        (["<0.001", "1.8e-05"], True),
        (["34 of 51 is 66.67%, cut off"], False),
        (["3D", "2D"], False),
        (["none", "47 + 15"], False),
        (["", "–"], False),
    ],
)
def test_columns_of_numbers_are_told_from_columns_of_sentences(texts, numeric):
    assert lay_out(pd.DataFrame({"x": texts})).numeric == [numeric]


def test_minus_signs_are_true_and_hyphens_stay():
    table = pd.DataFrame({"x": ["-1.5 to -0.5", "log-sigma-1-0-mm-3D", "1990-2000"]})
    cells = [row.cells[0] for row in lay_out(table).rows]
    assert cells == ["−1.5 to −0.5", "log-sigma-1-0-mm-3D", "1990-2000"]


def test_columns_without_any_text_are_left_out():
    table = pd.DataFrame({"a": ["x"], "note": [""], "b": [1.0]})
    assert lay_out(table).headers == ["A", "B"]


def test_text_from_data_is_escaped():
    table = pd.DataFrame({"name": ["<script>alert(1)</script>"], "value": [1.5]})
    html = tables.show(table, "Cap <b>tion</b>")._repr_html_()
    assert "<script>" not in html and "<b>" not in html


def test_a_table_without_rows_says_so():
    shown = tables.show(pd.DataFrame(columns=["a", "b"]), "Nothing")
    assert "no rows" in shown._repr_html_()
    assert "no rows" in repr(shown)


def test_plain_text_holds_caption_and_values(table1):
    text = repr(tables.show(table1, "Training cohort by outcome"))
    assert text.startswith("Training cohort by outcome\n")
    assert "location" in text


def test_showing_does_not_change_the_table(table1):
    before = table1.copy()
    tables.show(table1, "x", labels={"age": "other"}, notes=["more"])
    pd.testing.assert_frame_equal(table1, before)
    assert table1.attrs["labels"]["age"] == "Age (years)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("-0.389 to -0.328", "−0.389 to −0.328"), ("wavelet-3D 2-5", "wavelet-3D 2-5")],
)
def test_only_the_hyphen_of_a_sign_becomes_a_minus(text, expected):
    assert true_minus(text) == expected
