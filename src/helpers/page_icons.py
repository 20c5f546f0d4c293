"""A Sphinx extension: the theme's few icons drawn into the pages instead of a script of 1.5 MB.

The theme draws icons with Font Awesome's script, which holds some 2000 of them, or with its fonts,
which Firefox refuses on pages opened from a disk. The outlines of the icons that are used (15) are
read from that script (Font Awesome Free, CC BY 4.0) and put into each page.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

SCRIPT = Path("_static", "scripts", "fontawesome.js")
_ICON = re.compile(r'<(i|span) class="([^"]*\bfa(?:s|-solid)\b[^"]*)"([^>]*)></\1>')
_LOADED = re.compile(r"\s*<(?:script|link)[^>]*fontawesome\.js[^>]*>(?:</script>)?")
_SIZES = {"fa-lg"}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", draw_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def draw_icons(app: Sphinx, exception: Exception | None) -> None:
    """Draw the icons into every page and remove the script, and files for debuggers only."""
    script = Path(app.outdir) / SCRIPT
    if exception is not None or app.builder.format != "html" or not script.is_file():
        return
    library = script.read_text("utf-8")
    drawn: dict[str, str] = {}
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text("utf-8")
        page.write_text(
            _LOADED.sub("", _ICON.sub(lambda i: _drawn(i, library, drawn), text)), "utf-8"
        )
    for file in script.parent.iterdir():
        if file.name.startswith(SCRIPT.name) or file.suffix == ".map":
            file.unlink()


def _drawn(icon: re.Match, library: str, drawn: dict[str, str]) -> str:
    tag, classes, rest = icon.groups()
    words = classes.split()
    names = [word for word in words if word.startswith("fa-") and word not in {"fa-solid", *_SIZES}]
    if len(names) != 1:
        return icon.group()
    if names[0] not in drawn:
        drawn[names[0]] = outline(library, names[0].removeprefix("fa-"))
    kept = [word for word in words if word not in {"fas", "fa-solid", *names}]
    return f'<{tag} class="{" ".join(["he-icon", *kept])}"{rest}>{drawn[names[0]]}</{tag}>'


def outline(library: str, name: str) -> str:
    """The solid icon of a name as an `<svg>` element.

    Parameters
    ----------
    library : text of Font Awesome's script
    name : such as "download"

    Raises
    ------
    ValueError
        when the script has no such icon.
    """
    pattern = rf'[{{,]"?{re.escape(name)}"?:\[(\d+),(\d+),\[[^\]]*\],"\w+","([^"]+)"\]'
    found = re.findall(pattern, library)
    if not found:
        raise ValueError(f"icon {name!r} is not in {SCRIPT.name}; expected an icon of Font Awesome")
    width, height, path = found[-1]  # the script lists outlined icons before the solid ones
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{int(width) / 512:.3g}em" height="1em" '
        f'fill="currentColor" aria-hidden="true"><path d="{path}"></path></svg>'
    )
