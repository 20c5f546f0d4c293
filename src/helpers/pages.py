"""A Sphinx extension: numbered figures and tables, runnable downloads, MathJax in the book itself.

Figures and tables reach a page as HTML (`helpers.figures`, `helpers.tables`). While Sphinx reads a
page, each gets its number ("Figure 6.1": the first of chapter 6) and becomes a target, so that
`{ref}`fig-roc`` in any chapter is a link that reads "Figure 6.1".
"""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
# MathJax with SVG output and MathML for screen readers, without its menu: 0.4 MB less than its
# combined tex-svg.js.
MATHJAX = (
    "startup.js",
    "core.js",
    "input/tex.js",
    "output/svg.js",
    "output/svg/fonts/tex.js",
    "a11y/assistive-mml.js",
)
WORDS = {"fig": "Figure", "tab": "Table"}
_START = re.compile(r'class="he-(?:figure|table)" id="((fig|tab)-[\w-]+)"')
_CAPTION = re.compile(r'<figcaption>|<p class="he-caption"[^>]*>')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("doctree-read", number_page)
    app.connect("html-page-context", offer_script, priority=600)
    app.connect("html-page-context", mend_bibliography)
    app.connect("html-page-context", leave_mathjax_out, priority=900)
    app.connect("build-finished", copy_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def number_page(app: Sphinx, doctree: nodes.document) -> None:
    """Number the figures and tables of one page and make them targets of references."""
    docname = app.env.docname
    chapter = re.match(r"(\d+)_", docname.rsplit("/", 1)[-1])
    counts = dict.fromkeys(WORDS, 0)
    seen = {}
    for node in doctree.findall(nodes.raw):
        start = _START.search(node.astext())
        if not start:
            continue
        name, kind = start.groups()
        counts[kind] += 1
        number = f"{int(chapter[1])}.{counts[kind]}" if chapter else str(counts[kind])
        label = f"{WORDS[kind]} {number}"
        seen[name] = seen.get(name, 0) + 1
        unique = name if seen[name] == 1 else f"{name}-{seen[name]}"
        html = node.astext().replace(f'id="{name}', f'id="{unique}')
        html = html.replace(f'labelledby="{name}', f'labelledby="{unique}')
        html = _CAPTION.sub(rf'\g<0><span class="he-label">{label}.</span> ', html, count=1)
        node.children = [nodes.Text(html)]
        _make_target(app, docname, unique, label)


def _make_target(app: Sphinx, docname: str, name: str, label: str) -> None:
    domain = app.env.domains["std"]
    if domain.labels.get(name, (docname,))[0] == docname:
        domain.labels[name] = (docname, name, label)
        domain.anonlabels[name] = (docname, name)


def offer_script(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Add the chapter's .py, the other half of the pair, to the page's download menu."""
    if not _pair(pagename):
        return
    for button in context.get("header_buttons", []):
        if button.get("label") == "download-buttons":
            link = {
                "type": "link",
                "url": f"{context['pathto']('_sources', 1)}/{pagename}.py",
                "text": ".py",
                "tooltip": "Download the chapter as a Python script",
                "icon": "fas fa-file-code",
                "label": "download-script-button",
            }
            button["buttons"].insert(1, link)


def mend_bibliography(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Give a list of sources roles that fit together; those of docutils do not."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def leave_mathjax_out(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Load MathJax on pages with formulas only.

    Sphinx loads it also on pages above them in the table of contents.
    """
    with_formulas = app.env.domains["math"].data["has_equations"].get(pagename, False)
    if not with_formulas and "script_files" in context:
        context["script_files"] = [
            script
            for script in context["script_files"]
            if app.config.mathjax_path not in str(getattr(script, "filename", script))
        ]


def _pair(pagename: str) -> list[Path]:
    """The chapter as a reader runs it: script and notebook without outputs."""
    name = pagename.rsplit("/", 1)[-1]
    files = [NOTEBOOKS / f"{name}{suffix}" for suffix in (".py", ".ipynb")]
    return files if all(file.is_file() for file in files) else []


def copy_files(app: Sphinx, exception: Exception | None) -> None:
    """Replace the executed notebooks in `_sources` by runnable pairs; add MathJax.

    An executed notebook names the files of the machine it ran on and would not run elsewhere.
    """
    if exception is not None or app.builder.format != "html":
        return
    for docname in app.env.found_docs:
        target = Path(app.outdir, "_sources", docname).parent
        for file in _pair(docname) if target.is_dir() else ():
            shutil.copyfile(file, target / file.name)
    package = find_spec("sphinx-mathjax-offline")
    source = Path(package.origin).parent / "static" / "mathjax"
    for name in MATHJAX:
        place = Path(app.outdir, "_static", app.config.mathjax_path).parent / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, place)
