"""The whole book as one PDF: its pages joined, printed by headless Chromium."""

from __future__ import annotations

import html
import shutil
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.study import Study

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_JOINED = "_printed.html"
_FOOTER = (
    '<div style="width:100%;font-size:8px;text-align:center;color:#555">{title} — '
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


@dataclass(frozen=True)
class Page:
    """A page of the book: its address below the HTML folder, its title and its text."""

    address: str
    title: str
    article: Tag


def find_browser() -> str:
    """Path of a Chromium on this machine.

    Raises
    ------
    DataError
        when there is none.
    """
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise DataError(
        f"no Chromium was found (looked for {', '.join(BROWSERS)}). Install one, on Debian by "
        "`apt-get install chromium`, and run this again."
    )


def print_pdf(study: Study) -> Path:
    """Print the built book of a study.

    Pages follow the order of the table of contents, widgets are replaced by their static part,
    and the contents carry page numbers, which a first printing finds out.

    Returns
    -------
    Path of the PDF, beside the HTML folder.

    Raises
    ------
    DataError
        when the book has not been built or there is no Chromium.
    """
    root = study.paths.html
    if not (root / "index.html").is_file():
        raise DataError(f"study {study.name!r} has no book yet. Run: hebook build STUDY")
    browser = find_browser()
    pages = read_pages(root)
    joined = root / _JOINED
    target = study.paths.build / f"{study.name}.pdf"
    try:
        joined.write_text(join_pages(root, pages, {}), encoding="utf-8")
        first = _print(browser, joined, study.title)
        numbers = page_numbers(first, pages)
        joined.write_text(join_pages(root, pages, numbers), encoding="utf-8")
        final = _print(browser, joined, study.title)
    finally:
        joined.unlink(missing_ok=True)
    write_atomically(target, lambda file: file.write_bytes(final))
    return target


def read_pages(root: Path) -> list[Page]:
    """Every page of a built book in the order of its table of contents."""
    start = BeautifulSoup((root / "index.html").read_text(encoding="utf-8"), "html.parser")
    address = "index.html"
    if refresh := start.find("meta", attrs={"http-equiv": "Refresh"}):
        address = refresh["content"].split("url=")[1]
    pages, seen = [], set()
    while address and address not in seen:
        seen.add(address)
        soup = BeautifulSoup((root / address).read_text(encoding="utf-8"), "html.parser")
        article = soup.find("article")
        heading = article.find("h1")
        title = heading.get_text().removesuffix("#").strip() if heading else address
        pages.append(Page(address, title, article))
        after = soup.find("a", class_="right-next")
        address = _resolve(address, after["href"]) if after else None
    return pages


def join_pages(root: Path, pages: list[Page], numbers: dict[str, int]) -> str:
    """One HTML document of all pages, with links between them made internal."""
    head = BeautifulSoup((root / pages[0].address).read_text(encoding="utf-8"), "html.parser")
    styles = "".join(
        f'<link rel="stylesheet" href="{_resolve(pages[0].address, link["href"])}">'
        for link in head.find_all("link", rel="stylesheet")
    )
    styles += _formula_scripts(root, pages)
    known = {page.address for page in pages}
    body = "".join(_section(page, known) for page in pages)
    rows = "".join(
        f'<li><a href="#{_anchor(page.address)}">{html.escape(page.title)}</a>'
        f"<span>{numbers.get(page.address, '')}</span></li>"
        for page in pages
    )
    return (
        '<!doctype html><html lang="en" data-theme="light" data-mode="light"><head>'
        f'<meta charset="utf-8"><title>{html.escape(pages[0].title)}</title>{styles}'
        '<link rel="stylesheet" href="_static/css/print.css"></head><body class="hb-printed">'
        f'<nav class="hb-contents"><h2>Contents</h2><ol>{rows}</ol></nav>{body}</body></html>'
    )


def _formula_scripts(root: Path, pages: list[Page]) -> str:
    """The scripts that typeset formulas, from the first page that has some."""
    page = next((page for page in pages if page.article.select(".math")), None)
    if page is None:
        return ""
    soup = BeautifulSoup((root / page.address).read_text(encoding="utf-8"), "html.parser")
    scripts = [tag for tag in soup.find_all("script") if "mathjax" in str(tag).lower()]
    for tag in scripts:
        if tag.get("src"):
            tag["src"] = _resolve(page.address, tag["src"])
    return "".join(map(str, scripts))


def _section(page: Page, known: set[str]) -> str:
    """A page's text with its anchors made unique and its addresses seen from the root."""
    article = BeautifulSoup(str(page.article), "html.parser")
    for tag in article.find_all(id=True):
        if tag.find_parent("svg"):  # a drawing refers to its own parts by id
            continue
        tag["id"] = f"{_anchor(page.address)}--{tag['id']}"
    for link in article.find_all("a", href=True):
        link["href"] = _internal(page.address, link["href"], known)
    for tag in article.find_all(src=True):
        if not tag["src"].startswith("data:"):
            tag["src"] = _resolve(page.address, tag["src"])
    for tag in article.find_all(["script", "iframe"]):
        tag.decompose()
    for tag in article.find_all("details"):
        tag["open"] = ""
    for tag in article.find_all("a", class_="headerlink"):
        tag.decompose()
    return f'<section class="hb-page" id="{_anchor(page.address)}">{article}</section>'


def _internal(address: str, href: str, known: set[str]) -> str:
    if "://" in href or href.startswith(("mailto:", "data:")):
        return href
    place, _, anchor = href.partition("#")
    target = _resolve(address, place) if place else address
    if target not in known:
        return target
    return f"#{_anchor(target)}" + (f"--{anchor}" if anchor else "")


def _resolve(address: str, href: str) -> str:
    """An address relative to a page, as seen from the book's root."""
    parts = list(Path(address).parent.parts)
    for part in href.split("/"):
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _anchor(address: str) -> str:
    return "page-" + address.removesuffix(".html").replace("/", "-")


def page_numbers(pdf: bytes, pages: list[Page]) -> dict[str, int]:
    """The printed page on which each page of the book starts, by address."""
    import io

    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(pdf))
    found = {}
    places = reader.named_destinations
    for page in pages:
        place = places.get(f"/{_anchor(page.address)}") or places.get(_anchor(page.address))
        if place is not None:
            found[page.address] = reader.get_destination_page_number(place) + 1
    return found


def _print(browser: str, file: Path, title: str) -> bytes:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=browser, args=FLAGS)
        page = running.new_page()
        page.goto(file.as_uri(), wait_until="load")
        page.evaluate("window.MathJax ? window.MathJax.startup.promise : null")
        page.emulate_media(media="print", color_scheme="light")
        content = page.pdf(
            format="A4",
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=_FOOTER.format(title=html.escape(title)),
            margin={"top": "18mm", "bottom": "18mm", "left": "16mm", "right": "16mm"},
            outline=True,
            tagged=True,
        )
        running.close()
    return content
