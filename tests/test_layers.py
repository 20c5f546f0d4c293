"""Data flows one way: who may import whom, read from the imports themselves."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
PACKAGE = SOURCE / "helpers"
# What a part of the package may import of the rest of it.
ALLOWED = {
    "statistics": {"statistics"},
    "imaging": {"imaging", "errors", "files", "settings"},
    "features": {"features", "imaging", "errors", "files", "settings"},
    "settings": set(),
    "errors": set(),
    "files": set(),
    "selection": {"screening", "statistics", "errors", "settings"},
    "screening": {"statistics", "errors"},
    "classifiers": set(),
    "clinical": {"selection"},
    "models": {"classifiers", "clinical", "selection", "statistics", "settings", "errors"},
    "reliability": {"statistics", "features", "settings", "errors"},
    "audit": {"audit", "statistics", "published", "errors", "files"},
}
FORBIDDEN_LIBRARIES = {"statistics": {"pandas", "sklearn", "SimpleITK"}, "models": {"SimpleITK"}}
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(file):
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "helpers":
            yield from (f"helpers.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_knows_only_what_it_may(file):
    part = part_of(file)
    for name in imports(file):
        first, _, rest = name.partition(".")
        if first == "helpers" and part in ALLOWED:
            assert rest.split(".")[0] in ALLOWED[part], f"{part} imports {name}"
        assert first not in FORBIDDEN_LIBRARIES.get(part, ()), f"{part} imports {name}"
        if part not in ("book", "cli"):
            assert first not in ("papermill", "jupytext", "nbformat"), f"{part} imports {name}"
            assert name != "helpers.book"


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_is_one_idea(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 350
