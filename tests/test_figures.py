"""Figures by their properties: axes with units, words, colours told apart, nobody identified."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from helpers import figures, tables
from helpers.figures import style


@pytest.fixture(scope="module")
def cohort():
    rng = np.random.default_rng(3)
    n = 60
    return pd.DataFrame(
        {
            "patient_id": [f"SECRET{i:03d}" for i in range(n)],
            "cohort": ["training"] * 40 + ["external"] * 20,
            "expansion": [0, 0, 1] * 20,
            "volume_ml": rng.lognormal(2.5, 0.8, n),
        }
    )


@pytest.fixture(scope="module")
def scores(cohort):
    rng = np.random.default_rng(8)
    parts = []
    for name, rows in (
        ("training (apparent)", cohort[:40]),
        ("training (cross-validated)", cohort[:40]),
        ("external", cohort[40:]),
    ):
        for model in style.MODEL_COLOURS:
            score = rows["expansion"] + rng.normal(0, 1, len(rows))
            part = rows[["patient_id", "expansion"]].assign(cohort=name, model=model, score=score)
            parts.append(part.assign(prediction=(score > 0.5).astype(int)))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def drawn(cohort, scores):
    """Every figure of the book, by name."""
    rng = np.random.default_rng(2)
    reads = pd.DataFrame(
        {
            "patient_id": list(cohort["patient_id"][:20]) * 2,
            "read": ["A2"] * 20 + ["B1"] * 20,
            "dice": rng.beta(30, 3, 40),
        }
    )
    disc = (np.mgrid[:60, :60] - 30).astype(float)
    mask = (disc**2).sum(axis=0) < 150
    lesion = {
        "pixels": rng.normal(35, 5, (60, 60)) + 30 * mask,
        "mask": mask,
        "spacing_mm": (0.5, 0.5),
        "cohort": "training",
        "expansion": 1,
        "volume_ml": 12.0,
    }
    names = [f"original_shape_S{i}" for i in range(4)] + [f"square_glcm_G{i}" for i in range(30)]
    icc = pd.DataFrame({"feature": names, "intra": rng.uniform(0.6, 1, 34)})
    icc["inter"] = icc["intra"] - rng.uniform(0, 0.2, 34)
    odds = pd.DataFrame(
        {
            "variable": ["age", "location", "location"],
            "level": ["", "lobar", "brainstem"],
            "odds_ratio": [1.02, 2.2, np.nan],
            "odds_ratio_low": [0.99, 0.9, np.nan],
            "odds_ratio_high": [1.05, 5.1, np.nan],
        }
    )
    values = pd.DataFrame(rng.normal(size=(30, 3)), columns=names[:3])
    table2 = tables.table_two(scores)
    return {
        "flow": figures.flow_diagram(tables.flow_counts(cohort)),
        "lesions": figures.lesion_panel([lesion, {**lesion, "expansion": 0}]),
        "volumes": figures.volume_distribution(cohort),
        "dice": figures.dice_plot(reads),
        "grey": figures.grey_level_plot(pd.DataFrame({"grey_levels": rng.integers(8, 30, 25)})),
        "families": figures.family_counts(
            pd.DataFrame({"family": ["shape", "texture", "total"], "n": [14, 75, 89]})
        ),
        "icc": figures.icc_scatter(icc),
        "redundancy": figures.redundancy_heatmap(values.corr()),
        "odds": figures.odds_ratio_forest(odds, {"age": "Age (years)"}),
        "roc": figures.roc_panel(scores),
        "overview": figures.auc_overview(table2, {("external", "SVM"): 0.994}),
        "differences": figures.difference_forest(scores),
    }


NAMES = (
    "flow", "lesions", "volumes", "dice", "grey", "families", "icc", "redundancy", "odds", "roc",
    "overview", "differences",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_words_and_is_sound_svg(drawn, name):
    figure = drawn[name]
    assert len(figure.alt) > 30 and figure.caption.endswith(".")
    svg = ElementTree.fromstring(figure.svg())
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == figure.alt


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_names_a_patient(drawn, name):
    figure = drawn[name]
    assert "SECRET" not in figure._repr_html_() + repr(figure)


@pytest.mark.parametrize("name", NAMES)
def test_inks_follow_the_page_and_the_figure_has_no_background(drawn, name):
    svg = drawn[name].svg()
    assert "var(--he-ink" in svg
    for colour in (style.INK, style.MUTED, style.GRID, style.SURFACE):
        assert not re.search(rf"(?<!, ){colour}", svg)
    assert "#000000" not in svg


@pytest.mark.parametrize("name", NAMES)
def test_ids_of_two_figures_cannot_meet(drawn, name):
    figure = drawn[name]
    svg = figure.svg()
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert all(one.startswith(f"{figure.name}-") for one in ids)
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', svg)
    assert set(used) <= set(ids)


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("volumes", "ml", None),
        ("dice", "Dice coefficient", None),
        ("grey", "grey levels", "lesions"),
        ("families", "features", None),
        ("icc", "intra-observer ICC", "inter-observer ICC"),
        ("odds", "odds ratio of expansion", None),
        ("roc", "1 − specificity", "sensitivity (expansion detected)"),
    ],
)
def test_axes_are_labelled(drawn, name, x, y):
    axes = drawn[name].drawing.axes[0]
    assert x in axes.get_xlabel()
    assert y is None or y in axes.get_ylabel()


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_models_and_outcomes_have_colours_and_lines_of_their_own():
    colours = [*style.MODEL_COLOURS.values(), *style.OUTCOME_COLOURS.values()]
    assert len(set(colours)) == len(colours)
    assert len({str(line) for line in style.MODEL_LINES.values()}) == len(style.MODEL_LINES)
    for one, other in combinations(colours, 2):
        distance = [abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) for i in (1, 3, 5)]
        assert max(distance) > 40, (one, other)


@pytest.mark.parametrize("page", ["#ffffff", "#121212"])
def test_model_colours_stand_out_from_both_pages(page):
    for colour in style.MODEL_COLOURS.values():
        pair = sorted([luminance(colour), luminance(page)])
        contrast = (pair[1] + 0.05) / (pair[0] + 0.05)
        assert contrast > 2.9, (colour, page, contrast)


def test_roc_panel_prints_each_area_and_its_interval(drawn, scores):
    texts = [
        text.get_text()
        for axes in drawn["roc"].drawing.axes
        if axes.get_legend()
        for text in axes.get_legend().get_texts()
    ]
    table = tables.table_two(scores).drop_duplicates(["cohort", "model"])
    for row in table.itertuples():
        printed = f"{row.auc:.3f} ({row.auc_low:.3f} to {row.auc_high:.3f})"
        assert any(text.startswith(row.model) and printed in text for text in texts)
        assert printed in drawn["roc"].alt
    assert sum(text.startswith("chance") for text in texts) == 2


def test_roc_curves_run_from_corner_to_corner(drawn):
    for axes in drawn["roc"].drawing.axes[:2]:
        for line in axes.get_lines():
            x, y = line.get_data()
            assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
            assert (np.diff(x) >= 0).all() and (np.diff(y) >= 0).all()


def test_forest_draws_the_interval_of_each_pair(drawn, scores):
    compared = tables.compare_pairs(scores)
    found = [
        tuple(line.get_xdata())
        for axes in drawn["differences"].drawing.axes
        for line in axes.get_lines()
        if len(line.get_xdata()) == 2 and line.get_xdata()[0] != line.get_xdata()[1]
    ]
    limits = compared[["difference_low", "difference_high"]].itertuples(index=False)
    assert {tuple(np.round(one, 9)) for one in limits} <= {tuple(np.round(one, 9)) for one in found}


def marks(figure):
    return [
        len(line.get_xdata())
        for line in figure.drawing.axes[0].get_lines()
        if line.get_marker() == "o"
    ]


def test_without_points_no_mark_stands_for_a_patient(cohort):
    dice = pd.DataFrame({"read": ["A2"] * 9, "dice": np.linspace(0.7, 0.95, 9)})
    assert marks(figures.volume_distribution(cohort)) == [40, 20]
    assert marks(figures.dice_plot(dice)) == [9]
    for figure in (
        figures.volume_distribution(cohort, points=False),
        figures.dice_plot(dice, points=False),
    ):
        assert marks(figure) == []
        assert "patient" not in figure.caption
        ends = [line.get_xdata() for line in figure.drawing.axes[0].get_lines()]
        drawn_values = np.concatenate([np.asarray(end, float) for end in ends])
        column = cohort["volume_ml"] if "volume" in figure.name else dice["dice"]
        assert drawn_values.max() < column.max()  # not even a whisker shows the largest


def test_scale_bar_is_20_mm(drawn):
    bar = drawn["lesions"].drawing.axes[0].get_lines()[0]
    assert np.ptp(bar.get_xdata()) == pytest.approx(20)


def test_families_leave_the_total_out(drawn):
    assert [patch.get_width() for patch in drawn["families"].drawing.axes[0].patches] == [14, 75]


def test_the_paper_is_drawn_where_it_prints_a_number(drawn):
    assert "paper 0.994" in drawn["overview"].alt
    assert "Open circles" in drawn["overview"].caption


def test_a_study_without_external_cohort_has_an_empty_second_panel(scores):
    figure = figures.roc_panel(scores[scores["cohort"] != "external"])
    assert len(figure.drawing.axes[1].get_lines()) == 1
    assert "External" not in figure.alt


def test_a_figure_without_words_is_refused(drawn):
    with pytest.raises(ValueError, match="alt is blank"):
        figures.show(drawn["roc"].drawing, " ", "A caption.", "name")


def test_the_same_figure_is_the_same_svg_twice(scores):
    assert figures.roc_panel(scores).svg() == figures.roc_panel(scores).svg()
