"""The threshold explorer: counts at a grid of thresholds, and calibration in groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
from IPython.display import HTML

from helpers.classifiers import FULL_NAMES
from helpers.interactive.widget import widget
from helpers.statistics.calibration import calibration_bins
from helpers.statistics.roc import auc_ci

GROUPS = 5  # of calibration; fewer where patients are few
FEWEST_PER_GROUP = 8


def threshold_explorer(scores: pd.DataFrame, smallest_cell: int = 1) -> HTML:
    """ROC curve, confusion matrix, calibration and net benefit at a threshold that can be moved.

    The page receives counts per threshold and per calibration group, never a score of a patient.

    Parameters
    ----------
    scores : results table scores.csv
    smallest_cell : counts from 1 to one less are masked
    """
    cohorts = list(scores["cohort"].unique())
    names = list(scores["model"].unique())
    sets = {
        f"{model}|{cohort}": _counts(part)
        for (model, cohort), part in scores.groupby(["model", "cohort"], sort=False)
    }
    data = {
        "models": [[name, f"{name} ({FULL_NAMES[name]})"] for name in names],
        "cohorts": cohorts,
        "sets": sets,
        "smallest_cell": smallest_cell,
    }
    static = (
        "<p>In a browser the threshold of each model can be moved here. At the models' own "
        "thresholds the counts are those of Table 2.</p>"
    )
    return widget("threshold-explorer", "Move the threshold", data, static)


def _counts(part: pd.DataFrame) -> dict:
    y, risk = part["expansion"].to_numpy(bool), part["risk"].to_numpy()
    own = float(part["threshold_risk"].iloc[0])
    grid = np.unique(
        [*np.linspace(0, 1, 51), *np.quantile(risk, np.linspace(0, 1, 41)).round(4), own]
    )
    called = risk[None, :] >= grid[:, None]
    stored = int(np.flatnonzero(grid == own)[0])
    if part["cohort"].iloc[0] != "training (cross-validated)":
        # at the model's own threshold the predictions decide: a flat risk cannot tell them apart
        called[stored] = part["prediction"].to_numpy(bool)
    return {
        "risk": grid.round(6),
        "tp": (called & y).sum(axis=1),
        "fp": (called & ~y).sum(axis=1),
        "positives": int(y.sum()),
        "negatives": int((~y).sum()),
        "stored": stored,
        "auc": f"{auc_ci(y, part['score'].to_numpy()).auc:.3f}",
        "calibration": _groups(y, risk),
    }


def _groups(y: np.ndarray, risk: np.ndarray) -> list[dict]:
    count = max(min(GROUPS, len(y) // FEWEST_PER_GROUP), 1)
    bins = calibration_bins(y, risk, n_bins=count)
    return [
        {"risk": r, "observed": o, "low": lo, "high": hi}
        for r, o, lo, hi in zip(bins.risk, bins.observed, bins.low, bins.high, strict=True)
    ]
