"""Names, numbers, dates and places planted in a cohort: none of them is in its book."""

import base64
import gzip
import io
import json
import re
import zipfile
import zlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image, PngImagePlugin
from small_cohort import write_cohort, write_study

from helpers.book import REPOSITORY, build_book
from helpers.privacy import check_book, find_traces, identifying_words
from helpers.study import load_study

PLANTED = ["Quuxbert", "Zymurgy", "1931-07-13", "19310713", "2019-11-23", "Wilhelmina"]
ONE_PATIENT = "3.141592653"  # hours to CT of a single patient


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The book of a files study full of what must not get out."""
    home = tmp_path_factory.mktemp("Zymurgy Clinic 19310713")
    folder = home / "Wilhelmina_data"
    table = write_cohort(folder, prefix="Quuxbert_", notes="Wilhelmina Zymurgy 2019-11-23")
    table["name"] = [f"Wilhelmina Zymurgy {n}" for n in range(len(table))]
    table["age"] = table["age"].astype(object).mask(table.index.isin([4, 33]), "")  # blanks
    table["born"], table["scanned"] = "1931-07-13", "2019-11-23"
    table["hours_to_ct"] = table["hours_to_ct"].astype(object)
    table.loc[table["hours_to_ct"].rank().sub(len(table) / 2).abs().idxmin(), "hours_to_ct"] = (
        ONE_PATIENT
    )
    table.to_csv(folder / "patients.csv", index=False)
    cohort = {"ignore": ["name", "born", "scanned"]}
    file = write_study(home / "small.yaml", folder, cohort=cohort, publish={"smallest_cell": 5})
    monkey = pytest.MonkeyPatch()
    monkey.chdir(home)
    study = load_study(file)
    build_book(study, jobs=1)
    yield study, home
    monkey.undo()


def test_the_planted_words_are_in_the_data(published):
    study, _ = published
    header = gzip.decompress(next((study.paths.cohort / "images").iterdir()).read_bytes())[:352]
    assert b"Wilhelmina Zymurgy 2019-11-23" in header
    text = (study.paths.cohort / "patients.csv").read_text("utf-8")
    assert all(word in text for word in [*PLANTED[:3], *PLANTED[4:], ONE_PATIENT])


def test_nothing_planted_is_in_the_book(published):
    study, home = published
    words = [*PLANTED, ONE_PATIENT, str(home), str(REPOSITORY), home.name]
    for place in (study.paths.html, study.paths.notebooks):
        files = [path for path in place.rglob("*") if path.is_file()]
        assert len(files) > 5
        traces = find_traces(place, words)
        assert traces.empty, traces.to_string()


def test_patients_with_blanks_are_counted_and_left_out_of_the_models(published):
    study, _ = published
    notebook = (study.paths.notebooks / "01_cohort.ipynb").read_text("utf-8")
    assert "complete case" in notebook
    scores = pd.read_csv(study.paths.results / "scores.csv")
    scored = set(scores["patient_id"])
    assert len(scored) == 40 and not scored & {"Quuxbert_005", "Quuxbert_034"}


def test_no_picture_of_a_patient_is_in_the_book(published):
    study, _ = published
    page = (study.paths.html / "notebooks" / "02_images.html").read_text("utf-8")
    assert "Pictures of lesions are not published" in page
    notebook = json.loads((study.paths.notebooks / "02_images.ipynb").read_text("utf-8"))
    titles = [key for cell in notebook["cells"] for out in cell.get("outputs", []) for key in out]
    assert titles and not study.images_shown and not study.points_shown


def test_the_check_of_a_book_finds_nothing_here_and_something_where_it_is(published):
    study, _ = published
    words = identifying_words(study)
    assert "Quuxbert_001" in words and "Wilhelmina Zymurgy 3" in words and "2019-11-23" in words
    assert check_book(study) == []
    page = study.paths.html / "leak.html"
    page.write_text("<p>Quuxbert_007</p>")
    try:
        problem = check_book(study)[0]
        assert problem.file == "html/leak.html" and "Quuxbert" not in str(problem)
    finally:
        page.unlink()


def picture(text):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text, zip=True)
    file = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(file, "png", pnginfo=info)
    return file.getvalue()


def archive(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", f"<w:t>{text}</w:t>")
        packed.writestr("word/media/image.png", picture("other"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("page.html", lambda text: f"<p>{text.upper()}</p>".encode()),
        ("searchindex.js", lambda text: json.dumps({"terms": {text.lower(): 1}}).encode()),
        ("figure.png", picture),
        ("inline.html", lambda text: b"data:image/png;base64," + base64.b64encode(picture(text))),
        ("run.ipynb", lambda text: json.dumps(base64.encodebytes(picture(text)).decode()).encode()),
        ("table.docx", archive),
        ("objects.inv", lambda text: b"#\n#\n#\n#\n" + zlib.compress(text.encode())),
        ("data.json.gz", lambda text: gzip.compress(text.encode())),
        ("Quuxbert.txt", lambda text: b"nothing"),
    ],
)
def test_a_word_is_found_wherever_it_hides(tmp_path, name, make):
    (tmp_path / name).write_bytes(make("Quuxbert"))
    (tmp_path / "clean.png").write_bytes(picture("nobody"))
    assert find_traces(tmp_path, ["Quuxbert", "Zymurgy"]).values.tolist() == [[name, "Quuxbert"]]


def test_short_and_plain_words_are_not_looked_for(tmp_path):
    ids = ["7", "P1", "12345", "PAT00017", "male"]
    table = pd.DataFrame({"patient_id": ids, "cohort": "training", "seen": "2024-05-06"})
    table.to_csv(tmp_path / "patients.csv", index=False)
    study = write_study(tmp_path / "s.yaml", tmp_path, cohort={"ignore": ["seen"]})
    assert identifying_words(load_study(study)) == ["2024-05-06", "PAT00017"]


def test_small_counts_are_masked_in_the_published_table(published):
    study, _ = published
    kept = (study.paths.results / "table1.csv").read_text("utf-8")
    page = (study.paths.html / "notebooks" / "01_cohort.html").read_text("utf-8")
    small = re.compile(r"(?<![\d.±≥])[1-4] ?\(\d")
    assert small.search(kept) and not small.search(
        page.split('id="table-1"')[1].split("</table>")[0]
    )
