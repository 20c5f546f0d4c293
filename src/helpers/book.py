"""From a study to a published book: papermill runs the chapters, jupyter-book makes the pages."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jupytext
import nbformat
import papermill
import psutil
from nbclient.exceptions import CellExecutionError
from papermill.exceptions import PapermillExecutionError

from helpers.cohort import cohort_files
from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.privacy import check_book
from helpers.results import CHAPTERS, Chapter, chapters_before
from helpers.scheduling import run_when_ready
from helpers.study import Study

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = ("_config.yml", "_toc.yml", "book")
_JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"  # it has no -m of its own
FIRST_PAGE = "index"  # a chapter like the others, published at the root
EVERY_CHAPTER_USES = ("name", "title", "source", "compare_with_paper", "publish")


def build_book(study: Study, jobs: int = 2) -> Path:
    """Execute the chapters of a study that are out of date and publish the book.

    Parameters
    ----------
    study : Study
    jobs : number of chapters side by side, and of processes of each long step

    Returns
    -------
    Path of the book's first page.

    Raises
    ------
    DataError
        when a chapter fails, an output holds an error, a page cannot be built, or the finished
        book of real patients holds one of their identifiers.
    """
    with _only_one_build(study):
        run_chapters(study, jobs)
        page = publish(study)
        if study.source != "synthetic":
            _refuse_traces(study)
        return page


def _refuse_traces(study: Study) -> None:
    """Look through the finished book for the identifiers of its patients."""
    found = check_book(study)
    if found:
        raise DataError("\n".join(str(problem) for problem in found))


def run_chapters(study: Study, jobs: int) -> list[str]:
    """Execute the chapters whose inputs changed; return their names in the order they ended.

    A chapter begins when those it reads results of are done, `jobs` of them at most side by side.
    """
    study.paths.notebooks.mkdir(parents=True, exist_ok=True)
    executed, cohort = [], _cohort_state(study)
    chapters = {chapter.name: chapter for chapter in CHAPTERS}

    def run(name: str) -> None:
        chapter = chapters[name]
        stamp = study.paths.notebooks / f"{name}.inputs"
        output = study.paths.notebooks / f"{name}.ipynb"
        inputs = _fingerprint(study, chapter)
        made = all((study.paths.results / result).is_file() for result in chapter.makes)
        if made and output.is_file() and stamp.is_file() and stamp.read_text() == inputs:
            print(f"{name}: unchanged")
            return
        print(f"{name}: running", flush=True)
        stamp.unlink(missing_ok=True)
        _execute(study, chapter, output, jobs)
        _refuse_change(study, cohort, chapter)
        write_atomically(stamp, lambda file: file.write_text(inputs))
        executed.append(name)

    run_when_ready(list(chapters), chapters_before, run, jobs, _stop_kernels)
    return executed


def _stop_kernels() -> None:
    """End the kernels of running chapters, which do not see the user's Ctrl-C."""
    for child in psutil.Process().children(recursive=True):
        child.terminate()


def _execute(study: Study, chapter: Chapter, output: Path, jobs: int) -> None:
    # papermill saves after each cell: what a killed run leaves is never taken for a chapter
    partial = output.with_suffix(".partial.ipynb")
    source = REPOSITORY / "notebooks" / f"{chapter.name}.ipynb"
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        notebook = papermill.execute_notebook(
            source,
            partial,
            parameters={"study": str(study.paths.study), "jobs": jobs},
            kernel_name="python3",
            cwd=str(Path.cwd()),
            progress_bar=False,
            stderr_file=sys.stderr,  # the progress bars of long steps
            extra_arguments=[
                "--log-level=ERROR"
            ],  # the kernel listens on loopback, no need to warn
        )
    except (PapermillExecutionError, CellExecutionError) as error:
        reason = f"{getattr(error, 'ename', '')}: {getattr(error, 'evalue', error)}"
        if os.environ.get("HEBOOK_DEBUG"):
            print(error, file=sys.stderr)
        raise DataError(f"chapter {chapter.name} stopped.\n{reason}") from None
    finally:
        partial.unlink(missing_ok=True)
    notebook = private_copy(notebook, study)
    refuse_errors(notebook, chapter.name)
    write_atomically(output, lambda file: nbformat.write(notebook, file))


def private_copy(notebook: nbformat.NotebookNode, study: Study) -> nbformat.NotebookNode:
    """The notebook without execution metadata and without a path of this machine."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": kernel, "language_info": {"name": "python"}}
    )
    places = {
        str(study.paths.study): study.paths.study.name,
        str(study.paths.cohort): "cohort",
        str(Path.cwd()): ".",
        str(REPOSITORY): ".",
        str(Path(sys.prefix)): "python",
        str(Path.home()): "~",
    }
    pattern = re.compile(
        "|".join(
            re.escape(place) for place in sorted(places, key=len, reverse=True) if len(place) > 1
        )
    )

    def clean(node):
        if isinstance(node, str):
            return pattern.sub(lambda match: places[match.group()], node)
        if isinstance(node, list):
            return [clean(item) for item in node]
        if isinstance(node, dict):
            return {key: clean(item) for key, item in node.items()}
        return node

    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({"tags": cell.metadata.get("tags", [])})
        cell.source = clean(cell.source)
        if cell.cell_type == "code":
            # progress bars and warnings of libraries are for the terminal, not for the page
            outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
            cell.outputs = nbformat.from_dict(clean(outputs))
    return notebook


def refuse_errors(notebook: nbformat.NotebookNode, name: str) -> None:
    """Raise DataError when an output of the notebook is an error."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise DataError(f"chapter {name}, cell {number}: {output.ename}: {output.evalue}")


