"""A saved model on new patients: risk, class, and the reasons why either may be wrong."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.classifiers import decision_score
from helpers.cohort import FIRST_READ, Cohort, cases, examine_cohort, read_features
from helpers.errors import DataError
from helpers.features.batch import extract_cohort
from helpers.files import write_atomically
from helpers.model_files import ModelDescription, load_model
from helpers.problems import refuse
from helpers.statistics.calibration import calibration
from helpers.statistics.confusion import classification_metrics, confusion
from helpers.statistics.roc import auc_ci
from helpers.study import Study
from helpers.synthetic.simulate import simulate_cohort

PATIENTS = ["patient_id", "score", "risk", "prediction", "outside_range", "reasons"]
PERFORMANCE = ["measure", "value", "low", "high", "note"]
_NAMED = 3  # columns outside the training range that a reason names


@dataclass(frozen=True)
class Prediction:
    """Scores of new patients by one model.

    patients : DataFrame, patient_id, score, risk (0 to 1), prediction (0/1 at the model's stored
        threshold), outside_range (number of columns), reasons; NaN where a patient has no score
    performance : DataFrame, measure, value, low, high, note; empty without known outcomes
    notes : sentences about the model and this cohort as a whole
    """

    patients: pd.DataFrame
    performance: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Both tables and the notes."""
        parts = [self.patients.to_string(index=False, float_format="{:.3f}".format)]
        if len(self.performance):
            table = self.performance.to_string(index=False, float_format="{:.3f}".format)
            parts.append("In this cohort:\n" + table)
        parts.append("\n".join(f"- {note}" for note in self.notes))
        return "\n\n".join(parts)


def predict(
    model_file: Path, study: Study, jobs: int = 1, out: Path | None = None, progress: bool = True
) -> Prediction:
    """Score the patients of a study with a saved model.

    Parameters
    ----------
    model_file : NAME.skops with NAME.json beside it
    study : describes the new patients; their outcome may be unknown
    jobs : number of processes
    out : folder of predictions-NAME.csv and performance-NAME.csv; by default predictions/ in the
        study's results
    progress : whether to show bars on stderr

    Returns
    -------
    Prediction

    Raises
    ------
    DataError
        when the model cannot be read, the study prepares images in another way than the model's,
        a column is missing, or no patient can be scored.
    """
    pipeline, description = load_model(model_file)
    if study.source != "features":
        _refuse_other_imaging(description, study)
    if study.source == "synthetic":
        simulate_cohort(study.synthetic, study.seed, study.paths.cohort, jobs=jobs)
    cohort, problems = examine_cohort(study, labelled=False)
    refuse(study.cohort.table, problems)
    features, lost = _first_reads(study, cohort, jobs, progress)
    table = _columns(description, study, cohort, features)
    usable = table[description.features].notna().all(axis=1)
    if not usable.any():
        reasons = "; ".join(list(lost.values())[:5])
        raise DataError(f"no patient of {study.name} can be scored. {reasons}")
    patients = _scored(pipeline, description, table, usable, lost)
    performance = _performance(description, cohort.patients, patients, study)
    result = Prediction(patients, performance, _notes(description, study, performance))
    _write(result, out or study.paths.results / "predictions", description.model)
    return result


def _refuse_other_imaging(description: ModelDescription, study: Study) -> None:
    """Other settings measure other features; only the engine may differ, since both agree."""
    mine = study.imaging.model_dump(exclude={"engine"})
    theirs = description.imaging.model_dump(exclude={"engine"})
    different = [name for name in mine if mine[name] != theirs[name]]
    if different:
        lines = "\n".join(
            f"  - imaging.{name}: the study has {mine[name]!r}, the model was trained with "
            f"{theirs[name]!r}"
            for name in different
        )
        raise DataError(
            f"{study.paths.study.name}: features measured by other settings cannot be scored by "
            f"{description.model}:\n{lines}\nGive the study the model's settings."
        )


