"""Chapters as notebooks: paired, private, and never published with an error."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers import book
from helpers.errors import DataError
from helpers.results import CHAPTERS
from helpers.study import Study

NAMES = [chapter.name for chapter in CHAPTERS]


def read(name):
    return nbformat.read(book.REPOSITORY / "notebooks" / f"{name}.ipynb", as_version=4)


@pytest.mark.parametrize("name", NAMES)
def test_notebook_is_what_its_script_says(name):
    script = book.REPOSITORY / "notebooks" / f"{name}.py"
    notebook = book.REPOSITORY / "notebooks" / f"{name}.ipynb"
    assert notebook.read_text("utf-8") == book.paired_notebook(script), "run: make notebooks"


@pytest.mark.parametrize("name", NAMES)
def test_chapter_can_be_run_by_papermill_and_read_by_a_student(name):
    notebook = read(name)
    assert notebook.metadata.kernelspec.name and notebook.metadata.kernelspec.language == "python"
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1 and "study =" in tagged[0].source and "jobs =" in tagged[0].source
    assert not any(cell.get("outputs") for cell in notebook.cells)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert name == book.FIRST_PAGE or ("**You will learn**" in text and "## Take-aways" in text)
    assert not any(
        line.startswith(("def ", "class "))
        for cell in notebook.cells
        for line in cell.source.splitlines()
        if cell.cell_type == "code"
    )


def test_every_script_in_the_folder_is_a_chapter():
    scripts = {file.stem for file in (book.REPOSITORY / "notebooks").glob("*.py")}
    assert scripts == set(NAMES)


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "my.yaml"
    file.write_text("name: my\nsource: synthetic\n")
    from helpers.study import load_study

    return load_study(file)


def executed(*outputs, source="x = 1"):
    cell = nbformat.v4.new_code_cell(source, outputs=list(outputs))
    cell.metadata["papermill"] = {"start_time": "2026-01-01T00:00:00"}
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata["papermill"] = {"input_path": "/somewhere/else.ipynb"}
    return notebook


def test_private_copy_holds_no_path_no_time_and_no_progress_bar(study, tmp_path):
    bar = nbformat.v4.new_output("stream", name="stderr", text="extract: 50%")
    shown = nbformat.v4.new_output(
        "stream", name="stdout", text=f"{tmp_path}/cohort and {Path.home()}/x"
    )
    notebook = executed(bar, shown, source=f'study = "{study.paths.study}"')
    text = json.dumps(book.private_copy(notebook, study))
    for secret in (str(tmp_path), str(Path.home()) + "/", "2026-01-01", "extract", "input_path"):
        assert secret not in text
    assert '\\"my.yaml\\"' in text


def test_a_chapter_with_an_error_output_is_refused():
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="'age'", traceback=[])
    with pytest.raises(DataError, match=r"06_models, cell 1: KeyError: 'age'"):
        book.refuse_errors(executed(error), "06_models")


def test_a_setting_invalidates_the_chapters_that_use_it_only(study):
    def digests(changed: Study):
        changed._file = study._file
        return {chapter.name: book._fingerprint(changed, chapter) for chapter in CHAPTERS}

    before = digests(study)
    models = digests(
        study.model_copy(update={"models": study.models.model_copy(update={"n_iter": 7})})
    )
    imaging = digests(
        study.model_copy(update={"imaging": study.imaging.model_copy(update={"bin_width": 10.0})})
    )
    using = {chapter.name for chapter in CHAPTERS if "models" in chapter.uses}
    assert {name for name in before if before[name] != models[name]} == using
    assert "06_models" in using and "05_selection" not in using
    assert "03_features" in {name for name in before if before[name] != imaging[name]}
    assert before["01_cohort"] == imaging["01_cohort"]


def test_two_builds_at_once_are_refused(study):
    refused = pytest.raises(DataError, match="another build of study 'my'")
    with book._only_one_build(study), refused, book._only_one_build(study):
        pass


def test_a_chapter_without_its_inputs_says_which_to_run(study):
    notebook = book.REPOSITORY / "notebooks" / "07_comparison.ipynb"
    done = subprocess.run(
        [sys.executable, "-m", "papermill", str(notebook), "out.ipynb", "-p", "study", "my.yaml"],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode and "Run chapter 06_models first" in done.stderr
