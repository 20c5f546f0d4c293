"""Tables of an audit for a page: recovered 2 × 2 tables, AUCs and pairs of models."""

from __future__ import annotations

import pandas as pd

from helpers.audit.auc import (
    auc_limits,
    hanley_mcneil_se,
    largest_se,
    one_point_auc,
    p_from_z,
    read_ci,
)
from helpers.audit.confusion import MEASURES, SHARES, all_splits, deviations, joint_search
from helpers.audit.group_summaries import p_span, span
from helpers.audit.pair_tables import correlations
from helpers.audit.performance_tables import READINGS, CohortReading, measures_of, read_cohort
from helpers.published import PerformanceTable, Published


def readings(published: Published, name: str) -> dict[str, CohortReading]:
    """The recovered group sizes and 2 × 2 tables of each cohort of a performance table."""
    blocks = published.tables[name].cohorts
    return {cohort: read_cohort(published, block) for cohort, block in blocks.items()}


def size_table(published: Published, name: str) -> pd.DataFrame:
    """How many group sizes fit each cohort, model by model and jointly, under each reading.

    Every split of the printed total is tried, also where group sizes are printed.

    Returns
    -------
    DataFrame, cohort, model ("all" for the joint search), and for each reading the sizes as text
    """
    rows = []
    for cohort, block in published.tables[name].cohorts.items():
        models = {key: measures_of(cells) for key, cells in block.models.items()}
        splits = all_splits(int(block.n))
        for key, chosen in [*((k, {k: v}) for k, v in models.items()), ("all", models)]:
            line = {"cohort": cohort, "model": key}
            for reading, (capped, slack) in READINGS.items():
                found = joint_search(chosen, splits, capped, slack)
                texts = [f"{one.positives} + {one.negatives}" for one in found]
                line[reading] = ", ".join(texts) if len(texts) < 4 else f"{len(texts)} sizes"
            rows.append({key: value or "none" for key, value in line.items()})
    return pd.DataFrame(rows)


def two_way_performance(
    published: Published, name: str, positive: str, negative: str
) -> pd.DataFrame:
    """The recovered tables read for either class.

    Parameters
    ----------
    published : Published
    name : of a performance table
    positive, negative : words for the class that the paper treats as positive and for the other

    Returns
    -------
    DataFrame, cohort, model, read for, tp, fp, fn, tn, f1, accuracy, precision, recall,
    specificity (fractions)
    """
    rows = []
    for cohort, reading in readings(published, name).items():
        for model, table in reading.tables.items():
            for words, one in ((positive, table), (negative, table.swapped)):
                line = {"cohort": cohort, "model": model, "read for": words}
                line |= {"tp": one.tp, "fp": one.fp, "fn": one.fn, "tn": one.tn}
                values = {key: one.measure(key) for key in MEASURES}
                rows.append(line | {k: None if v is None else float(v) for k, v in values.items()})
    return pd.DataFrame(rows)


def departure_table(published: Published, name: str) -> pd.DataFrame:
    """Printed measures that are not the rounded measures of the recovered tables.

    Returns
    -------
    DataFrame, cohort, model, measure, published, recomputed (text, one digit more)
    """
    rows = []
    for cohort, reading in readings(published, name).items():
        for model, table in reading.tables.items():
            printed = measures_of(published.tables[name].cohorts[cohort].models[model])
            for key in deviations(table, printed):
                whole = 100 if key in SHARES else 1
                value = f"{whole * float(table.measure(key)):.{2 if whole == 100 else 4}f}"
                rows.append(
                    {
                        "cohort": cohort,
                        "model": model,
                        "measure": key,
                        "published": printed[key],
                        "recomputed": value,
                    }
                )
    return pd.DataFrame(rows, columns=["cohort", "model", "measure", "published", "recomputed"])


def auc_table(published: Published, name: str) -> pd.DataFrame:
    """Standard errors behind the printed intervals, beside what group sizes let expect.

    Returns
    -------
    DataFrame, cohort, model, auc (printed), SE (range), Hanley-McNeil SE, ratio of the first to
    the second, largest possible DeLong SE, the AUC of a curve with the operating point alone, and
    the range of AUCs of all curves through that point

    Notes
    -----
    Hanley and McNeil's formula asks for the diseased class, here the paper's second group, whatever
    class the paper treats as positive.
    """
    table: PerformanceTable = published.tables[name]
    found, rows = readings(published, name), []
    reverse = any(one.positive == published.groups[0] for one in found.values())
    for cohort, reading in found.items():
        for model, cells in table.cohorts[cohort].models.items():
            if cells.auc_low is None or cells.auc_high is None or model not in reading.tables:
                continue
            auc, sizes = float(cells.auc), reading.tables[model].sizes
            sizes = sizes[::-1] if reverse else sizes
            errors = read_ci(cells.auc, cells.auc_low, cells.auc_high).standard_error
            expected = hanley_mcneil_se(auc, *sizes)
            point = [float(reading.tables[model].measure(m)) for m in ("recall", "specificity")]
            rows.append(
                {
                    "cohort": cohort,
                    "model": model,
                    "printed AUC": cells.auc,
                    "SE": span(errors, 4),
                    "Hanley-McNeil SE": expected,
                    "ratio": sum(errors) / 2 / expected,
                    "largest SE": largest_se(auc, *sizes),
                    "one-point AUC": one_point_auc(*point),
                    "possible AUC": span(auc_limits(*point), 2),
                }
            )
    return pd.DataFrame(rows)


def pair_table(published: Published, name: str) -> pd.DataFrame:
    """Printed Z and P, the P that Z gives, and the correlation of the two AUCs.

    Returns
    -------
    DataFrame, cohort, pair, printed Z, printed P, P from Z, correlation (ranges as text)
    """
    found = correlations(published, name)
    return pd.DataFrame(
        [
            {
                "cohort": cohort,
                "pair": pair,
                "printed Z": cells.z,
                "printed P": cells.p,
                "P from Z": p_span(p_from_z(cells.z)),
                "correlation": span(found[cohort, pair], 2),
            }
            for cohort, pairs in published.tables[name].cohorts.items()
            for pair, cells in pairs.items()
        ]
    )
