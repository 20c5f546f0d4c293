"""Tables as files: what Word and LaTeX would read, opened again by other means."""

import base64
import io
import re
import shutil
import subprocess
import zipfile

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from docx import Document

from helpers import tables
from helpers.tables.export import to_docx, to_latex
from helpers.tables.layout import lay_out

FRAME = pd.DataFrame(
    {
        "variable": ["age", "sex_50%", "x & y"],
        "test": ["Welch's t test", "chi-square test", "Welch's t test"],
        "statistic": [1.23456, -0.5, np.nan],
        "p": [0.2, 0.0001, np.nan],
    }
)


@pytest.fixture(scope="module")
def printed():
    return lay_out(FRAME)


def test_the_word_file_holds_every_cell(printed):
    document = Document(io.BytesIO(to_docx(printed, "A caption")))
    assert document.paragraphs[0].text == "A caption"
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["Variable", "Statistic", "P"]
    assert [cell.text for cell in table.rows[2].cells] == ["sex_50%", "−0.500", "<0.001b"]
    assert document.paragraphs[-1].text == "b chi-square test"


def test_the_word_file_is_sound_small_and_always_the_same(printed):
    content = to_docx(printed, "A caption")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        assert "docProps/thumbnail.jpeg" not in package.namelist()
        assert b"thumbnail" not in package.read("_rels/.rels")
    assert len(content) < 45_000


def test_latex_escapes_what_latex_would_read_as_its_own(printed):
    text = to_latex(printed, "50% of A_B", "one")
    assert r"50\% of A\_B" in text
    assert r"x \& y" in text
    assert not re.search(r"(?<!\\)[%#_&](?!\s)", text.replace(" & ", " "))


def test_latex_rows_have_as_many_cells_as_columns(printed):
    text = to_latex(printed, "c", "one")
    columns = re.search(r"begin\{tabular\}\{(\w+)\}", text)[1]
    for line in re.findall(r"(?m)^.*\\\\$", text):
        assert len(re.split(r"(?<!\\)&", line)) == len(columns)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex on this machine")
def test_latex_compiles(printed, tmp_path):
    body = to_latex(printed, "c", "one")
    file = tmp_path / "t.tex"
    file.write_text(
        "\\documentclass{article}\\usepackage{booktabs}\\begin{document}"
        f"{body}\\end{{document}}"
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", file.name], cwd=tmp_path, capture_output=True
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_a_page_holds_the_three_files_and_the_csv_is_unrounded():
    soup = BeautifulSoup(tables.show(FRAME, "A caption", name="t")._repr_html_(), "html.parser")
    links = {link["download"]: link["href"] for link in soup.select(".he-files a")}
    assert set(links) == {"t.csv", "t.docx", "t.tex"}
    content = base64.b64decode(links["t.csv"].split("base64,")[1])
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(content)), FRAME)
    Document(io.BytesIO(base64.b64decode(links["t.docx"].split("base64,")[1])))
