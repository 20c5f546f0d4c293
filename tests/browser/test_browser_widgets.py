"""The widgets react to clicks and keys, and their numbers are those of the results files."""

import pytest

from helpers.results import Results
from helpers.statistics.confusion import confusion

BRIGHTNESS = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += data[i];
  return sum;
}"""

STICKING_OUT = """() => [...document.querySelectorAll("[data-hb-widget] *")].filter(part => {
  const edge = part.closest("[data-hb-widget]").getBoundingClientRect().right;
  const box = part.getBoundingClientRect();
  return box.width && box.right > edge + 1 && !part.closest(".hb-scroll");
}).map(part => part.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def open_page(tiny, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})

    def open_(address):
        page = context.new_page()
        page.goto((tiny.paths.html / "notebooks" / address).as_uri(), wait_until="load")
        return page

    yield open_
    context.close()


def widget(page, kind):
    found = page.locator(f"[data-hb-widget='{kind}'][data-hb-ready='true']")
    found.wait_for()
    return found


def cells(explorer):
    read = explorer.locator("td[data-cell]").evaluate_all(
        "c => c.map(x => [x.dataset.cell, +x.textContent])"
    )
    return dict(read)


def expected(scores, model, cohort, positive):
    part = scores[(scores["model"] == model) & (scores["cohort"] == cohort)]
    found = confusion(part["expansion"], part["prediction"], positive=positive)
    return {"tp": found.tp, "fp": found.fp, "fn": found.fn, "tn": found.tn}


def test_threshold_explorer_shows_the_results_at_the_models_own_threshold(tiny, open_page):
    scores = Results(tiny).read("scores.csv")
    explorer = widget(open_page("06_models.html"), "threshold-explorer")
    model, patients = explorer.locator("select").all()
    for name in scores["model"].unique():
        for cohort in ("training (apparent)", "external"):
            model.select_option(name)
            patients.select_option(cohort)
            explorer.get_by_role("button", name="expansion", exact=True).click()
            assert cells(explorer) == expected(scores, name, cohort, 1)
            explorer.get_by_role("button", name="no expansion", exact=True).click()
            assert cells(explorer) == expected(scores, name, cohort, 0)


@pytest.mark.parametrize("chapter", ["02_images", "04_reliability", "05_selection", "06_models"])
def test_nothing_sticks_out_of_a_widget_on_a_phone(open_page, chapter):
    page = open_page(f"{chapter}.html")
    page.set_viewport_size({"width": 390, "height": 900})
    page.locator("[data-hb-widget][data-hb-ready='true']").first.wait_for()
    assert page.evaluate(STICKING_OUT) == []


def test_threshold_explorer_answers_to_keys(open_page):
    explorer = widget(open_page("06_models.html"), "threshold-explorer")
    slider = explorer.locator("input[type='range']")
    slider.focus()
    slider.press("Home")
    low = cells(explorer)
    assert low["fn"] == 0 and low["tn"] == 0, "at the lowest threshold everyone is called expansion"
    slider.press("End")
    assert cells(explorer)["fp"] == 0
    explorer.get_by_role("button", name="Back to the model's threshold").press("Enter")
    assert "the model's own" in explorer.locator("[role='status']").inner_text()


def test_ct_viewer_moves_by_slider_wheel_and_key_and_changes_window(open_page):
    page = open_page("02_images.html")
    viewer = widget(page, "ct-viewer")
    page.wait_for_selector("[data-hb-widget='ct-viewer'] .hb-stage[data-loaded]")
    canvas, status = viewer.locator("canvas"), viewer.locator("[role='status']")

    def slice_shown():
        return int(status.inner_text().split("slice ")[1].split(" of ")[0])

    start, brain = slice_shown(), canvas.evaluate(BRIGHTNESS)
    canvas.focus()
    canvas.press("ArrowDown")
    assert slice_shown() == start - 1
    viewer.locator("input[type='range']").press("ArrowRight")
    assert slice_shown() == start
    canvas.hover()
    page.mouse.wheel(0, -50)
    viewer.get_by_text(f"slice {start - 1} of").wait_for()
    canvas.press("ArrowUp")
    viewer.get_by_role("button", name="Bone 2000/500").click()
    assert "Bone" in status.inner_text() and canvas.evaluate(BRIGHTNESS) != brain
    viewer.get_by_label("second reader").check()
    assert "A1, B1" in status.inner_text()


def test_feature_explorer_counts_what_the_results_count(tiny, open_page):
    icc = Results(tiny).read("icc.csv")
    explorer = widget(open_page("04_reliability.html"), "feature-explorer")
    status = explorer.locator("[role='status']")
    assert (
        f"{len(icc)} of {len(icc)} features shown, {icc['stable'].sum()} of them kept"
        in status.inner_text()
    )
    explorer.get_by_label("Family").select_option("shape")
    shape = icc[icc["feature"].str.startswith("original_shape_")]
    assert (
        f"{len(shape)} of {len(icc)} features shown, {shape['stable'].sum()} "
        in status.inner_text()
    )
    explorer.get_by_label("Family").select_option("all")
    explorer.get_by_label("Name contains").fill("glcm_contrast")
    named = icc[icc["feature"].str.lower().str.contains("glcm_contrast")]
    assert status.inner_text().startswith(f"{len(named)} of ")
    first = named.iloc[0]
    explorer.get_by_role("button", name=first["feature"], exact=True).click()
    hint = explorer.locator(".hb-hint").inner_text()
    assert f"intra {first['intra']:.3f}" in hint and f"inter {first['inter']:.3f}" in hint


def test_mrmr_stepper_steps_through_the_picks(tiny, open_page):
    selection = Results(tiny).read("selection.csv")
    stepper = widget(open_page("05_selection.html"), "mrmr-stepper")
    status = stepper.locator("[role='status']")
    for number, row in enumerate(selection.itertuples(), start=1):
        text = status.inner_text()
        assert f"Pick {number} of {len(selection)}: {row.feature};" in text
        assert f"relevance {row.relevance:.4f}" in text
        if number < len(selection):
            stepper.get_by_role("button", name="Next pick").press("Enter")
    assert stepper.locator("ol.hb-picked li").all_inner_texts() == list(selection["feature"])
    assert stepper.get_by_role("button", name="Next pick").is_disabled()


def test_widgets_show_their_static_part_without_scripts(tiny, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for address, kind in (("06_models", "threshold-explorer"), ("05_selection", "mrmr-stepper")):
        page.goto((tiny.paths.html / "notebooks" / f"{address}.html").as_uri())
        assert page.locator(f"[data-hb-widget='{kind}'] .hb-static").is_visible()
    context.close()