def _first_reads(
    study: Study, cohort: Cohort, jobs: int, progress: bool
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Features of the first reads, patient_id as index, and why some patients have none."""
    if study.source == "features":
        table = read_features(study)
        lost = {}
    else:
        reads, missing = cases(study, cohort)
        first = [case for case in reads if case.read == FIRST_READ]
        done = extract_cohort(first, study.imaging, study.paths.store, jobs, progress)
        table = done.features
        lost = dict(zip(done.failures["patient_id"], done.failures["reason"], strict=True))
        lost |= {text.removeprefix("patient ").split(":")[0]: text for text in missing}
    first = table[table["read"] == FIRST_READ].drop_duplicates("patient_id")
    return first.set_index("patient_id").drop(columns="read"), lost


def _columns(
    description: ModelDescription, study: Study, cohort: Cohort, features: pd.DataFrame
) -> pd.DataFrame:
    """The columns of the model, one row per patient of the cohort."""
    patients = cohort.patients.set_index("patient_id")
    absent = [name for name in description.clinical if name not in patients]
    if absent:
        raise DataError(
            f"{study.cohort.table}: no column {', '.join(absent)}, which {description.model} "
            f"needs; expected {', '.join(description.clinical)}. Add it, or map its header under "
            "cohort.columns."
        )
    absent = [name for name in description.features if name not in features]
    if absent:
        raise DataError(
            f"the feature table: no column {', '.join(absent[:5])}, which {description.model} "
            f"needs; expected its {len(description.features)} features. Extract with the model's "
            "settings."
        )
    table = features.reindex(index=patients.index, columns=description.features)
    for name, kind in description.clinical.items():
        values = patients[name]
        if kind == "continuous":
            table[name] = pd.to_numeric(values).astype(float)
        else:
            table[name] = values.astype(object).where(values.notna(), np.nan)
    return table


def _scored(
    pipeline, description: ModelDescription, table: pd.DataFrame, usable: pd.Series, lost: dict
) -> pd.DataFrame:
    score = pd.Series(np.nan, index=table.index)
    with warnings.catch_warnings():  # an unknown level becomes a reason of its patient
        warnings.filterwarnings("ignore", message="Found unknown categories")
        score[usable] = decision_score(pipeline, table[usable])
    risk = 1 / (1 + np.exp(-(description.intercept + description.slope * score)))
    prediction = (score >= description.threshold).astype(int).astype("Int64").where(usable)
    outside = _outside(description, table)
    levels = _known_levels(pipeline, description)
    reasons = [
        "; ".join(_reasons(patient, table.loc[patient], outside.loc[patient], levels, lost))
        for patient in table.index
    ]
    columns = [
        table.index.to_series(),
        score,
        risk,
        prediction,
        outside.sum(axis=1),
        pd.Series(reasons, index=table.index),
    ]
    return pd.concat(columns, axis=1, keys=PATIENTS).reset_index(drop=True)


def _outside(description: ModelDescription, table: pd.DataFrame) -> pd.DataFrame:
    """Where a value lies beyond every training patient's, shape = (n_patients, n_columns)."""
    ranges = pd.DataFrame(description.training_ranges, index=["low", "high"])
    values = table[list(ranges.columns)]
    return (values < ranges.loc["low"]) | (values > ranges.loc["high"])


def _known_levels(pipeline, description: ModelDescription) -> dict[str, set]:
    """Levels of the clinical columns that training had."""
    names = [name for name, kind in description.clinical.items() if kind != "continuous"]
    if not names:
        return {}
    clinical = pipeline.named_steps["prepare"].named_transformers_["clinical"]
    encoder = clinical.named_transformers_["levels"][-1]
    return {name: set(levels) for name, levels in zip(names, encoder.categories_, strict=True)}


def _reasons(
    patient: str, values: pd.Series, outside: pd.Series, levels: dict[str, set], lost: dict
) -> list[str]:
    """Why this patient's result may be wrong, or is missing."""
    if patient in lost:
        return [lost[patient]]
    names = list(outside.index[outside])
    reasons = []
    if names:
        shown = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
        reasons.append(f"outside the training range: {shown}")
    blank = list(values.index[values.isna()])
    if blank:
        reasons.append(f"blank, filled from training: {', '.join(blank)}")
    reasons += [
        f"{name} is {values[name]!r}, which training had not"
        for name, known in levels.items()
        if name not in blank and values[name] not in known
    ]
    return reasons


def _performance(
    description: ModelDescription, patients: pd.DataFrame, scored: pd.DataFrame, study: Study
) -> pd.DataFrame:
    """Discrimination, calibration and the threshold's cost, where outcomes are known."""
    if "expansion" not in patients:
        return pd.DataFrame(columns=PERFORMANCE)
    known = scored.merge(patients[["patient_id", "expansion"]]).dropna(
        subset=["score", "expansion"]
    )
    outcome = known["expansion"].astype(int)
    if outcome.nunique() < 2:
        return pd.DataFrame(columns=PERFORMANCE)
    confidence = study.statistics.confidence
    area = auc_ci(outcome, known["score"], confidence)
    rows = [("AUC", area.auc, area.low, area.high, area.note)]
    fit = calibration(outcome, known["risk"], confidence)
    rows += [
        ("calibration intercept", fit.intercept, fit.intercept_low, fit.intercept_high, fit.note),
        ("calibration slope", fit.slope, fit.slope_low, fit.slope_high, fit.note),
        ("Brier score", fit.brier, np.nan, np.nan, ""),
        ("mean risk", fit.mean_risk, np.nan, np.nan, ""),
        ("share with expansion", fit.prevalence, np.nan, np.nan, f"{len(known)} patients"),
    ]
    counts = confusion(outcome, known["prediction"].astype(int))
    for name, metric in classification_metrics(counts, confidence).items():
        rows.append((name, metric.value, metric.low, metric.high, metric.reason))
    return pd.DataFrame(rows, columns=PERFORMANCE)


def _notes(description: ModelDescription, study: Study, performance: pd.DataFrame) -> list[str]:
    calm, grown = description.n_training
    notes = [
        f"{description.model} of study {description.study}, fitted on {calm + grown} patients, "
        f"{grown} with expansion. Class 1 means expansion, from a score of "
        f"{description.threshold:.3g}.",
        "For research only: the model is no medical device, and a risk is a statement about "
        "patients like those it was fitted on.",
    ]
    if description.synthetic:
        notes.append("It was fitted on synthetic patients: its risks mean nothing for a person.")
    if description.slope == 0:
        notes.append(
            f"Its scores of patients held out in training had no skill, so every risk is the share "
            f"with expansion in training, {grown / (calm + grown):.0%}."
        )
    if study.source == "features":
        notes.append("How the feature table was measured is not known here: compare its settings.")
    if performance.empty:
        notes.append("Outcomes of both classes are not known, so nothing tells how well it fits.")
    notes += [
        f"{package} is {mine or 'absent'} here and was {theirs} in training."
        for package, theirs in description.versions.items()
        if (mine := _installed(package)) != theirs
    ]
    return notes


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _write(result: Prediction, folder: Path, model: str) -> None:
    tables = {"predictions": result.patients}
    if len(result.performance):
        tables["performance"] = result.performance
    for name, table in tables.items():
        write_atomically(
            Path(folder) / f"{name}-{model}.csv",
            lambda file, t=table: t.to_csv(file, index=False),
        )
