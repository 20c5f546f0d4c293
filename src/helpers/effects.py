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
SIGN_WORDS = {
    "irregularity": "irregular outline",
    "heterogeneity": "heterogeneous density",
    "hypodensity": "hypodensity",
    "swirl": "swirl",
    "black_hole": "black hole",
    "blend": "blend",
}
_SHOWN_ML = (12.0, 70.0)  # large enough to see a sign, small enough to see what lies around
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
    predictors, auc, auc_low, auc_high, n_training, n_external
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


def declared_effects(settings: SyntheticSettings) -> pd.DataFrame:
    """The effects of a study as a table: effect, size, meaning with the literature behind it."""
    fields = type(settings.effects).model_fields
    rows = [
        (name.replace("_", " "), getattr(settings.effects, name), field.description)
        for name, field in fields.items()
    ]
    return pd.DataFrame(rows, columns=["effect", "size", "meaning and source"])


def patient_sign_table(
    patients: pd.DataFrame, settings: SyntheticSettings, seed: int
) -> pd.DataFrame:
    """The signs of every patient's lesion, one column a sign, index and order of `patients`."""
    rows = [vars(patient_signs(patient, settings, seed)) for _, patient in patients.iterrows()]
    return pd.DataFrame(rows, index=patients.index, columns=list(SIGN_WORDS))


def sign_rates(patients: pd.DataFrame, settings: SyntheticSettings, seed: int) -> pd.DataFrame:
    """How often each sign was drawn, and how strong the graded ones are, by outcome.

    Returns
    -------
    DataFrame, one row a sign: sign, no_expansion, expansion (share of lesions, or the mean)
    """
    signs = patient_sign_table(patients, settings, seed).astype(float)
    means = signs.groupby(patients["expansion"].to_numpy()).mean().T.reindex(columns=[0, 1])
    means.columns = ["no_expansion", "expansion"]
    return means.rename(index=SIGN_WORDS).rename_axis("sign").reset_index()


def sign_examples(
    patients: pd.DataFrame, settings: SyntheticSettings, seed: int
) -> list[tuple[str, pd.Series]]:
    """Six patients whose lesions show one sign each: what there is to see, and the patient's row.

    The first has none of the four density signs and the smoothest outline, the second the most
    irregular one; the others have one density sign and, where possible, no other.
    """
    signs = patient_sign_table(patients, settings, seed)
    fits = patients["baseline_volume_ml"].between(*_SHOWN_ML)
    signs = signs[fits] if fits.any() else signs
    flags = [name for name in SIGN_WORDS if signs[name].dtype == bool]
    signs = signs.assign(number=signs[flags].sum(axis=1))
    signs = signs.sort_values(["number", "irregularity"], kind="stable")
    fewest = signs[signs["number"] == signs["number"].iloc[0]]
    picks = {"no sign": fewest.index[0], SIGN_WORDS["irregularity"]: fewest.index[-1]}
    for name in flags:
        carriers = signs.index[signs[name] & ~signs.index.isin(list(picks.values()))]
        if len(carriers):
            picks[SIGN_WORDS[name]] = carriers[0]
    return [(words, patients.loc[index]) for words, index in picks.items()]


def sign_list(examples: list[tuple[str, pd.Series]]) -> pd.DataFrame:
    """What `sign_examples` shows: lesion (1, 2, ...), sign, location, volume in ml, outcome."""
    rows = [
        (
            number,
            words,
            patient["location"],
            float(patient["baseline_volume_ml"]),
            "expansion" if patient["expansion"] else "no expansion",
        )
        for number, (words, patient) in enumerate(examples, start=1)
    ]
    return pd.DataFrame(rows, columns=["lesion", "sign", "location", "volume (ml)", "outcome"])


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
        "auc_low": area.low,
        "auc_high": area.high,
        "n_training": len(training),
        "n_external": len(external),
    }
