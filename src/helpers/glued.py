"""Values for the prose of a page."""

from __future__ import annotations

from myst_nb import glue


def say(**values) -> None:
    """Glue each value under its name, so that the text can hold it; nothing is displayed."""
    for name, value in values.items():
        glue(name, value, display=False)
