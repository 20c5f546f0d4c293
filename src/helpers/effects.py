"""What the declared effects of a synthetic cohort do: discrimination at several of their sizes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from helpers.classifiers import classifier, decision_score
from helpers.features import extract
from helpers.features.settings import ImagingSettings
from helpers.models import Candidates, search_pipeline
from helpers.settings import SelectionSettings
from helpers.statistics.roc import auc_ci
from helpers.synthetic.case import patient_signs, simulate_lesion
from helpers.synthetic.patients import simulate_patients
from helpers.synthetic.settings import SyntheticSettings

# A lesion in uniform brain has no head to normalise over: HU are binned as they are.
LESION_IMAGING = ImagingSettings(
    engine="fused", filters=["original"], normalize=False, window_hu=None, bin_width=4
)
PREDICTORS = ("image", "image and clinical")


def dose_response(
    settings: SyntheticSettings,
    kinds: dict[str, str],
    factors: Sequence[float] = (0.0, 0.5, 1.0),
    seed: int = 0,
    external_times: int = 3,
    confidence: float = 0.95,
    jobs: int = 1,
) -> pd.DataFrame:
    """External AUC of a simple model as all declared effects grow together.

    For each factor a cohort of lone lesions is made with the effects times that factor, the
    features of the unfiltered image are extracted, and scaling, mRMR and logistic regression are
    fitted on the training lesions and scored on the external ones.

    Parameters
    ----------
    settings : of the synthetic cohort; its training sizes are used
    kinds : clinical column: "continuous", "binary" or "categorical"
    factors : multiples of the declared effects; 0 is the null cohort
    seed : of the cohorts
    external_times : how many times the external sizes are made, for narrower intervals
    confidence : of the intervals
    jobs : number of processes

    Returns
    -------
    DataFrame, one row a factor and set of predictors ("image", "image and clinical"): factor,
    predictors, auc, low, high, n_training, n_external
    """
    sizes = tuple(external_times * count for count in settings.n_external)
    rows = []
    for factor in factors:
        scaled = settings.model_copy(
            update={"effects": settings.effects.scaled(factor), "n_external": sizes}
        )
        table = lesion_table(scaled, seed, jobs)
        for predictors in PREDICTORS:
            used = kinds if predictors == PREDICTORS[1] else {}
            result = _external_auc(table, used, confidence)
            rows.append({"factor": factor, "predictors": predictors} | result)
    return pd.DataFrame(rows)


def lesion_table(settings: SyntheticSettings, seed: int, jobs: int = 1) -> pd.DataFrame:
    """Patients of a synthetic cohort with the features of their lesion made alone.

    Returns
    -------
    DataFrame, the columns of `simulate_patients` and features named as pyradiomics names them
    """
    patients = simulate_patients(settings, seed)
    measured = Parallel(n_jobs=jobs)(
        delayed(_measure)(patient, settings, seed) for _, patient in patients.iterrows()
    )
    return pd.concat([patients, pd.DataFrame(measured, index=patients.index)], axis=1)


def sign_rates(patients: pd.DataFrame, settings: SyntheticSettings, seed: int) -> pd.DataFrame:
    """How often each sign was drawn, and how strong the graded ones are, by outcome.

    Returns
    -------
    DataFrame, one row a sign: sign, no_expansion, expansion (share of lesions, or the mean)
    """
    signs = pd.DataFrame(
        [vars(patient_signs(patient, settings, seed)) for _, patient in patients.iterrows()]
    )
    means = signs.astype(float).groupby(patients["expansion"].to_numpy()).mean().T
    means.columns = ["no_expansion" if label == 0 else "expansion" for label in means.columns]
    return means.rename_axis("sign").reset_index()


def _measure(patient: pd.Series, settings: SyntheticSettings, seed: int) -> pd.Series:
    with threadpool_limits(1):
        return extract(*simulate_lesion(patient, settings, seed), LESION_IMAGING)


def _external_auc(table: pd.DataFrame, kinds: dict[str, str], confidence: float) -> dict:
    training, external = (table[table["cohort"] == name] for name in ("training", "external"))
    features = [name for name in table if name.startswith("original_")]
    features = [name for name in features if training[name].nunique() > 1]
    model, _ = classifier("Logit", seed=0)
    pipeline = search_pipeline(Candidates(features, kinds), SelectionSettings(), clone(model))
    pipeline.fit(training, training["expansion"])
    area = auc_ci(external["expansion"], decision_score(pipeline, external), confidence)
    return {
        "auc": area.auc,
        "low": area.low,
        "high": area.high,
        "n_training": len(training),
        "n_external": len(external),
    }
