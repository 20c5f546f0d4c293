"""A table on a page: HTML with a caption, footnotes and files to download, and plain text."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from helpers.tables.export import to_docx, to_latex
from helpers.tables.layout import Printed, Row, lay_out

MIME = {
    "csv": "text/csv;charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "tex": "application/x-tex;charset=utf-8",
}
_SYMBOLS = {"P": "P", "p": "P", "z": "z", "t": "t"}
FILE_WORDS = {"csv": "CSV", "docx": "Word", "tex": "LaTeX"}


class PageTable:
    """A table that shows itself in a notebook and on a page.

    Parameters
    ----------
    table : DataFrame behind it
    printed : its layout
    caption : one line above the table
    name : identifier for links and file names
    """

    def __init__(self, table: pd.DataFrame, printed: Printed, caption: str, name: str):
        """Keep what is to be shown."""
        self.table, self.printed, self.caption, self.name = table, printed, caption, name

    def _repr_html_(self) -> str:
        return to_html(self.table, self.printed, self.caption, self.name)

    def __repr__(self) -> str:
        """Caption and values as plain text."""
        text = self.table.to_string(index=False) if len(self.table) else "(no rows)"
        return f"{self.caption}\n{text}"


def show(
    table: pd.DataFrame,
    caption: str,
    *,
    name: str | None = None,
    labels: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> PageTable:
    """Show a table the way a journal prints it.

    Decimals are aligned, P below 0.0005 is printed as <0.001, a column `test` is turned into
    footnotes, an estimate and its limits (`auc`, `auc_low`, `auc_high`) share one column. Below the
    table stand links to the unrounded CSV, a Word and a LaTeX file, all held in the page itself.

    Parameters
    ----------
    table : DataFrame
    caption : what the table shows; its number is put before it when the page is built
    name : identifier, by default made from the caption; the page refers to `tab-NAME`
    labels : variable: words for it; by default the table's own (`attrs["labels"]`)
    notes : further footnotes

    Returns
    -------
    PageTable
    """
    table = table.copy()
    if labels:
        table.attrs["labels"] = dict(labels)
    printed = lay_out(table)
    printed.notes.extend(notes)
    name = name or re.sub(r"[^a-z0-9]+", "-", caption.lower()).strip("-")[:40].strip("-")
    return PageTable(table, printed, caption, name)


def to_html(table: pd.DataFrame, printed: Printed, caption: str, name: str) -> str:
    """The table as one HTML block; the part that may be wide scrolls inside the block."""
    if table.empty:
        return (
            f'<div class="he-table" id="tab-{name}"><p class="he-caption">{escape(caption)}</p>'
            '<p class="he-empty">Nothing to show: this table has no rows in this study.</p></div>'
        )
    head = "".join(
        f'<th scope="col"{_class(numeric)}>{_words(title)}</th>'
        for title, numeric in zip(printed.headers, printed.numeric, strict=True)
    )
    body = "".join(_row(row, printed) for row in printed.rows)
    notes = "".join(f"<li>{_note(note)}</li>" for note in printed.notes)
    files = _links(table, printed, caption, name)
    return (
        f'<div class="he-table" id="tab-{name}">'
        f'<p class="he-caption" id="tab-{name}-caption">{_words(caption)}</p>'
        f'<div class="he-scroll" tabindex="0" role="region" aria-labelledby="tab-{name}-caption">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        + (f'<ul class="he-notes">{notes}</ul>' if notes else "")
        + f'<p class="he-files">Download: {files}</p></div>'
    )


def _row(row: Row, printed: Printed) -> str:
    if row.kind == "group":
        return (
            f'<tr class="he-group"><th scope="rowgroup" colspan="{len(printed.headers)}">'
            f"{_words(row.cells[0])}</th></tr>"
        )
    first, *others = row.cells
    level = " he-level" if row.kind == "level" else ""
    own, *kinds = zip(printed.numeric, printed.short, strict=True)
    cells = [f'<th scope="row" class="{(_kind(*own) + level).strip()}">{_words(first)}</th>']
    for number, (text, kind) in enumerate(zip(others, kinds, strict=True)):
        mark = f"<sup>{row.mark}</sup>" if row.mark and number + 1 == printed.marked else ""
        cells.append(f"<td{_class(*kind)}>{_words(text)}{mark}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _kind(numeric: bool, short: bool = False) -> str:
    return "he-number" if numeric else "he-short" if short else ""


def _class(numeric: bool, short: bool = False) -> str:
    kind = _kind(numeric, short)
    return f' class="{kind}"' if kind else ""


def _words(text: str) -> str:
    """Escaped text in which long feature names may break; symbols of statistics are italic."""
    if text in _SYMBOLS:
        return f"<i>{_SYMBOLS[text]}</i>"
    return re.sub(r"([_/])", r"\1<wbr>", escape(text))


def _note(note: str) -> str:
    letter, space, rest = note.partition(" ")
    if space and len(letter) == 1 and letter.islower():
        return f"<sup>{letter}</sup> {escape(rest)}"
    return escape(note)


def _links(table: pd.DataFrame, printed: Printed, caption: str, name: str) -> str:
    files = {
        "csv": table.to_csv(index=False).encode(),
        "docx": to_docx(printed, caption),
        "tex": to_latex(printed, caption, name).encode(),
    }
    links = []
    for kind, content in files.items():
        data = base64.b64encode(content).decode()
        label = f"{FILE_WORDS[kind]} file of {caption}"
        links.append(
            f'<a download="{name}.{kind}" href="data:{MIME[kind]};base64,{data}" '
            f'aria-label="{escape(label)}">{FILE_WORDS[kind]}</a>'
        )
    return " · ".join(links)
