"""Every page of the tiny book in a real browser: offline, quiet, accessible, fit for a phone."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from bs4 import BeautifulSoup

from helpers.serve import book_server

WIDTHS = {"desktop": 1440, "phone": 390}
MEGABYTE = 1_000_000


def pages_of(study):
    """Addresses of all pages below the HTML folder."""
    html = study.paths.html
    return sorted(
        str(f.relative_to(html)) for f in html.rglob("*.html") if "_static" not in f.parts
    )


@pytest.fixture(scope="module")
def context(browser):
    opened = browser.new_context()
    yield opened
    opened.close()


def visit(context, address, width=1440, theme="light"):
    """Open a page; return it, what it logged as an error and what it asked of other places."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(
        f"localStorage.setItem('mode','{theme}');localStorage.setItem('theme','{theme}')"
    )
    problems, outside, weight = [], [], []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda r: problems.append(f"failed: {r.url}"))
    root = address.split("/html/")[0] if address.startswith("file:") else address.split("/", 3)[2]

    def request(asked):
        if not asked.url.startswith(("data:", "blob:")) and root not in asked.url:
            outside.append(asked.url)

    page.on("request", request)
    page.on("response", lambda r: weight.append(r))
    page.goto(address, wait_until="load")
    return page, problems, outside, weight


def test_every_page_from_file_is_quiet_and_asks_nothing_of_the_outside(tiny, context):
    for address in pages_of(tiny):
        page, problems, outside, _ = visit(context, (tiny.paths.html / address).as_uri())
        assert not problems, (address, problems)
        assert not outside, (address, outside)
        page.close()


def test_the_book_works_from_a_sub_path_after_being_copied(tiny, context, tmp_path):
    import shutil

    shutil.copytree(tiny.paths.html, tmp_path / "site" / "deep" / "book")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
    handler.log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}/deep/book/"
    try:
        for address in pages_of(tiny):
            page, problems, outside, responses = visit(context, root + address)
            assert not problems, (address, problems)
            assert not outside, (address, outside)
            assert all(response.status < 400 for response in responses), address
            weight = sum(int(r.headers.get("content-length", 0)) for r in responses)
            assert weight < 3 * MEGABYTE, f"{address} weighs {weight / MEGABYTE:.1f} MB"
            page.close()
    finally:
        server.shutdown()


def test_serve_listens_on_loopback_only(tiny):
    with book_server(tiny, 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_whole_book_is_light(tiny):
    size = sum(f.stat().st_size for f in tiny.paths.html.rglob("*") if f.is_file())
    assert size < 60 * MEGABYTE


def test_every_internal_link_and_anchor_resolves(tiny):
    html = tiny.paths.html
    soups = {a: BeautifulSoup((html / a).read_text("utf-8"), "html.parser") for a in pages_of(tiny)}
    anchors = {a: {t["id"] for t in s.find_all(id=True)} for a, s in soups.items()}
    broken = []
    for address, soup in soups.items():
        for link in soup.find_all("a", href=True):
            target, anchor = urldefrag(urljoin(f"book:///{address}", link["href"]))
            if not target.startswith("book:///"):
                continue
            place = unquote(target.removeprefix("book:///"))
            named = not anchor or place not in anchors or unquote(anchor) in anchors[place]
            if not ((html / place).is_file() and named):
                broken.append((address, link["href"]))
    assert not broken


@pytest.mark.parametrize("name", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_scrolls_sideways_and_each_is_photographed(tiny, context, name, theme):
    folder = tiny.paths.build / "screenshots" / f"{name}-{theme}"
    folder.mkdir(parents=True, exist_ok=True)
    for address in pages_of(tiny):
        uri = (tiny.paths.html / address).as_uri()
        page, *_ = visit(context, uri, WIDTHS[name], theme)
        assert page.evaluate("document.documentElement.dataset.theme") in (theme, None), address
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        file = folder / f"{address.replace('/', '-').removesuffix('.html')}.png"
        page.screenshot(path=file, full_page=True)
        assert wide <= WIDTHS[name], f"{address} is {wide} px wide at {WIDTHS[name]}"
        page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(tiny, context, theme):
    axe = next(files("axe_core_python").rglob("axe.min.js")).read_text("utf-8")
    found = []
    for address in pages_of(tiny):
        page, *_ = visit(context, (tiny.paths.html / address).as_uri(), theme=theme)
        page.evaluate(axe)
        report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [
            (address, v["id"], v["nodes"][0]["html"][:160], len(v["nodes"]))
            for v in report["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        page.close()
    assert not found, "\n".join(map(str, found))


def test_a_synthetic_study_says_so_on_every_page(tiny):
    for address in pages_of(tiny):
        soup = BeautifulSoup((tiny.paths.html / address).read_text("utf-8"), "html.parser")
        if soup.find("article"):
            banner = soup.find(class_="bd-header-announcement").get_text().lower()
            assert "synthetic" in banner and tiny.name in banner, address


def test_search_works_offline(tiny, context):
    page, problems, *_ = visit(context, (tiny.paths.html / "search.html").as_uri() + "?q=hematoma")
    page.wait_for_selector("#search-results li", timeout=10_000)
    assert page.locator("#search-results li").count() > 3 and not problems
    page.close()
