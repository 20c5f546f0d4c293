"""The pages that compute nothing: contents, sources, words and columns that exist."""

import re
from pathlib import Path

import pytest
import yaml

from helpers.imaging.measure import DICE, VOLUMES
from helpers.results import CHAPTERS, LEDGER
from helpers.screening import COLUMNS as UNIVARIATE

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "book").rglob("*.md"))
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))
TEXTS = {file: file.read_text("utf-8") for file in (*PAGES, *SCRIPTS)}
DICTIONARY = TEXTS[ROOT / "book" / "reference" / "results.md"]


def contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))

    def files(node):
        if isinstance(node, dict):
            for key, value in node.items():
                yield from [value] if key in ("file", "root") else files(value)
        elif isinstance(node, list):
            for item in node:
                yield from files(item)

    return list(files(toc))


def test_contents_list_every_page_and_every_chapter_once():
    listed = contents()
    assert len(listed) == len(set(listed))
    pages = {str(page.relative_to(ROOT).with_suffix("")) for page in PAGES}
    chapters = {c.name if c.name == "index" else f"notebooks/{c.name}" for c in CHAPTERS}
    waiting = {page for page in pages if set(linked_chapters(page)) - chapters}
    assert set(listed) == (pages - waiting) | chapters


def linked_chapters(page):
    """Chapters a page links to; one that is not part of the book keeps the page out of it."""
    return re.findall(r"\{doc\}`[^`]*<?/(notebooks/\w+)>?`", TEXTS[ROOT / f"{page}.md"])


def test_every_cited_source_is_in_the_bibliography_and_has_an_identifier():
    text = (ROOT / "book" / "references.bib").read_text("utf-8")
    entries = dict(re.findall(r"@\w+\{([\w-]+),(.*?)\n\}", text, re.DOTALL))
    assert len(entries) == len(re.findall(r"(?m)^@", text))
    for key, entry in entries.items():
        assert re.search(r"(?m)^\s*(doi|isbn)\s*=\s*\{.+\}", entry), f"{key} has no DOI or ISBN"
    cited = {
        key.strip()
        for page in TEXTS.values()
        for keys in re.findall(r"\{cite:[pt]\}`([^`]+)`", page)
        for key in keys.split(",")
    }
    assert cited <= set(entries)


def test_every_term_used_is_in_the_glossary():
    glossary = TEXTS[ROOT / "book" / "glossary.md"]
    terms = set(re.findall(r"(?m)^([\w].*)\n  \S", glossary))
    used = {
        re.sub(r".*<(.+)>", r"\1", term)
        for page in TEXTS.values()
        for term in re.findall(r"\{term\}`([^`]+)`", page)
    }
    assert {term.lower() for term in used} <= {term.lower() for term in terms}


def test_every_result_a_chapter_makes_is_described():
    for chapter in CHAPTERS:
        for name in chapter.makes:
            assert f"`{name}`" in DICTIONARY, f"{name} of chapter {chapter.name}"


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("volumes.csv", VOLUMES),
        ("dice.csv", DICE),
        ("univariate.csv", UNIVARIATE),
        ("ledger.csv", LEDGER),
        (
            "table1.csv",
            ["variable", "level", "no_expansion", "expansion", "test", "statistic", "p"],
        ),
        ("table3.csv", ["cohort", "model_a", "model_b", "z", "p"]),
    ],
)
def test_every_column_is_described_under_its_file(file, columns):
    entry = re.split(r"\n\n(?=`|#)", DICTIONARY[DICTIONARY.index(f"\n`{file}`\n: ") :].lstrip())[0]
    assert set(columns) <= set(re.findall(r"`([^`]+)`", entry))


def test_no_page_asks_anything_of_the_internet():
    config = (ROOT / "_config.yml").read_text("utf-8")
    assert "http" not in re.sub(r"#.*", "", config)
    for file in (ROOT / "book" / "assets").rglob("*.[cj]s*"):
        addresses = re.findall(r"https?://[^\s\"')]+", file.read_text("utf-8"))
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, file.name
