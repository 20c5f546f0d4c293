"""A saved model scores new patients as the fitted one does, and says where it may be wrong."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score
from small_cohort import write_cohort, write_study

from helpers.cohort import examine_cohort
from helpers.errors import DataError
from helpers.model_files import save_models
from helpers.models import Candidates, fit_models
from helpers.pipeline import extract_features
from helpers.predict import predict
from helpers.settings import ModelSettings, SelectionSettings
from helpers.study import Study, load_study

NAMES = [f"original_firstorder_F{number}" for number in range(5)]


def patients(n, seed):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3 == 0
    table = pd.DataFrame(rng.normal(size=(n, len(NAMES))), columns=NAMES)
    table[NAMES[2]] += 1.5 * y
    table["gcs"] = rng.integers(3, 16, n)
    table["sah"] = np.where(rng.random(n) < 0.2 + 0.5 * y, "yes", "no")
    table["expansion"] = y.astype(int)
    table.insert(0, "patient_id", [f"N{number:03d}" for number in range(n)])
    return table


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Two models saved by a features study, and the fitted objects."""
    table = patients(120, 1)
    kinds = {"gcs": "continuous", "sah": "binary"}
    fitted = fit_models(
        table,
        table["expansion"],
        Candidates(NAMES, kinds),
        SelectionSettings(k=2, clinical=["gcs", "sah"]),
        ModelSettings(n_iter=2, folds=2, classifiers=["Logit", "NB"]),
        progress=False,
    )
    monkey = pytest.MonkeyPatch()
    monkey.chdir(tmp_path_factory.mktemp("work"))
    study = Study(name="trained", source="files", cohort={"folder": "."})
    save_models(fitted, table, table["expansion"], kinds, study)
    folder = study.paths.results / "models"
    monkey.undo()
    return folder, {model.name: model for model in fitted}


@pytest.fixture
def new(tmp_path):
    """New patients on disk: their table, and a function that writes it and scores it."""
    table = patients(40, 2)

    def score(model, changed=table, drop=(), features=None, **keys):
        folder = tmp_path / "cohort"
        folder.mkdir(exist_ok=True)
        clinical = changed.drop(columns=[*NAMES, *drop])
        clinical.to_csv(folder / "patients.csv", index=False)
        measured = changed if features is None else features
        measured = measured.filter(regex="^(patient_id|original_.*)$")
        measured.to_csv(folder / "features.csv", index=False)
        study = write_study(
            tmp_path / "new.yaml", folder, source="features", cohort={"variables": {}}, **keys
        )
        return predict(model, load_study(study), out=tmp_path / "out", progress=False)

    return table, score


@pytest.mark.parametrize("name", ["Logit", "NB"])
def test_scores_and_classes_are_those_of_the_fitted_model(models, new, name):
    folder, fitted = models
    table, score = new
    found = score(folder / f"{name}.skops").patients
    expected = fitted[name].score(table)
    np.testing.assert_allclose(found["score"], expected, rtol=1e-12)
    np.testing.assert_allclose(found["risk"], fitted[name].risk(expected), rtol=1e-12)
    assert (found["prediction"] == (expected >= fitted[name].threshold)).all()
    assert found["patient_id"].tolist() == table["patient_id"].tolist()


def test_known_outcomes_add_discrimination_and_calibration(models, new, tmp_path):
    folder, _ = models
    table, score = new
    result = score(folder / "Logit.skops")
    measures = result.performance.set_index("measure")
    y, found = table["expansion"], result.patients
    assert measures.loc["AUC", "value"] == pytest.approx(roc_auc_score(y, found["score"]))
    assert measures.loc["Brier score", "value"] == pytest.approx(brier_score_loss(y, found["risk"]))
    sensitivity = found["prediction"][y == 1].mean()
    assert measures.loc["recall", "value"] == pytest.approx(sensitivity)
    saved = pd.read_csv(tmp_path / "out" / "performance-Logit.csv").set_index("measure")
    assert saved.loc["AUC", "low"] == pytest.approx(measures.loc["AUC", "low"])
    assert len(pd.read_csv(tmp_path / "out" / "predictions-Logit.csv")) == 40


def test_unknown_outcomes_are_no_fault(models, new):
    folder, _ = models
    _, score = new
    result = score(folder / "NB.skops", drop=["expansion"])
    assert result.performance.empty and result.patients["risk"].notna().all()
    assert any("Outcomes of both classes are not known" in note for note in result.notes)


