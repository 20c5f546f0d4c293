"""Checks of a table of tests between two models' AUCs."""

from __future__ import annotations

from helpers.audit.auc import implied_correlation, p_from_z, read_ci, z_from_p
from helpers.audit.evidence import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    POSSIBLE,
    REPRODUCED,
    Evidence,
    judge,
)
from helpers.audit.rounding import number, rounding_interval
from helpers.published import Pair, Performance, Published

Range = tuple[float, float]


def correlations(published: Published, name: str) -> dict[tuple[str, str], Range | None]:
    """The range of the correlation of two AUCs that each printed Z implies.

    Parameters
    ----------
    published : Published
    name : of a table of pairs whose AUCs and intervals stand in another table

    Returns
    -------
    dict, (cohort, "A vs B"): (low, high), or None where an interval or a Z is missing or zero
    """
    table = published.tables[name]
    result = {}
    for cohort, pairs in table.cohorts.items():
        for pair, cells in pairs.items():
            models = _models(published, table.auc_from, cohort, pair)
            result[cohort, pair] = _correlation(published, table.auc_from, models, cells)
    return result


def check_pairs(published: Published, name: str) -> list[Evidence]:
    """Evidence on every Z and P of a table of pairs."""
    table = published.tables[name]
    evidence = []
    for cohort, pairs in table.cohorts.items():
        for pair, cells in pairs.items():
            place = (name, f"{cohort}: {pair}")
            verdict, words = judge(p_from_z(cells.z), cells.p)
            evidence.append(Evidence((*place, "p"), verdict, f"Z gives P {words}"))
            evidence.append(_z_from_p(place, cells, verdict))
            models = _models(published, table.auc_from, cohort, pair)
            evidence += _check_z(published, table.auc_from, place, models, cells)
    return evidence


def _models(published, auc_from, cohort, pair) -> tuple[Performance, Performance] | None:
    if auc_from is None or cohort not in published.tables[auc_from].cohorts:
        return None
    models = published.tables[auc_from].cohorts[cohort].models
    first, _, second = pair.partition(" vs ")
    return (models[first], models[second]) if first in models and second in models else None


def _correlation(published, auc_from, models, cells: Pair) -> Range | None:
    if models is None or any(m.auc_low is None or m.auc_high is None for m in models):
        return None
    printed = published.tables[auc_from].confidence
    confidence = float(number(printed)) / 100 if printed else 0.95
    errors = [
        read_ci(model.auc, model.auc_low, model.auc_high, confidence).standard_error
        for model in models
    ]
    return implied_correlation(models[0].auc, models[1].auc, *errors, cells.z)


def _z_from_p(place, cells: Pair, p_verdict: str) -> Evidence:
    """Z against P; where they contradict each other, nothing tells which of them is wrong."""
    low, high = z_from_p(cells.p)
    words = f"P gives a Z of {low:.3f} to {high:.3f}"
    if high > 10:
        words = f"P gives a Z above {low:.3f}"
    verdict = {REPRODUCED: CONSISTENT, EXPLAINED: POSSIBLE}.get(p_verdict, p_verdict)
    return Evidence((*place, "z"), verdict, words)


def _check_z(published, auc_from, place, models, cells: Pair) -> list[Evidence]:
    if models is None:
        return []
    key = (*place, "z")
    a, b = (rounding_interval(model.auc) for model in models)
    z = number(cells.z)
    if (a.low > b.high and z < 0) or (a.high < b.low and z > 0):
        return [Evidence(key, INCONSISTENT, "its sign is not that of the AUC difference")]
    found = _correlation(published, auc_from, models, cells)
    if found is None:
        return []
    reason = f"with both intervals it implies a correlation of {found[0]:.2f} to {found[1]:.2f}"
    if found[0] > 1 or found[1] < -1:
        return [Evidence(key, INCONSISTENT, reason + ", which does not exist")]
    return [Evidence(key, CONSISTENT, reason)]
