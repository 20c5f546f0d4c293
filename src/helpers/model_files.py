"""Fitted models on disk: a skops file and, beside it, a JSON file that says what it needs."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from helpers.classifiers import FULL_NAMES
from helpers.errors import DataError
from helpers.features.settings import ImagingSettings
from helpers.files import write_atomically
from helpers.models import FittedModel
from helpers.study import Study

# Beside skops' own list: encoders keep the type of their levels, and a decision tree its nodes,
# which `_check_nodes` looks through. Neither carries code.
_TRUSTED = ["numpy.dtype", "sklearn.tree._tree.Tree"]
_VERSIONS = ("scikit-learn", "pyradiomics-bhklab", "SimpleITK", "numpy", "skops")


class ModelDescription(BaseModel):
    """What a saved model needs and where it comes from.

    training_ranges : feature or continuous clinical column: [lowest, highest] in training
    intercept, slope : of the logistic curve from score to risk
    """

    model_config = ConfigDict(extra="forbid")

    model: str
    study: str
    synthetic: bool
    positive: str
    features: list[str]
    clinical: dict[str, str]
    imaging: ImagingSettings
    training_ranges: dict[str, tuple[float, float]]
    n_training: tuple[int, int]
    threshold: float
    intercept: float
    slope: float
    parameters: dict[str, int | float | str | None]
    versions: dict[str, str]


def save_models(
    fitted: list[FittedModel], table: pd.DataFrame, outcome: pd.Series, kinds: dict, study: Study
) -> None:
    """Write `models/NAME.skops` and `models/NAME.json` for every fitted model.

    Parameters
    ----------
    fitted : from `helpers.models.fit_models`
    table, outcome : the training patients they were fitted on
    kinds : clinical column: "continuous", "binary" or "categorical"
    study : whose results folder receives the files
    """
    import skops.io  # slow to import, and most chapters neither save nor load a model

    folder = study.paths.results / "models"
    for model in fitted:
        numeric = [*model.features, *(n for n in model.clinical if kinds[n] == "continuous")]
        description = ModelDescription(
            model=model.name,
            study=study.name,
            synthetic=study.source == "synthetic",
            positive="expansion",
            features=model.features,
            clinical={name: kinds[name] for name in model.clinical},
            imaging=study.imaging,
            training_ranges={n: (table[n].min(), table[n].max()) for n in numeric},
            n_training=(int((outcome == 0).sum()), int((outcome == 1).sum())),
            threshold=model.threshold,
            intercept=model.intercept,
            slope=model.slope,
            parameters=model.parameters,
            versions={name: version(name) for name in _VERSIONS},
        )
        write_atomically(
            folder / f"{model.name}.skops", lambda file, m=model: skops.io.dump(m.pipeline, file)
        )
        text = json.dumps(description.model_dump(mode="json"), indent=1) + "\n"
        write_atomically(
            folder / f"{model.name}.json", lambda file, t=text: file.write_text(t, "utf-8")
        )


def describe_models(folder: Path) -> list[ModelDescription]:
    """Descriptions of the saved models of a study, in the order of the paper's classifiers.

    Raises
    ------
    DataError
        when there is none.
    """
    found = [folder / f"{name}.json" for name in FULL_NAMES]
    cards = [
        ModelDescription.model_validate_json(file.read_text(encoding="utf-8"))
        for file in found
        if file.is_file()
    ]
    if not cards:
        raise DataError("no saved model was found. Run chapter 06_models first.")
    return cards


def load_model(file: str | Path):
    """A saved pipeline and its description.

    Only plain scikit-learn types are loaded, so a file that carries code is refused.

    Raises
    ------
    DataError
        when a file is missing, damaged, or holds types that are not trusted.
    """
    import skops.io

    file = Path(file)
    notes = file.with_suffix(".json")
    for path in (file, notes):
        if not path.is_file():
            raise DataError(
                f"{path.name} was not found. A model is NAME.skops with NAME.json beside it; "
                "give the path of the .skops file."
            )
    try:
        description = ModelDescription.model_validate_json(notes.read_text(encoding="utf-8"))
        pipeline = skops.io.load(file, trusted=_TRUSTED)
        _check_nodes(pipeline.named_steps["classify"])
    except Exception as error:  # zip, JSON, pydantic and skops each have their own
        raise DataError(f"{file.name} cannot be used as a model: {error}") from error
    return pipeline, description


def _check_nodes(model) -> None:
    """Refuse a decision tree whose nodes point out of it: scikit-learn would follow them."""
    tree = getattr(model, "tree_", None)
    if tree is None:
        return
    places = np.arange(tree.node_count)
    leaf = tree.children_left == -1
    for children in (tree.children_left, tree.children_right):
        inside = (children > places) & (children < tree.node_count)
        if not np.where(leaf, children == -1, inside).all():
            raise ValueError("a node of the decision tree points out of it")
    if not (leaf | ((tree.feature >= 0) & (tree.feature < model.n_features_in_))).all():
        raise ValueError("a node of the decision tree asks for a feature that it has not")