def test_each_patient_has_the_reasons_why_a_risk_may_be_wrong(models, new):
    folder, fitted = models
    table, score = new
    used = fitted["Logit"].features[0]
    odd = table.astype({"gcs": object})
    odd.loc[3, used] = 1e3
    odd.loc[4, "sah"], odd.loc[5, "gcs"] = "unsure", ""
    measured = odd.drop(index=6)
    odd.loc[7, "sah"] = None
    result = score(folder / "Logit.skops", odd, features=measured)
    found = result.patients.set_index("patient_id")
    assert found.loc["N003", "reasons"] == f"outside the training range: {used}"
    assert found.loc["N003", "outside_range"] == 1
    assert found.loc["N004", "reasons"] == "sah is 'unsure', which training had not"
    assert found.loc["N005", "reasons"] == "blank, filled from training: gcs"
    assert found.loc["N007", "reasons"] == "blank, filled from training: sah"
    assert pd.isna(found.loc["N006", "risk"]) and pd.isna(found.loc["N006", "prediction"])
    low, high = table[used].min(), table[used].max()
    assert found.drop(index=["N006"])["risk"].notna().all() and low < high
    assert "N003" in str(result) and "training range" in str(result)


def test_the_notes_name_the_model_and_its_patients(models, new):
    folder, _ = models
    _, score = new
    notes = " ".join(score(folder / "NB.skops").notes)
    assert "NB of study trained, fitted on 120 patients, 40 with expansion" in notes
    assert "research only" in notes and "How the feature table was measured" in notes


def test_a_model_without_skill_says_why_all_risks_are_equal(models, new, tmp_path):
    folder, _ = models
    _, score = new
    (tmp_path / "NB.skops").write_bytes((folder / "NB.skops").read_bytes())
    flat = json.loads((folder / "NB.json").read_text("utf-8")) | {"slope": 0.0, "intercept": -0.7}
    (tmp_path / "NB.json").write_text(json.dumps(flat))
    result = score(tmp_path / "NB.skops")
    assert result.patients["risk"].nunique() == 1
    assert "no skill, so every risk is the share with expansion in training, 33%" in str(result)


def test_missing_columns_are_named(models, new):
    folder, fitted = models
    table, score = new
    with pytest.raises(DataError, match=r"patients\.csv: no column gcs, sah, which NB needs"):
        score(folder / "NB.skops", drop=["gcs", "sah"])
    used = fitted["NB"].features[0]
    measured = table[["patient_id", *NAMES]].rename(columns={used: "original_firstorder_Other"})
    with pytest.raises(DataError, match=f"feature table: no column {used}, which NB needs"):
        score(folder / "NB.skops", features=measured)


def test_a_model_that_is_none_is_refused(new, tmp_path):
    _, score = new
    with pytest.raises(DataError, match=r"M\.skops was not found"):
        score(tmp_path / "M.skops")


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scans")
    write_cohort(folder, 2, 2, 0)
    return folder


def test_other_imaging_settings_are_refused_by_name(models, scans, tmp_path):
    folder, _ = models
    study = write_study(tmp_path / "new.yaml", scans, imaging={"bin_width": 10.0})
    with pytest.raises(DataError) as error:
        predict(folder / "NB.skops", load_study(study), out=tmp_path / "out", progress=False)
    text = str(error.value)
    assert "imaging.bin_width: the study has 10.0, the model was trained with 25.0" in text
    assert "Give the study the model's settings" in text and "engine" not in text


def test_images_are_measured_and_a_lost_patient_is_named(scans, tmp_path, monkeypatch):
    """From images to a risk: train and predict on real features of a tiny cohort."""
    monkeypatch.chdir(tmp_path)
    study = load_study(write_study(tmp_path / "new.yaml", scans))
    cohort, _ = examine_cohort(study, labelled=False)  # four patients fill no folds
    features, _ = extract_features(study, cohort, 1)
    names = ["original_firstorder_Mean", "original_firstorder_Entropy"]
    train = pd.concat([features] * 6, ignore_index=True)
    y = pd.Series(np.arange(len(train)) % 2)
    fitted = fit_models(
        train,
        y,
        Candidates(names, {}),
        SelectionSettings(k=1),
        ModelSettings(n_iter=1, folds=2, classifiers=["NB"]),
        progress=False,
    )
    save_models(fitted, train, y, {}, study)
    model = study.paths.results / "models" / "NB.skops"
    (tmp_path / "copy").mkdir()
    for file in scans.rglob("*"):
        target = tmp_path / "copy" / file.relative_to(scans)
        if file.is_file() and file.name != "P002.nii.gz":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    study = load_study(write_study(tmp_path / "new.yaml", tmp_path / "copy"))
    found = predict(model, study, progress=False).patients.set_index("patient_id")
    measured = features.set_index("patient_id")
    expected = fitted[0].score(measured)
    expected = pd.Series(expected, measured.index).drop("P002")
    np.testing.assert_allclose(found["score"].drop("P002"), expected)
    assert "no image in images/" in found.loc["P002", "reasons"]
