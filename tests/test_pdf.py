"""The pages joined for print: drawings keep their parts, formulas their scripts."""

import re

import pytest

from helpers.pdf import join_pages, read_pages

DRAWING = (
    '<svg id="outer"><defs><path id="roc-a" d="M0 0"></path></defs>'
    '<g clip-path="url(#roc-a)"><use xlink:href="#roc-a"></use></g></svg>'
)
SCRIPTS = (
    "<script>window.MathJax = {}</script>"
    '<script src="../_static/mathjax/startup.js"></script><script src="../_static/x.js"></script>'
)


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    root = tmp_path_factory.mktemp("book")
    (root / "deep").mkdir()
    page = "<html><head>{head}</head><body><article><h1>{title}</h1>{text}</article>{after}"
    (root / "index.html").write_text(
        page.format(
            head="",
            title="First",
            text=DRAWING + '<a href="deep/two.html#there">to the second</a>',
            after='<a class="right-next" href="deep/two.html">next</a>',
        )
    )
    (root / "deep" / "two.html").write_text(
        page.format(
            head=SCRIPTS,
            title="Second",
            text='<p id="there"><span class="math">x</span></p>',
            after="",
        )
    )
    pages = read_pages(root)
    return join_pages(root, pages, {"deep/two.html": 7})


def test_every_part_a_drawing_refers_to_is_still_there(joined):
    used = set(re.findall(r'(?:xlink:href="#|url\(#)([\w-]+)', joined))
    assert used == {"roc-a"}
    assert 'id="roc-a"' in joined


def test_links_between_pages_lead_inside_the_document(joined):
    target = re.search(r'<a href="#([\w-]+)">to the second', joined)[1]
    assert f'id="{target}"' in joined
    assert "<span>7</span>" in joined


def test_formulas_bring_their_scripts_and_nothing_else_does(joined):
    assert 'src="_static/mathjax/startup.js"' in joined
    assert "window.MathJax" in joined
    assert "x.js" not in joined
