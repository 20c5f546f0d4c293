"""The Sphinx extension, on a small book of its own."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from helpers import pages

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
        "```{toctree}\nnotebooks/06_models\nnotebooks/12_late\n```\n",
        "utf-8",
    )
    settings = {
        "extensions": ["myst_parser", "helpers.pages"],
        "mathjax_path": "mathjax/tex-svg.js",
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
    script = (book / "_static" / "mathjax" / "tex-svg.js").read_text("utf-8")
    assert "MathJax" in script[:20_000]


def test_a_chapter_is_downloaded_as_a_pair_that_runs(book):
    notebook = json.loads((book / "_sources" / "notebooks" / "06_models.ipynb").read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert any("parameters" in cell["metadata"].get("tags", []) for cell in code)
    assert not any(cell["outputs"] for cell in code)
    script = (book / "_sources" / "notebooks" / "06_models.py").read_text("utf-8")
    assert script == (pages.NOTEBOOKS / "06_models.py").read_text("utf-8")
