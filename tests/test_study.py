"""A study file is read whole or refused with every problem named."""

from pathlib import Path

import pytest
import yaml

from helpers.errors import DataError
from helpers.study import load_study

STUDIES = Path(__file__).parents[1] / "studies"


def write(tmp_path, **keys):
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump({"name": "s", "source": "synthetic"} | keys), "utf-8")
    return file


@pytest.mark.parametrize("file", sorted(STUDIES.glob("*.yaml")), ids=lambda file: file.name)
def test_committed_studies_are_valid(file):
    assert load_study(file).name == file.stem


def test_paper_study_has_the_papers_sizes_and_settings():
    study = load_study(STUDIES / "paper.yaml")
    assert sum(study.synthetic.n_training) == 235 and sum(study.synthetic.n_external) == 62
    assert study.synthetic.n_rereads == 50
    assert (study.imaging.bin_width, study.imaging.spacing_mm) == (25, 1)
    assert (study.selection.k, study.reliability.threshold) == (10, 0.85)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"imagin": {}}, ["imagin", "Did you mean 'imaging'", "models"]),
        ({"imaging": {"binwidth": 25}}, ["imaging.binwidth", "'bin_width'", "wavelet"]),
        ({"imaging": {"bin_width": "wide"}}, ["imaging.bin_width", "'wide'"]),
        ({"imaging": {"window_hu": [90, 10]}}, ["window_hu", "low < high"]),
        ({"source": "file"}, ["source", "'synthetic', 'files' or 'features'"]),
        ({"source": "files"}, ["cohort.folder"]),
        ({"models": {"folds": 1}}, ["models.folds", "greater than or equal to 2"]),
        ({"name": "../escape"}, ["name"]),
        ({"cohort": {"variables": {"age": {"kind": "number"}}}}, ["cohort.variables.age.kind"]),
        (
            {"cohort": {"variables": {"age": {"kind": "continuous", "test": "fisher"}}}},
            ["cohort.variables.age", "fisher does not suit", "welch"],
        ),
        (
            {"cohort": {"variables": {"age": {"kind": "binary", "units": "y"}}}},
            ["units", "unit"],
        ),
    ],
)
def test_a_wrong_key_is_refused_by_name(tmp_path, keys, words):
    with pytest.raises(DataError) as error:
        load_study(write(tmp_path, **keys))
    for word in ["study.yaml", *words]:
        assert word in str(error.value)


def test_all_problems_are_reported_at_once(tmp_path):
    with pytest.raises(DataError) as error:
        load_study(write(tmp_path, bogus=1, models={"folds": 0}, selection={"k": 0}))
    assert all(key in str(error.value) for key in ("bogus", "models.folds", "selection.k"))


@pytest.mark.parametrize(
    ("text", "word"),
    [("- a\n- b\n", "list"), ("a: [1\n", "YAML"), ("!!python/name:os.x\n", "YAML")],
)
def test_what_is_not_a_mapping_is_refused(tmp_path, text, word):
    file = tmp_path / "study.yaml"
    file.write_text(text)
    with pytest.raises(DataError, match=word):
        load_study(file)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.yaml"):
        load_study(tmp_path / "gone.yaml")


def test_folder_is_relative_to_the_study_file(tmp_path, monkeypatch):
    file = write(tmp_path, source="files", cohort={"folder": "data"})
    monkeypatch.chdir("/")
    assert load_study(file).paths.cohort == tmp_path / "data"


@pytest.mark.parametrize(
    ("source", "told", "shown"),
    [("synthetic", None, True), ("features", None, False), ("features", True, True)],
)
def test_real_patients_are_not_shown_unless_told(tmp_path, source, told, shown):
    study = load_study(
        write(tmp_path, source=source, cohort={"folder": "x"}, publish={"images": told})
    )
    assert study.images_shown is shown


@pytest.mark.parametrize("folds", [2, 3, 5, 10])
def test_fewest_per_class_fills_every_inner_fold(tmp_path, folds):
    fewest = load_study(write(tmp_path, models={"folds": folds})).models.fewest_per_class

    def smallest_training_part(count):
        return count - max(len(range(i, count, folds)) for i in range(folds))

    assert smallest_training_part(fewest) >= folds > smallest_training_part(fewest - 1)
