"""Models on small made-up tables whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from helpers.classifiers import FULL_NAMES
from helpers.errors import DataError
from helpers.models import Candidates, fit_models, search_pipeline
from helpers.settings import ModelSettings, SelectionSettings

SETTINGS = ModelSettings(n_iter=4, folds=3)
SELECTION = SelectionSettings(k=3)
KINDS = {"hours": "continuous", "sah": "binary", "place": "categorical"}


def cohort(n, effect, seed):
    rng = np.random.default_rng(seed)
    y = np.tile([0, 0, 1], n // 3)
    table = pd.DataFrame(rng.normal(size=(n, 12)), columns=[f"original_f_{i}" for i in range(12)])
    table["original_f_4"] += effect * y
    table["hours"] = rng.gamma(2, 1, n) - effect * y
    table["sah"] = np.where(rng.random(n) < 0.2, "yes", "no")
    table["place"] = rng.choice(["deep", "lobar", "brainstem"], n)
    table.index = pd.Index([f"S{i:03d}" for i in range(n)], name="patient_id")
    return table, pd.Series(y, index=table.index)


def candidates(table):
    return Candidates([name for name in table if name.startswith("original")], KINDS)


@pytest.fixture(scope="module")
def fitted():
    table, y = cohort(90, 1.5, 1)
    models = fit_models(table, y, candidates(table), SELECTION, SETTINGS, seed=3, progress=False)
    return table, y, {model.name: model for model in models}


def test_every_classifier_finds_the_planted_feature(fitted):
    _, _, models = fitted
    assert list(models) == list(FULL_NAMES)
    for model in models.values():
        assert "original_f_4" in model.features and len(model.features) == 3
        assert "hours" in model.clinical


def test_published_pipeline_scores_as_the_search_did(fitted):
    """The pipeline on the chosen columns equals the one that chose them, refitted whole."""
    table, y, models = fitted
    from helpers.classifiers import classifier, decision_score

    for name, model in models.items():
        whole = search_pipeline(candidates(table), SELECTION, classifier(name, 3)[0])
        whole.set_params(**{f"classify__{k}": v for k, v in model.parameters.items()}).fit(table, y)
        np.testing.assert_allclose(decision_score(whole, table), model.apparent, atol=1e-9)
        np.testing.assert_allclose(model.score(table), model.apparent, atol=1e-12)


def test_held_out_scores_separate_and_apparent_ones_flatter(fitted):
    _, y, models = fitted
    new, new_y = cohort(900, 1.5, 2)
    for model in models.values():
        held_out = roc_auc_score(y, model.held_out)
        assert 0.65 < held_out <= roc_auc_score(y, model.apparent) + 0.03
        assert abs(held_out - roc_auc_score(new_y, model.score(new))) < 0.12


def test_without_an_effect_held_out_scores_know_nothing():
    """Selection among many noise features inside the folds must not leak: AUC near one half."""
    rng = np.random.default_rng(0)
    y = pd.Series(np.tile([0, 1], 40))
    names = [f"original_f_{i}" for i in range(300)]
    aucs = []
    for _ in range(5):
        table = pd.DataFrame(rng.normal(size=(80, 300)), columns=names)
        model = fit_models(
            table, y, Candidates(names, {}), SelectionSettings(k=5),
            ModelSettings(classifiers=["NB"], n_iter=2, folds=4), progress=False,
        )[0]  # fmt: skip
        aucs.append(roc_auc_score(y, model.held_out))
        assert roc_auc_score(y, model.apparent) > 0.7
    assert abs(np.mean(aucs) - 0.5) < 0.1  # SD of one is 0.065, of the mean 0.03


def test_same_seed_same_scores_whatever_the_jobs():
    table, y = cohort(60, 1, 5)
    few = ModelSettings(classifiers=["DT"], n_iter=2, folds=2)
    one, two = (
        fit_models(table, y, candidates(table), SELECTION, few, seed=1, jobs=jobs, progress=False)
        for jobs in (1, 2)
    )
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.held_out, b.held_out)
        np.testing.assert_array_equal(a.apparent, b.apparent)


def test_risk_rises_with_the_score_and_matches_prevalence(fitted):
    _, y, models = fitted
    for model in models.values():
        order = np.argsort(model.held_out)
        risk = model.risk(model.held_out)
        assert (np.diff(risk[order]) >= 0).all() and abs(risk.mean() - y.mean()) < 0.01


def test_too_few_of_a_class_is_refused_with_the_number_needed():
    table, y = cohort(30, 1, 1)
    y[:] = 0
    y.iloc[:3] = 1
    with pytest.raises(DataError, match=r"3 patients with expansion .* need 5"):
        fit_models(table, y, candidates(table), SELECTION, SETTINGS, progress=False)


def test_constant_feature_and_blank_clinical_value_do_not_stop_a_fit():
    table, y = cohort(60, 1.5, 8)
    table["original_f_0"] = 7.0
    table.loc[table.index[3], "hours"] = np.nan
    table.loc[table.index[5], "place"] = np.nan
    few = ModelSettings(classifiers=["Logit"], n_iter=2, folds=3)
    selection = SELECTION.model_copy(update={"clinical": ["hours", "place"]})
    model = fit_models(table, y, candidates(table), selection, few, progress=False)[0]
    assert "original_f_0" not in model.features and np.isfinite(model.held_out).all()
