"""From feature and patient tables to what models see, and from models to a score table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.cohort import FIRST_READ
from helpers.errors import DataError
from helpers.models import Candidates, FittedModel
from helpers.results import Results
from helpers.study import Study


def stable_first_reads(results: Results) -> pd.DataFrame:
    """First reads with the reliable, varying features only; patient_id is the index."""
    features = results.read("features.parquet")
    icc = results.read("icc.csv")
    first = features[features["read"] == FIRST_READ].set_index("patient_id")
    stable = first[icc.loc[icc["stable"], "feature"]]
    stable = stable.loc[:, stable.nunique() > 1]
    if stable.empty:
        raise DataError(
            "no reliable feature varies between patients, so nothing can be selected. Lower "
            "reliability.threshold or look at chapter 04."
        )
    return stable


@dataclass
class ModellingData:
    """Training and external patients as the models see them.

    training, external : DataFrame, index = patient_id, radiomic and clinical columns
    training_outcome, external_outcome : Series of 0/1
    candidates : which columns may be used
    left_out : DataFrame, patient_id, cohort, reason
    """

    training: pd.DataFrame
    training_outcome: pd.Series
    external: pd.DataFrame
    external_outcome: pd.Series
    candidates: Candidates
    left_out: pd.DataFrame


def modelling_data(results: Results, study: Study) -> ModellingData:
    """What selection and models start from, and who had to be left out.

    A patient without features, or with a blank clinical column under the complete-case policy,
    is left out and listed.
    """
    patients = results.read("patients.csv").set_index("patient_id")
    stable = stable_first_reads(results)
    variables = results.read("variables.csv").set_index("name")
    if study.selection.clinical != "screened":
        variables = variables.loc[study.selection.clinical]
    kinds, tests = variables["kind"].to_dict(), variables["test"].to_dict()
    table = stable.join(patients[list(kinds)].pipe(_typed, kinds), how="inner")
    usable = stable.notna().all(axis=1)
    reasons = pd.Series("", index=patients.index)
    reasons[~patients.index.isin(stable.index)] = "no features"
    reasons[stable.index[~usable]] = "a feature is not a number"
    if study.cohort.missing == "complete case":
        blank = patients[list(kinds)].isna().any(axis=1)
        reasons[blank & (reasons == "")] = "a clinical value is blank"
    table = table.loc[[patient for patient in patients.index if reasons[patient] == ""]]
    chosen = patients.loc[table.index]
    parts = {name: chosen["cohort"] == name for name in ("training", "external")}
    left_out = patients.assign(reason=reasons)[reasons != ""].reset_index()
    return ModellingData(
        training=table[parts["training"]],
        training_outcome=chosen.loc[parts["training"], "expansion"],
        external=table[parts["external"]],
        external_outcome=chosen.loc[parts["external"], "expansion"],
        candidates=Candidates(list(stable.columns), kinds, tests),
        left_out=left_out[["patient_id", "cohort", "reason"]],
    )


def _typed(clinical: pd.DataFrame, kinds: dict[str, str]) -> pd.DataFrame:
    """Continuous columns as numbers and levels as text, so that each is encoded as what it is."""
    return pd.DataFrame(
        {
            name: clinical[name].astype(float)
            if kind == "continuous"
            else clinical[name].astype(object).where(clinical[name].notna(), np.nan)
            for name, kind in kinds.items()
        },
        index=clinical.index,
    )


def score_table(fitted: list[FittedModel], data: ModellingData) -> pd.DataFrame:
    """Scores and predictions of every model, apparent, cross-validated and external kept apart.

    Returns
    -------
    DataFrame, patient_id, cohort, expansion, model, score, prediction, risk, threshold_risk; higher
    scores mean expansion is more likely, and threshold_risk is the risk at the final model's
    threshold. The cross-validated predictions were made at thresholds that each fold chose.
    """
    parts = []
    for model in fitted:
        apparent = model.apparent >= model.threshold
        sets = [
            ("training (apparent)", data.training_outcome, model.apparent, apparent),
            (
                "training (cross-validated)",
                data.training_outcome,
                model.held_out,
                model.held_out_prediction,
            ),
        ]
        if len(data.external):
            score = model.score(data.external)
            sets.append(("external", data.external_outcome, score, score >= model.threshold))
        for cohort, outcome, score, prediction in sets:
            parts.append(
                pd.DataFrame(
                    {
                        "patient_id": outcome.index,
                        "cohort": cohort,
                        "expansion": outcome.to_numpy(),
                        "model": model.name,
                        "score": score,
                        "prediction": np.asarray(prediction, dtype=int),
                        "risk": model.risk(score),
                        "threshold_risk": float(model.risk(model.threshold)),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)
