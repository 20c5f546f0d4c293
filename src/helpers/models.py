"""Four classifiers, random search, and scores that never mix training with validation."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import ClassifierMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from helpers.classifiers import classifier, decision_score, even_score
from helpers.clinical import ClinicalScreen, clinical_encoder
from helpers.errors import DataError
from helpers.selection import MRMRSelector
from helpers.settings import ModelSettings, SelectionSettings
from helpers.statistics.confusion import choose_threshold


@dataclass(frozen=True)
class Candidates:
    """The columns a model may use.

    radiomics : names of the radiomic features
    kinds : clinical column: "continuous", "binary" or "categorical"
    tests : clinical column: the screening test the study declares, "auto" for the rule's
    """

    radiomics: list[str]
    kinds: Mapping[str, str]
    tests: Mapping[str, str] = field(default_factory=dict)


@dataclass
class FittedModel:
    """One classifier, refitted on all training patients with the best settings found.

    name : Logit, DT, SVM or NB
    pipeline : fitted on the chosen columns only; plain scikit-learn
    features, clinical : the radiomic and the clinical columns it uses
    parameters : the classifier's settings found by random search
    search_score : mean score of these settings over the search's folds
    threshold : a patient is called expansion when the score is at least this
    apparent : scores of the training patients, shape = (n_training,)
    held_out : score of each training patient by a model that never saw that patient
    held_out_prediction : 0/1, each at the threshold of the model that scored that patient
    intercept, slope : risk = 1 / (1 + exp(-(intercept + slope * score))), from `held_out`
    """

    name: str
    pipeline: Pipeline
    features: list[str]
    clinical: list[str]
    parameters: dict
    search_score: float
    threshold: float
    apparent: np.ndarray
    held_out: np.ndarray
    held_out_prediction: np.ndarray
    intercept: float
    slope: float

    def score(self, table: pd.DataFrame) -> np.ndarray:
        """Scores of patients, shape = (n_patients,); higher means expansion is more likely."""
        return decision_score(self.pipeline, table[[*self.features, *self.clinical]])

    def risk(self, score: np.ndarray) -> np.ndarray:
        """Risk of expansion, 0 to 1, that belongs to a score."""
        return 1 / (1 + np.exp(-(self.intercept + self.slope * np.asarray(score))))


def search_pipeline(
    candidates: Candidates, selection: SelectionSettings, model: ClassifierMixin
) -> Pipeline:
    """Everything that learns from patients, in one pipeline: scaling, selection, classifier.

    Parameters
    ----------
    candidates : columns that selection chooses from
    selection : mRMR and screening settings
    model : unfitted classifier

    Returns
    -------
    Pipeline with the steps `prepare` and `classify`
    """
    mrmr = MRMRSelector(
        k=min(selection.k, len(candidates.radiomics)),
        scheme=selection.scheme,
        mutual_information=selection.mutual_information,
    )
    branches = [
        ("radiomics", Pipeline([("scale", StandardScaler()), ("mrmr", mrmr)]), candidates.radiomics)
    ]
    if candidates.kinds:
        screen = ClinicalScreen(
            dict(candidates.kinds), selection.clinical, selection.alpha, dict(candidates.tests)
        )
        branches.append(("clinical", screen, list(candidates.kinds)))
    return Pipeline([("prepare", ColumnTransformer(branches)), ("classify", model)])


def fit_models(
    table: pd.DataFrame,
    outcome: pd.Series,
    candidates: Candidates,
    selection: SelectionSettings,
    settings: ModelSettings,
    seed: int = 0,
    jobs: int = 1,
    progress: bool = True,
) -> list[FittedModel]:
    """Fit every classifier on the training cohort and score each patient once held out.

    The whole procedure (scaling, mRMR, screening, random search, threshold) is run on all
    training patients, and again in each of `settings.folds` stratified outer folds, from which
    come the held-out scores (nested cross-validation: Varma & Simon 2006, BMC Bioinformatics 7:91).

    Parameters
    ----------
    table : training patients, shape = (n_patients, n_columns), with all candidate columns
    outcome : 0/1, shape = (n_patients,)
    candidates : columns that may be used
    selection, settings : of the study
    seed : decides folds and random search
    jobs : number of processes

    Returns
    -------
    list of FittedModel in the order of `settings.classifiers`

    Raises
    ------
    DataError
        when a class has fewer patients than folds.
    """
    y = np.asarray(outcome, dtype=int)
    _check_classes(y, settings)
    outer = StratifiedKFold(settings.folds, shuffle=True, random_state=seed)
    parts = [np.arange(len(y)), *(train for train, _ in outer.split(table, y))]
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_search_all)(table.iloc[rows], y[rows], candidates, selection, settings, seed)
        for rows in parts
    )
    found = list(tqdm(work, total=len(parts), desc="models", unit="fold", disable=not progress))
    fitted = []
    for name in settings.classifiers:
        held_out, prediction = np.full(len(y), np.nan), np.zeros(len(y), int)
        for rows, searched in zip(parts[1:], found[1:], strict=True):
            out = np.setdiff1d(parts[0], rows)
            best = searched[name].best_estimator_
            held_out[out] = decision_score(best, table.iloc[out])
            inside = decision_score(best, table.iloc[rows])
            prediction[out] = held_out[out] >= _threshold(y[rows], inside, best, settings)
        fitted.append(
            _publishable(name, found[0][name], table, y, candidates, held_out, prediction, settings)
        )
    return fitted


def _check_classes(y: np.ndarray, settings: ModelSettings) -> None:
    for label, word in ((1, "with"), (0, "without")):
        count = int((y == label).sum())
        if count < settings.fewest_per_class:
            raise DataError(
                f"training cohort: {count} patients {word} expansion have all they need to be "
                f"modelled; {settings.folds} outer and inner folds need "
                f"{settings.fewest_per_class}. Add patients or lower models.folds."
            )


def _search_all(table, y, candidates, selection, settings, seed) -> dict[str, RandomizedSearchCV]:
    """Random search of every classifier on the same folds; preparation is computed once a fold."""
    inner = StratifiedKFold(settings.folds, shuffle=True, random_state=seed)
    searched = {}
    with tempfile.TemporaryDirectory() as cache, threadpool_limits(1):
        for name in settings.classifiers:
            model, distributions = classifier(name, seed)
            pipeline = search_pipeline(candidates, selection, model)
            pipeline.memory = cache
            search = RandomizedSearchCV(
                pipeline,
                {f"classify__{key}": value for key, value in distributions.items()},
                n_iter=settings.n_iter,
                scoring=settings.scoring,
                cv=inner,
                random_state=seed,
                error_score="raise",
            ).fit(table, y)
            search.best_estimator_.memory = None
            searched[name] = search
    return searched


def _threshold(
    y: np.ndarray, score: np.ndarray, pipeline: Pipeline, settings: ModelSettings
) -> float:
    if settings.threshold == "half":
        return even_score(pipeline)
    return float(choose_threshold(y, score, settings.threshold, settings.sensitivity))


def _publishable(name, search, table, y, candidates, held_out, prediction, settings) -> FittedModel:
    """The best pipeline of a search on its chosen columns only, free of this package's classes.

    Scaling, encoding and classifier are refitted on the same training patients, so the scores
    are those of the search's own pipeline.
    """
    best = search.best_estimator_
    branches = best.named_steps["prepare"].named_transformers_
    chosen = branches["radiomics"].named_steps["mrmr"].get_support()
    features = list(compress(candidates.radiomics, chosen))
    clinical = list(branches["clinical"].entered_) if candidates.kinds else []
    steps = [("radiomics", StandardScaler(), features)]
    if clinical:
        steps.append(("clinical", clinical_encoder(clinical, candidates.kinds), clinical))
    model = clone(best.named_steps["classify"])
    pipeline = Pipeline([("prepare", ColumnTransformer(steps)), ("classify", model)])
    pipeline.fit(table[[*features, *clinical]], y)
    apparent = decision_score(pipeline, table[[*features, *clinical]])
    intercept, slope = _recalibration(held_out, y)
    return FittedModel(
        name=name,
        pipeline=pipeline,
        features=features,
        clinical=clinical,
        parameters={key.split("__")[1]: value for key, value in search.best_params_.items()},
        search_score=float(search.best_score_),
        threshold=_threshold(y, apparent, pipeline, settings),
        apparent=apparent,
        held_out=held_out,
        held_out_prediction=prediction,
        intercept=intercept,
        slope=slope,
    )


def _recalibration(score: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Intercept and slope of the logistic curve from a held-out score to a risk (Platt 1999).

    A falling curve would turn the order of the scores round; a flat one at the prevalence, which
    is what scores without skill deserve, takes its place.
    """
    spread = float(np.std(score)) or 1.0
    curve = LogisticRegression(C=1e6).fit(score[:, None] / spread, y)
    slope = float(curve.coef_[0, 0]) / spread
    if slope > 0:
        return float(curve.intercept_[0]), slope
    return float(np.log(y.mean() / (1 - y.mean()))), 0.0