def publish(study: Study) -> Path:
    """Build the HTML of an executed study with jupyter-book, warnings being errors.

    Pages whose sources are unchanged are left as they are.
    """
    source = _stage(study)
    stamp = study.paths.build / "html.inputs"
    inputs = _tree_digest(source)
    page = study.paths.html / "index.html"
    if page.is_file() and stamp.is_file() and stamp.read_text() == inputs:
        print("pages: unchanged")
        return page
    print("pages: building", flush=True)
    stamp.unlink(missing_ok=True)
    command = [sys.executable, "-c", _JUPYTER_BOOK, "build", str(source)]
    command += ["--path-output", str(study.paths.build), "-W", "-n", "--keep-going", "-q"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    built = study.paths.build / "_build" / "html"
    if done.returncode or not (built / "index.html").is_file():
        raise DataError(f"the pages could not be built:\n{(done.stdout + done.stderr)[-6000:]}")
    earlier = study.paths.build / "html.old"
    shutil.rmtree(earlier, ignore_errors=True)
    if study.paths.html.exists():
        study.paths.html.rename(earlier)
    built.rename(study.paths.html)
    for leftover in (earlier, study.paths.build / "_build"):
        shutil.rmtree(leftover, ignore_errors=True)
    write_atomically(stamp, lambda file: file.write_text(inputs))
    return page


def _stage(study: Study) -> Path:
    """The pages and executed chapters of a study in one folder, ready for jupyter-book."""
    source = study.paths.build / "source"
    shutil.rmtree(source, ignore_errors=True)
    (source / "notebooks").mkdir(parents=True)
    for page in PAGES:
        place = REPOSITORY / page
        (shutil.copytree if place.is_dir() else shutil.copy2)(place, source / page)
    for chapter in CHAPTERS:
        place = source if chapter.name == FIRST_PAGE else source / "notebooks"
        shutil.copy2(study.paths.notebooks / f"{chapter.name}.ipynb", place)
    _announce(study, source)
    return source


def _tree_digest(folder: Path) -> str:
    """A digest of every file below a folder, names included, and of this package and the lock."""
    digest = hashlib.sha256()
    for root in (folder, REPOSITORY / "src" / "helpers"):
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            if "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(root)).encode() + file.read_bytes())
    digest.update((REPOSITORY / "uv.lock").read_bytes())
    return digest.hexdigest()


def _announce(study: Study, source: Path) -> None:
    """Put the study's name, and 'synthetic' where it is, on top of every page."""
    banner = f"Study: {study.name}."
    if study.source == "synthetic":
        banner = f"Synthetic data: no patient is shown. {banner}"
    config = source / "_config.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("STUDY_ANNOUNCEMENT", banner), encoding="utf-8")


def convert_chapters() -> list[Path]:
    """Write the .ipynb of every chapter from its .py, the one source; return those changed."""
    changed = []
    for chapter in CHAPTERS:
        script = REPOSITORY / "notebooks" / f"{chapter.name}.py"
        target = script.with_suffix(".ipynb")
        text = paired_notebook(script)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            write_atomically(target, lambda file, text=text: file.write_text(text, "utf-8"))
            changed.append(target)
    return changed


def paired_notebook(script: Path) -> str:
    """The notebook, without outputs, that a percent script stands for, as JSON text."""
    notebook = jupytext.read(script)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02d}"
    notebook.metadata = nbformat.from_dict(
        {
            "jupytext": {"formats": "ipynb,py:percent"},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return nbformat.writes(notebook) + "\n"


def _fingerprint(study: Study, chapter: Chapter) -> str:
    """A digest of all a chapter depends on: its text, the code, the lock, settings and inputs."""
    digest = hashlib.sha256()
    files = [REPOSITORY / "notebooks" / f"{chapter.name}.ipynb", REPOSITORY / "uv.lock"]
    files += sorted((REPOSITORY / "src" / "helpers").rglob("*.py"))
    files += sorted((REPOSITORY / "src" / "helpers").rglob("*.yaml"))
    files += [study.paths.results / name for name in chapter.needs]
    for file in files:
        digest.update(file.name.encode())
        digest.update(file.read_bytes() if file.is_file() else b"absent")
    settings = study.model_dump(mode="json", include={*chapter.uses, *EVERY_CHAPTER_USES})
    digest.update(json.dumps(settings, sort_keys=True).encode())
    if "cohort" in chapter.uses:
        digest.update(repr(_cohort_state(study)).encode())
    return digest.hexdigest()


def _cohort_state(study: Study) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file of a cohort on disk."""
    if study.source == "synthetic":
        return {}
    folder = study.paths.cohort
    states = [(file, file.stat()) for file in cohort_files(study)]
    return {
        os.path.relpath(file, folder): (state.st_size, state.st_mtime_ns) for file, state in states
    }


def _refuse_change(study: Study, before: dict, chapter: Chapter) -> None:
    """Stop a build whose cohort is no longer the one that its first chapter read."""
    now = _cohort_state(study)
    changed = sorted({name for name, _ in now.items() ^ before.items()})
    if changed:
        raise DataError(
            f"{', '.join(changed[:3])} changed while chapter {chapter.name} ran, so that chapters "
            "would disagree; expected a cohort at rest. Nothing was published: run the build again."
        )


@contextmanager
def _only_one_build(study: Study) -> Iterator[None]:
    """Hold the study's lock, so that two builds never write into one folder."""
    study.paths.build.mkdir(parents=True, exist_ok=True)
    with (study.paths.build / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(
                f"another build of study {study.name!r} is running. Wait for it, or stop it."
            ) from None
        yield
