"""Tables as files for a manuscript: Word and LaTeX."""

from __future__ import annotations

import io
import re
import zipfile

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from helpers.tables.layout import Printed, Row

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "−": "$-$",
    "<": "$<$",
    ">": "$>$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "∞": r"$\infty$",
    "χ": r"$\chi$",
    "²": r"$^2$",
    "×": r"$\times$",
    "σ": r"$\sigma$",
    "–": "--",
    "\u00a0": "~",
    "\u2007": r"\phantom{0}",
}
_NOT_NEEDED = ("docProps/thumbnail.jpeg",)


def to_docx(printed: Printed, caption: str) -> bytes:
    """A Word document with one three-line table, its caption and its footnotes.

    Parameters
    ----------
    printed : table as laid out by `helpers.tables.layout.lay_out`
    caption : text above the table

    Returns
    -------
    bytes of a .docx file
    """
    document = Document()
    document.core_properties.author = ""
    document.core_properties.comments = ""
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(10)
    document.add_paragraph().add_run(caption).bold = True
    table = document.add_table(rows=0, cols=len(printed.headers))
    _fill(table.add_row().cells, Row(printed.headers), printed, bold=True)
    for row in printed.rows:
        cells = table.add_row().cells
        if row.kind == "group":
            cells[0].merge(cells[-1])
        _fill(cells, row, printed, bold=row.kind == "group")
    for number, edges in {0: ("top", "bottom"), len(table.rows) - 1: ("bottom",)}.items():
        for cell in table.rows[number].cells:
            _rule(cell, edges)
    for note in printed.notes:
        document.add_paragraph(note).runs[0].font.size = Pt(8)
    target = io.BytesIO()
    document.save(target)
    return _without_thumbnail(target.getvalue())


def _fill(cells, row: Row, printed: Printed, bold: bool) -> None:
    for number, (cell, text) in enumerate(zip(cells, row.cells, strict=False)):
        paragraph = cell.paragraphs[0]
        indent = "    " if row.kind == "level" and number == 0 else ""
        run = paragraph.add_run(indent + text)
        run.bold = bold
        if row.mark and number == printed.marked:
            paragraph.add_run(row.mark).font.superscript = True
        paragraph.paragraph_format.space_after = Pt(0)
        if printed.numeric[number] and row.kind != "group":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _rule(cell, edges: tuple[str, ...]) -> None:
    """Draw lines above or below a cell; python-docx has no call for it."""
    borders = OxmlElement("w:tcBorders")
    for edge in edges:
        line = OxmlElement(f"w:{edge}")
        line.set(qn("w:val"), "single")
        line.set(qn("w:sz"), "8")
        borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)


def _without_thumbnail(content: bytes) -> bytes:
    """The same document without the picture python-docx's template carries, tightly packed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
    ):
        for name in source.namelist():
            if name in _NOT_NEEDED:
                continue
            data = source.read(name)
            if name == "_rels/.rels":
                data = _drop_relationship(data, b"thumbnail.jpeg")
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            packed.writestr(entry, data, compress_type=zipfile.ZIP_DEFLATED, compresslevel=9)
    return target.getvalue()


def _drop_relationship(data: bytes, target: bytes) -> bytes:
    return re.sub(rb"<Relationship [^>]*" + re.escape(target) + rb"[^>]*/>", b"", data)


def to_latex(printed: Printed, caption: str, name: str) -> str:
    r"""A LaTeX table environment; it needs the package booktabs.

    Parameters
    ----------
    printed : table as laid out by `helpers.tables.layout.lay_out`
    caption : text of \caption
    name : the label is tab:NAME

    Returns
    -------
    str
    """
    columns = "".join("r" if numeric else "l" for numeric in printed.numeric)
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{_latex(caption)}}}",
        rf"\label{{tab:{name}}}",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        " & ".join(_latex(title) for title in printed.headers) + r" \\",
        r"\midrule",
        *[_latex_row(row, printed) for row in printed.rows],
        r"\bottomrule",
        r"\end{tabular}",
    ]
    lines += [rf"\par\footnotesize {_latex(note)}" for note in printed.notes]
    return "\n".join([*lines, r"\end{table}", ""])


def _latex_row(row: Row, printed: Printed) -> str:
    if row.kind == "group":
        width, text = len(printed.headers), _latex(row.cells[0])
        return rf"\multicolumn{{{width}}}{{l}}{{\textit{{{text}}}}} \\"
    cells = [_latex(text) for text in row.cells]
    if row.kind == "level":
        cells[0] = r"\quad " + cells[0]
    if row.mark:
        cells[printed.marked] += rf"\textsuperscript{{{row.mark}}}"
    return " & ".join(cells) + r" \\"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)
