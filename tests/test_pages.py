"""The Sphinx extension, on a small book of its own."""

import json
import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from helpers import page_icons, pages

FIGURE = '<figure class="he-figure" id="fig-{0}"><figcaption>About {0}.</figcaption></figure>'
TABLE = (
    '<div class="he-table" id="tab-{0}"><p class="he-caption" id="tab-{0}-caption">On {0}</p>'
    '<div aria-labelledby="tab-{0}-caption"></div></div>'
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The HTML folder of a book of three pages."""
    root = tmp_path_factory.mktemp("pages")
    (root / "notebooks").mkdir()

    def page(name, title, *blocks):
        parts = [f"# {title}"] + [f"```{{raw}} html\n{block}\n```" for block in blocks]
        (root / f"{name}.md").write_text("\n\n".join(parts), "utf-8")

    page("notebooks/06_models", "6", FIGURE.format("roc"), TABLE.format("x"), TABLE.format("x"))
    page("notebooks/12_late", "12", FIGURE.format("late"), FIGURE.format("later"))
    (root / "index.md").write_text(
        "# Start\n\nSee {ref}`fig-roc`, {ref}`tab-x-2` and {ref}`fig-later`.\n\n"
        "```{toctree}\nnotebooks/06_models\nnotebooks/12_late\nformula\n```\n",
        "utf-8",
    )
    (root / "formula.md").write_text("# Formula\n\n{math}`x^2`\n", "utf-8")
    settings = {
        "extensions": ["myst_parser", "helpers.pages"],
        "mathjax_path": "mathjax/startup.js",
    }
    app = Sphinx(
        root, None, root / "html", root / "doctrees", "html", settings, status=None,
        warningiserror=True,
    )  # fmt: skip
    app.build()
    assert app.statuscode == 0
    return root / "html"


def soup(book, name):
    return BeautifulSoup((book / f"{name}.html").read_text("utf-8"), "html.parser")


def test_figures_and_tables_are_numbered_by_chapter(book):
    labels = [one.get_text() for one in soup(book, "notebooks/06_models").select(".he-label")]
    assert labels == ["Figure 6.1.", "Table 6.1.", "Table 6.2."]
    labels = [one.get_text() for one in soup(book, "notebooks/12_late").select(".he-label")]
    assert labels == ["Figure 12.1.", "Figure 12.2."]


def test_references_read_as_the_number_and_lead_to_the_figure(book):
    links = soup(book, "index").select("p a.internal")
    assert [link.get_text() for link in links] == ["Figure 6.1", "Table 6.2", "Figure 12.2"]
    for link in links:
        page, anchor = link["href"].split("#")
        assert soup(book, page.removesuffix(".html")).find(id=anchor)


def test_two_tables_of_one_name_have_ids_of_their_own(book):
    page = soup(book, "notebooks/06_models")
    ids = [one["id"] for one in page.find_all(id=re.compile("^tab-"))]
    assert ids == ["tab-x", "tab-x-caption", "tab-x-2", "tab-x-2-caption"]
    named = [one["aria-labelledby"] for one in page.select("[aria-labelledby^=tab-]")]
    assert named == ["tab-x-caption", "tab-x-2-caption"]


def test_mathjax_is_in_the_book(book):
    folder = book / "_static" / "mathjax"
    assert all((folder / name).stat().st_size > 1000 for name in pages.MATHJAX)
    assert "MathJax" in (folder / "startup.js").read_text("utf-8")


def test_mathjax_is_loaded_by_pages_with_formulas_only(book):
    for name, wanted in (("index", False), ("notebooks/12_late", False), ("formula", True)):
        scripts = [one["src"] for one in soup(book, name).select("script[src]")]
        assert any("mathjax" in script for script in scripts) == wanted, name


def test_a_chapter_is_downloaded_as_a_pair_that_runs(book):
    notebook = json.loads((book / "_sources" / "notebooks" / "06_models.ipynb").read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert any("parameters" in cell["metadata"].get("tags", []) for cell in code)
    assert not any(cell["outputs"] for cell in code)
    script = (book / "_sources" / "notebooks" / "06_models.py").read_text("utf-8")
    assert script == (pages.NOTEBOOKS / "06_models.py").read_text("utf-8")


LIBRARY = (
    'var far={pen:[512,512,[],"f1","M1 1"],bars:[448,512,["navicon"],"f0c9","M3 3"]},'
    'fas={pen:[512,512,[],"f1","M2 2"],"file-pdf":[384,512,[],"f2","M4 4"]};'
)


@pytest.mark.parametrize(
    ("name", "path", "width"),
    [("pen", "M2 2", "1em"), ("bars", "M3 3", "0.875em"), ("file-pdf", "M4 4", "0.75em")],
)
def test_the_solid_outline_of_an_icon_is_found(name, path, width):
    drawing = BeautifulSoup(page_icons.outline(LIBRARY, name), "html.parser").svg
    assert drawing.path["d"] == path
    assert drawing["width"] == width
    assert drawing["aria-hidden"] == "true"


def test_an_unknown_icon_is_named():
    with pytest.raises(ValueError, match=r"'ghost' is not in fontawesome\.js"):
        page_icons.outline(LIBRARY, "ghost")


def test_icons_are_drawn_and_their_script_goes(tmp_path):
    scripts = tmp_path / "_static" / "scripts"
    scripts.mkdir(parents=True)
    for name, text in (("fontawesome.js", LIBRARY), ("a.js", ""), ("a.js.map", "")):
        (scripts / name).write_text(text, "utf-8")
    page = tmp_path / "index.html"
    page.write_text(
        '<link rel="preload" href="_static/scripts/fontawesome.js?digest=1" as="script">'
        '<script src="_static/scripts/fontawesome.js?digest=1"></script>'
        '<script src="a.js"></script>'
        '<i class="theme-switch fa-solid fa-pen fa-lg" data-mode="light"></i>',
        "utf-8",
    )
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))
    page_icons.draw_icons(app, None)
    found = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    assert found.i["class"] == ["he-icon", "theme-switch", "fa-lg"]
    assert found.i["data-mode"] == "light"
    assert found.i.svg.path["d"] == "M2 2"
    assert [script["src"] for script in found.find_all("script")] == ["a.js"]
    assert not found.find("link")
    assert [file.name for file in scripts.iterdir()] == ["a.js"]
