"""`hebook new`: a folder with every setting explained, an example table and a data dictionary."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Literal, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.study import Study

TEMPLATE = Path(__file__).parent / "template"
EXPLAINED, UNCHANGED = "## ", "# "  # begin of a line that explains, and of one that is a default
_WIDTH = 96
_HEAD = """\
Settings of one study. Lines with '## ' explain; lines with '# ' are defaults. To change a default,
take '# ' away from its line and from the name of the block it stands in. Paths are relative to
this file.
"""
_VARIABLES = {
    "age": {"kind": "continuous", "label": "Age", "unit": "years"},
    "sex": {"kind": "binary", "label": "Sex"},
    "hours_to_ct": {"kind": "continuous", "label": "Onset to baseline CT", "unit": "h"},
    "location": {"kind": "categorical", "label": "Location"},
    "baseline_volume_ml": {
        "kind": "continuous",
        "label": "Baseline hematoma volume",
        "unit": "ml",
    },
}


def new_study(folder: Path) -> Path:
    """Lay out a study of a cohort on disk.

    Parameters
    ----------
    folder : new or without a study; its name becomes the study's

    Returns
    -------
    Path of the study's YAML file

    Raises
    ------
    DataError
        when the folder holds a file that would be overwritten.
    """
    folder = Path(folder)
    texts = {
        "study.yaml": study_text(_name(folder)),
        "patients.csv": (TEMPLATE / "patients.csv").read_text(encoding="utf-8"),
        "README.md": (TEMPLATE / "README.md").read_text(encoding="utf-8"),
    }
    there = [name for name in texts if (folder / name).exists()]
    if there or folder.is_file():
        raise DataError(
            f"{folder.name} holds {', '.join(there) or 'no folder but a file'} already; expected a "
            "new folder. Choose another name: nothing was changed."
        )
    for place in ("images", "masks"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomically(folder / name, lambda file, text=text: file.write_text(text, "utf-8"))
    return folder / "study.yaml"


def study_text(name: str) -> str:
    """The YAML of a files study that explains every setting.

    Explanations are the descriptions in the settings' own classes, so they cannot differ from what
    the program reads.
    """
    given = {
        "name": name,
        "source": "files",
        "compare_with_paper": False,
        "cohort": {"folder": ".", "variables": _VARIABLES},
    }
    head = "".join(f"{EXPLAINED}{line}\n" for line in _HEAD.splitlines())
    values = Study.model_validate(given).model_dump(mode="json")
    return head + "\n".join([*_block(Study, values, given), ""])


def _block(model: type[BaseModel], values: dict, given: dict | None, indent: str = "") -> list[str]:
    """Lines of a block; `given` values are active, all others are commented defaults."""
    lines = []
    for name, field in model.model_fields.items():
        here = given is not None and name in given
        sign = "" if here else UNCHANGED
        if _is_block(field):
            lines += ["", *_explained(_summary(field.annotation), indent)]
            lines.append(f"{sign}{indent}{name}:")
            inner = given[name] if here else None
            lines += _block(field.annotation, values[name], inner, f"{indent}  ")
            continue
        lines += _explained(_meaning(field), indent)
        for key, entry in _entries(field).items():
            lines += _explained(f"  {key}: {_meaning(entry)}", indent)
        value = given[name] if here else values[name]
        lines += [f"{sign}{indent}{line}" for line in _setting(name, value, here)]
    return lines


def _is_block(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _entries(field: FieldInfo) -> dict[str, FieldInfo]:
    """The settings of one entry of a mapping such as cohort.variables; empty for others."""
    if get_origin(field.annotation) is not dict:
        return {}
    entry = get_args(field.annotation)[1]
    is_model = isinstance(entry, type) and issubclass(entry, BaseModel)
    return entry.model_fields if is_model else {}


def _summary(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0].rstrip(".")


def _meaning(field: FieldInfo) -> str:
    """What a setting does and which values it may have."""
    choices = _choices(field.annotation)
    allowed = f" ({' | '.join(map(str, choices))})" if choices else ""
    return f"{field.description}{allowed}"


def _choices(annotation: object) -> tuple:
    """The values of a Literal, alone or inside a list."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) is list:
        return _choices(get_args(annotation)[0])
    return ()


def _explained(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=EXPLAINED + indent, subsequent_indent=EXPLAINED + indent
    )


def _setting(name: str, value: object, over_lines: bool) -> list[str]:
    """`name: value` as YAML; a mapping that is set takes one line per key."""
    if isinstance(value, dict) and over_lines and value:
        return [f"{name}:", *(f"  {key}: {_plain(entry)}" for key, entry in value.items())]
    return [f"{name}: {_plain(value)}"]


def _plain(value: object) -> str:
    value = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _name(folder: Path) -> str:
    """A study's name from its folder's: letters, digits, - and _ only."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-_")
    return name or "study"
