"""environment.yml, the lock and pyproject.toml name the same packages."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_environment_mirrors_the_project():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    packages = next(item["pip"] for item in listed if isinstance(item, dict))
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["pdf"]
    assert sorted(packages) == sorted([*wanted, "-e ."])
    python = next(item for item in listed if isinstance(item, str) and item.startswith("python"))
    assert python == f"python{PROJECT['requires-python']}"


def test_lock_holds_every_pinned_version():
    lock = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    locked = {(package["name"], package["version"]) for package in lock}
    for pin in PROJECT["dependencies"]:
        if "==" in pin:
            assert tuple(pin.split("==")) in locked
