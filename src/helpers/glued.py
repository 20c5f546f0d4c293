"""Values for the prose of a page."""

from __future__ import annotations

from myst_nb import glue

from helpers.tables.wording import true_minus


def say(**values) -> None:
    """Glue each value under its name, so that the text can hold it; nothing is displayed.

    Texts get true minus signs.
    """
    for name, value in values.items():
        glue(name, true_minus(value) if isinstance(value, str) else value, display=False)
