"""A saved model scores as the fitted one did, and nothing but plain types is ever loaded."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

from helpers.errors import DataError
from helpers.model_files import load_model, save_models
from helpers.models import Candidates, fit_models
from helpers.settings import ModelSettings, SelectionSettings
from helpers.study import Study


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    rng = np.random.default_rng(1)
    y = pd.Series(np.tile([0, 0, 1], 30))
    table = pd.DataFrame(rng.normal(size=(90, 6)), columns=[f"original_f_{i}" for i in range(6)])
    table["original_f_2"] += y
    table["sah"] = np.where(rng.random(90) < 0.2 + 0.5 * y, "yes", "no")
    kinds = {"sah": "binary"}
    models = fit_models(
        table, y, Candidates(list(table.columns[:6]), kinds), SelectionSettings(k=2),
        ModelSettings(n_iter=2, folds=2), progress=False,
    )  # fmt: skip
    monkey = pytest.MonkeyPatch()
    monkey.chdir(tmp_path_factory.mktemp("work"))
    study = Study(name="saved", source="synthetic")
    save_models(models, table, y, kinds, study)
    yield study.paths.results / "models", table, models
    monkey.undo()


def test_loaded_model_gives_the_same_scores(saved):
    folder, table, models = saved
    for model in models:
        pipeline, notes = load_model(folder / f"{model.name}.skops")
        columns = [*notes.features, *notes.clinical]
        scores = model.score(table)
        again = (
            pipeline.decision_function(table[columns])
            if hasattr(pipeline, "decision_function")
            else pipeline.predict_proba(table[columns])[:, 1]
        )
        np.testing.assert_array_equal(scores, again)
        assert notes.positive == "expansion" and notes.synthetic and notes.n_training == (60, 30)
        assert notes.training_ranges[model.features[0]] == (
            table[model.features[0]].min(),
            table[model.features[0]].max(),
        )


def test_no_path_and_no_patient_in_the_files(saved):
    folder, _, _ = saved
    for file in folder.iterdir():
        assert str(folder.parent).encode() not in file.read_bytes()
        assert b"S001" not in file.read_bytes()


def test_a_file_that_carries_code_is_refused(saved, tmp_path):
    folder, _, _ = saved
    skops.io.dump(FunctionTransformer(np.load), tmp_path / "SVM.skops")
    (tmp_path / "SVM.json").write_text((folder / "SVM.json").read_text())
    with pytest.raises(DataError, match=r"SVM\.skops cannot be used"):
        load_model(tmp_path / "SVM.skops")


@pytest.mark.parametrize("field", ["left_child", "feature"])
def test_a_tree_whose_nodes_point_out_of_it_is_refused(saved, tmp_path, field):
    folder, _, _ = saved
    pipeline, _ = load_model(folder / "DT.skops")
    tree = pipeline.named_steps["classify"].tree_
    assert tree.node_count > 1
    state = tree.__getstate__()
    state["nodes"][field][0] = 10_000
    tree.__setstate__(state)
    skops.io.dump(pipeline, tmp_path / "DT.skops")
    (tmp_path / "DT.json").write_text((folder / "DT.json").read_text())
    with pytest.raises(DataError, match=r"DT\.skops cannot be used .* node"):
        load_model(tmp_path / "DT.skops")


@pytest.mark.parametrize("damage", ["gone", "notes", "truncated"])
def test_missing_or_damaged_files_are_named(saved, tmp_path, damage):
    folder, _, _ = saved
    content = (folder / "NB.skops").read_bytes()
    if damage != "gone":
        (tmp_path / "NB.skops").write_bytes(content[:200] if damage == "truncated" else content)
    if damage != "notes":
        (tmp_path / "NB.json").write_text((folder / "NB.json").read_text())
    with pytest.raises(DataError, match=r"NB\.(skops|json)"):
        load_model(tmp_path / "NB.skops")
