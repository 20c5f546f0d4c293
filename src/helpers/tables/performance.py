"""Tables 2 and 3: how well each model tells the groups apart, and whether two models differ."""

from __future__ import annotations

import pandas as pd

from helpers.statistics.confusion import confusion
from helpers.statistics.roc import auc_ci, delong_test

COHORTS = ("training (apparent)", "training (cross-validated)", "external")
MODELS = ("Logit", "DT", "SVM", "NB")
PAIRS = (
    ("SVM", "Logit"),
    ("SVM", "DT"),
    ("SVM", "NB"),
    ("Logit", "DT"),
    ("Logit", "NB"),
    ("DT", "NB"),
)
POSITIVE = {"expansion": 1, "no expansion": 0}
MEASURES = ("f1", "accuracy", "precision", "recall", "specificity")


def table_two(scores: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Discrimination and classification of every model in every cohort.

    Parameters
    ----------
    scores : DataFrame, cohort, expansion (0/1), model, score (higher = expansion more likely) and
        prediction (0/1), one row a patient, model and cohort
    confidence : of the interval around the AUC

    Returns
    -------
    DataFrame, cohort, model, auc, auc_low, auc_high, f1, accuracy, precision, recall, specificity,
    positive: the same predictions read twice, with expansion and with no expansion as the positive
    class. The AUC does not depend on that choice.

    References
    ----------
    Liu & He 2025, Table 2.
    """
    rows = []
    for positive, code in POSITIVE.items():
        for cohort, model, part in _parts(scores):
            area = auc_ci(part["expansion"].to_numpy(), part["score"].to_numpy(), confidence)
            counts = confusion(
                part["expansion"].to_numpy(), part["prediction"].to_numpy(), positive=code
            )
            rows.append(
                {
                    "cohort": cohort,
                    "model": model,
                    "auc": area.auc,
                    "auc_low": area.low,
                    "auc_high": area.high,
                    **{measure: getattr(counts, measure) for measure in MEASURES},
                    "positive": positive,
                }
            )
    columns = ["cohort", "model", "auc", "auc_low", "auc_high", *MEASURES, "positive"]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs = {"confidence": confidence}
    return table


def table_three(scores: pd.DataFrame) -> pd.DataFrame:
    """DeLong's test for each pair of models, in each cohort.

    Parameters
    ----------
    scores : as for `table_two`, with patient_id

    Returns
    -------
    DataFrame, cohort, model_a, model_b, z, p: pairs in the order of the paper, those of absent
    models left out; z is positive when model a has the larger AUC

    References
    ----------
    Liu & He 2025, Table 3; DeLong 1988.
    """
    compared = compare_pairs(scores)
    return compared[["cohort", "model_a", "model_b", "z", "p"]]


def compare_pairs(scores: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """`table_three` with the difference of the two AUCs, a minus b, and its interval.

    Returns
    -------
    DataFrame, cohort, model_a, model_b, z, p, difference, difference_low, difference_high
    """
    rows = []
    parts = {(cohort, model): part for cohort, model, part in _parts(scores)}
    for cohort in dict.fromkeys(cohort for cohort, _ in parts):
        for pair in PAIRS:
            if not all((cohort, model) in parts for model in pair):
                continue
            a, b = (parts[cohort, model].set_index("patient_id") for model in pair)
            test = delong_test(
                a["expansion"].to_numpy(),
                a["score"].to_numpy(),
                b["score"].reindex(a.index).to_numpy(),
                confidence,
            )
            found = (*pair, test.z, test.p_value, test.auc_a - test.auc_b, test.low, test.high)
            rows.append((cohort, *found))
    columns = ["cohort", "model_a", "model_b", "z", "p"]
    columns += ["difference", "difference_low", "difference_high"]
    return pd.DataFrame(rows, columns=columns)


def _parts(scores: pd.DataFrame):
    """Cohort, model and their rows, in the paper's order."""
    groups = dict(list(scores.groupby(["cohort", "model"])))
    for cohort in COHORTS:
        for model in MODELS:
            if (cohort, model) in groups:
                yield cohort, model, groups[cohort, model]
