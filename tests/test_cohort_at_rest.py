"""A build reads one cohort from its first chapter to its last, or stops."""

import os

import pytest
from small_cohort import write_cohort, write_study

from helpers import book
from helpers.cohort import cohort_files
from helpers.errors import DataError
from helpers.results import CHAPTERS
from helpers.study import load_study


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_cohort(tmp_path, 2, 2, 1)
    return load_study(write_study(tmp_path / "small.yaml", "."))


def fingerprints(study):
    return {chapter.name: book._fingerprint(study, chapter) for chapter in CHAPTERS}


def touch(file):
    state = file.stat()
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1_000_000))


def test_only_what_is_read_belongs_to_a_cohort(study, tmp_path):
    """A book built inside the study's own folder must not count as its data."""
    names = {str(file.relative_to(tmp_path)) for file in cohort_files(study)}
    images = {f"{place}/P00{n}.nii.gz" for place in ("images", "masks") for n in (1, 2, 3, 4)}
    rereads = {f"rereads/{reader}/P001.nii.gz" for reader in ("A2", "B1")}
    assert names == {"patients.csv", *images, *rereads}
    before = fingerprints(study)
    study.paths.results.mkdir(parents=True)
    (study.paths.results / "note.txt").write_text("x")
    touch(tmp_path / "small.yaml")
    assert fingerprints(study) == before


@pytest.mark.parametrize("name", ["patients.csv", "masks/P002.nii.gz", "rereads/B1/P001.nii.gz"])
def test_a_change_is_seen_and_stops_a_build_that_runs(study, tmp_path, name):
    before, state = fingerprints(study), book._cohort_state(study)
    book._refuse_change(study, state, CHAPTERS[1])
    touch(tmp_path / name)
    assert fingerprints(study)["01_cohort"] != before["01_cohort"]
    with pytest.raises(DataError, match=f"{name} changed while chapter 02_images ran.*run the"):
        book._refuse_change(study, state, CHAPTERS[1])


def test_a_file_that_is_gone_is_a_change(study, tmp_path):
    state = book._cohort_state(study)
    (tmp_path / "images" / "P003.nii.gz").unlink()
    with pytest.raises(DataError, match=r"images/P003\.nii\.gz changed"):
        book._refuse_change(study, state, CHAPTERS[0])
