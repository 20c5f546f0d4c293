"""The settings of one analysis: read, validated, and where its files live."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from helpers.errors import DataError
from helpers.features.settings import ImagingSettings
from helpers.settings import (
    CohortSettings,
    ModelSettings,
    OutcomeSettings,
    PublishSettings,
    ReliabilitySettings,
    SelectionSettings,
    Settings,
    StatisticsSettings,
    Variable,
)
from helpers.synthetic.settings import SyntheticSettings


class Study(Settings):
    """One analysis, as its YAML file declares it."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")] = Field(
        description="letters, digits, - and _; names the folder build/NAME"
    )
    title: str = Field(
        "CT radiomics and hematoma expansion", description="title of the book's first page"
    )
    source: Literal["synthetic", "files", "features"] = Field(
        description="files: images and masks on disk; features: a ready feature table; "
        "synthetic: simulated patients"
    )
    seed: Annotated[int, Field(ge=0)] = Field(
        2025, description="decides everything that is drawn at random"
    )
    compare_with_paper: bool = Field(
        True, description="hold the results against the printed ones of Liu & He 2025"
    )
    cohort: CohortSettings = CohortSettings()
    outcome: OutcomeSettings = OutcomeSettings()
    synthetic: SyntheticSettings = SyntheticSettings()
    imaging: ImagingSettings = ImagingSettings()
    reliability: ReliabilitySettings = ReliabilitySettings()
    selection: SelectionSettings = SelectionSettings()
    models: ModelSettings = ModelSettings()
    statistics: StatisticsSettings = StatisticsSettings()
    publish: PublishSettings = PublishSettings()
    _file: Path = Path()

    @model_validator(mode="after")
    def _has_cohort(self) -> Study:
        if self.source != "synthetic" and self.cohort.folder is None:
            raise ValueError(
                f"source: {self.source} needs cohort.folder, the folder of patients.csv"
            )
        return self

    @property
    def paths(self) -> StudyPaths:
        """Where this study reads and writes."""
        build = Path("build").resolve() / self.name
        folder = build / "cohort"
        if self.source != "synthetic":
            folder = (self._file.parent / self.cohort.folder).resolve()
        return StudyPaths(study=self._file, build=build, cohort=folder)

    @property
    def images_shown(self) -> bool:
        """Whether pictures of lesions may be published."""
        return self._unless_told(self.publish.images)

    @property
    def points_shown(self) -> bool:
        """Whether a figure or widget may hold one mark per patient."""
        return self._unless_told(self.publish.points)

    def _unless_told(self, choice: bool | None) -> bool:
        return self.source == "synthetic" if choice is None else choice


@dataclass(frozen=True)
class StudyPaths:
    """Folders of one study; `build` lies under the folder the command is run from."""

    study: Path
    build: Path
    cohort: Path

    @property
    def results(self) -> Path:
        """What lies between two chapters, and the final tables."""
        return self.build / "results"

    @property
    def store(self) -> Path:
        """One file per extracted lesion, so that an interrupted run goes on."""
        return self.build / "extraction"

    @property
    def notebooks(self) -> Path:
        """Executed chapters."""
        return self.build / "notebooks"

    @property
    def html(self) -> Path:
        """The published book."""
        return self.build / "html"


def load_study(file: str | Path) -> Study:
    """Read and validate a study.

    Parameters
    ----------
    file : path of a YAML file

    Raises
    ------
    DataError
        when the file is missing, is not YAML, or holds unknown or ill-typed keys; every problem
        is listed with its key, the value found and what is allowed.
    """
    file = Path(file).resolve()
    if not file.is_file():
        raise DataError(f"{file.name}: no such study file. Give the path of a YAML study.")
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"{file.name} is not readable as YAML: {error}") from error
    if not isinstance(raw, dict):
        raise DataError(f"{file.name}: expected keys and values, found {type(raw).__name__}.")
    try:
        study = Study.model_validate(raw)
    except ValidationError as error:
        problems = "\n".join(f"  - {_explain(problem)}" for problem in error.errors())
        raise DataError(f"{file.name} is not a valid study:\n{problems}") from error
    study._file = file
    return study


def _explain(problem: dict) -> str:
    """One pydantic problem as a sentence that names the key and the way out."""
    place = [part for part in problem["loc"] if isinstance(part, str)]
    key = ".".join(str(part) for part in problem["loc"]) or "the study"
    if problem["type"] != "extra_forbidden":
        found = problem.get("input")
        shown = f" (found {found!r})" if not isinstance(found, dict) else ""
        return f"{key}: {problem['msg']}{shown}"
    allowed = _allowed_keys(place[:-1])
    near = difflib.get_close_matches(place[-1], allowed, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{key}: unknown key.{hint} Allowed here: {', '.join(allowed)}."


def _allowed_keys(place: list[str]) -> list[str]:
    model: type[BaseModel] = Study
    for part in place:
        field = model.model_fields.get(part)
        if field is None:  # inside a mapping such as cohort.variables
            continue
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
        elif part == "variables":
            model = Variable
    return sorted(model.model_fields)
