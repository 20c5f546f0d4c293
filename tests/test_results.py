"""Results between chapters: written whole or not at all, and missing ones say who makes them."""

import os
import signal
import subprocess
import sys
import textwrap

import pandas as pd
import pytest

from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.results import CHAPTERS, LEDGER, LEDGER_FILE, Results
from helpers.study import Study


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Results(Study(name="s", source="synthetic"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_missing_result_names_the_chapter_that_makes_it(results, chapter):
    for name in set(chapter.makes) - {LEDGER_FILE}:
        with pytest.raises(DataError, match=f"{name} .*Run chapter {chapter.name}"):
            results.read(name)


def test_every_need_is_made_by_an_earlier_chapter():
    made = set()
    for chapter in CHAPTERS:
        assert set(chapter.needs) <= made, chapter.name
        made |= {*chapter.makes}


def test_chapters_that_enter_at_the_same_time_lose_nothing(results, tmp_path):
    script = """
        import sys
        import pandas as pd
        from helpers.results import LEDGER, Results
        from helpers.study import Study
        results = Results(Study(name="s", source="synthetic"))
        for number in range(15):
            row = ["table1", sys.argv[1], str(number), "1", "1", "same digits", ""]
            results.enter(pd.DataFrame([row], columns=LEDGER))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    running = [subprocess.Popen([*command, name], cwd=tmp_path) for name in ("age", "sex")]
    assert [process.wait() for process in running] == [0, 0]
    assert len(results.read("ledger.csv")) == 30


@pytest.mark.parametrize("name", ["patients.csv", "features.parquet"])
def test_a_table_comes_back_as_it_was_written(results, name):
    table = pd.DataFrame({"patient_id": ["001", "002"], "volume": [1 / 3, 2e-12]})
    results.write(name, table)
    pd.testing.assert_frame_equal(results.read(name), table, check_dtype=False)


def entry(column, run):
    return pd.DataFrame([["table1", "age", column, "61.2", run, "same digits", ""]], columns=LEDGER)


def test_entering_again_replaces_the_same_cells_only(results):
    results.enter(entry("no_expansion", "61.2"))
    results.enter(entry("expansion", "60.2"))
    results.enter(entry("no_expansion", "61.3"))
    ledger = results.read("ledger.csv")
    assert dict(zip(ledger["column"], ledger["run"].astype(str), strict=True)) == {
        "expansion": "60.2",
        "no_expansion": "61.3",
    }


def test_a_writer_that_fails_leaves_the_earlier_file(tmp_path):
    file = tmp_path / "result.csv"
    file.write_text("before")

    def fail(temporary):
        temporary.write_text("half")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_atomically(file, fail)
    assert file.read_text() == "before" and list(tmp_path.iterdir()) == [file]


def test_a_writer_that_is_killed_leaves_the_earlier_file(tmp_path):
    file = tmp_path / "result.csv"
    file.write_text("before")
    script = f"""
        import os, signal
        from pathlib import Path
        from helpers.files import write_atomically
        def write(temporary):
            temporary.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
        write_atomically(Path({str(file)!r}), write)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert done.returncode == -signal.SIGKILL and file.read_text() == "before"
    assert os.access(file, os.R_OK)
