"""The guide's own examples: each YAML block is a valid study, and the Python block runs."""

import re
from pathlib import Path

import pytest

from helpers.study import load_study
from helpers.synthetic.patients import simulate_patients

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "book" / "guides" / "simulate.md").read_text(encoding="utf-8")
STUDIES = re.findall(r"```yaml\n(# studies/(\w+)\.yaml.*?)```", GUIDE, flags=re.DOTALL)


@pytest.mark.parametrize(("text", "name"), STUDIES, ids=[name for _, name in STUDIES])
def test_example_studies_are_valid_and_can_be_modelled(text, name, tmp_path):
    file = tmp_path / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    study = load_study(file)
    assert study.name == name and study.source == "synthetic"
    patients = simulate_patients(study.synthetic, study.seed)
    training = patients[patients["cohort"] == "training"]
    assert training["expansion"].value_counts().min() >= study.models.fewest_per_class


def test_python_example_makes_one_patient(monkeypatch):
    monkeypatch.chdir(ROOT)
    made = {}
    exec(re.search(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)[1], made)
    assert made["image"].GetSize() == made["mask"].GetSize()


def test_studies_and_commands_that_are_named_exist():
    for path in re.findall(r"`(?:make book STUDY=)?(studies/(?:tiny|null)\.yaml)`", GUIDE):
        assert (ROOT / path).is_file()
    assert STUDIES and "hebook simulate studies/tiny.yaml" in GUIDE
