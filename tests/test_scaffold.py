"""A new study explains every setting there is, and is what it says."""

import pytest
import yaml
from pydantic import BaseModel

from helpers.check import check_study
from helpers.cohort import examine_cohort
from helpers.errors import DataError
from helpers.scaffold import EXPLAINED, UNCHANGED, new_study, study_text
from helpers.settings import Variable
from helpers.study import Study, load_study


def fields(model, place=()):
    """Every setting with its place, blocks unfolded."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, (*place, name))
        else:
            yield (*place, name), field


def uncommented(text):
    """The template with every default made active."""
    lines = [line for line in text.splitlines() if not line.startswith(EXPLAINED.strip())]
    return "\n".join(line.removeprefix(UNCHANGED) for line in lines)


def test_the_new_study_is_valid_and_is_about_files(tmp_path):
    file = new_study(tmp_path / "my study")
    study = load_study(file)
    assert (study.name, study.source) == ("my-study", "files")
    assert study.paths.cohort == (tmp_path / "my study").resolve()
    assert (file.parent / "images").is_dir() and (file.parent / "masks").is_dir()


def test_every_setting_is_there_with_its_default():
    everything = yaml.safe_load(uncommented(study_text("x")))
    given = yaml.safe_load(study_text("x"))
    for place, _ in fields(Study):
        value = everything
        for key in place:
            assert key in value, f"{'.'.join(place)} is not in the template"
            value = value[key]
    full, plain = Study.model_validate(everything), Study.model_validate(given)
    assert full == plain


def test_every_setting_is_explained():
    text = study_text("x")
    words = " ".join(text.replace(EXPLAINED.strip(), " ").split())
    for place, field in fields(Study):
        assert field.description, f"{'.'.join(place)} has no description"
        assert " ".join(field.description.split()) in words, ".".join(place)


def test_what_a_clinical_column_may_declare_is_explained():
    words = " ".join(study_text("x").replace(EXPLAINED.strip(), " ").split())
    for name, field in Variable.model_fields.items():
        assert f"{name}: {field.description}" in words


def test_the_example_table_can_be_read_and_lacks_only_patients(tmp_path):
    study = load_study(new_study(tmp_path / "s"))
    cohort, problems = examine_cohort(study)
    assert cohort.patients["expansion"].tolist() == [0, 1] and cohort.inferred == []
    assert all("cohort: " in p.found for p in problems if p.severity == "error")
    findings = check_study(study, jobs=1, progress=False)
    assert {p.patient_id for p in findings.errors} == {"", "P001", "P002"}


def test_the_dictionary_names_the_columns_of_the_example(tmp_path):
    folder = new_study(tmp_path / "s").parent
    header = (folder / "patients.csv").read_text("utf-8").splitlines()[0].split(",")
    readme = (folder / "README.md").read_text("utf-8")
    declared = load_study(folder / "study.yaml").cohort.variables
    assert all(f"`{name}`" in readme or name in declared for name in header)


@pytest.mark.parametrize("name", ["study.yaml", "patients.csv", "README.md"])
def test_nothing_is_overwritten(tmp_path, name):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / name).write_text("mine")
    with pytest.raises(DataError, match=f"s holds {name} already.*nothing was changed"):
        new_study(tmp_path / "s")
    assert [p.name for p in (tmp_path / "s").iterdir()] == [name]
    assert (tmp_path / "s" / name).read_text() == "mine"
