"""The publication workflow and the README call what exists."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))


def test_workflow_builds_the_default_study_and_deploys_its_folder():
    flow = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text("utf-8"))
    steps = flow["jobs"]["publish"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    made = {word for text in commands for word in re.findall(r"make ([a-z-]+)", text)}
    assert made and made <= TARGETS
    uploaded = next(step["with"]["path"] for step in steps if "upload" in step.get("uses", ""))
    assert uploaded == "build/paper/html" and "STUDY ?= studies/paper.yaml" in MAKEFILE
    assert steps[-1]["uses"].startswith("actions/deploy-pages@")
    assert flow["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}


def test_every_make_target_of_the_readme_exists():
    readme = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"make ([a-z]+)\b", readme)) - {"and"}
    assert {"book", "test"} <= named and named <= TARGETS


def test_every_target_is_explained_by_help():
    listed = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, flags=re.MULTILINE))
    assert listed == TARGETS


def test_pictures_of_the_readme_exist():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all((ROOT / path).is_file() for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", readme))
