"""One widget on a page: its data as JSON, its title, and what stands there without scripts."""

from __future__ import annotations

import html
import json
import math

from IPython.display import HTML


def widget(kind: str, title: str, data: dict, static: str) -> HTML:
    """HTML of a widget.

    Parameters
    ----------
    kind : name under which a script in `book/assets/js` registers itself
    title : shown above the widget
    data : JSON-able; not-a-number becomes null
    static : HTML for print and for readers without scripts
    """
    text = json.dumps(_plain(data), separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
    name = html.escape(title, quote=True)
    return HTML(
        f'<div data-hb-widget="{kind}" role="group" aria-label="{name}">'
        f'<p class="hb-title">{name}</p>'
        f'<script type="application/json">{text}</script>'
        f'<div class="hb-static">{static}</div></div>'
    )


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
