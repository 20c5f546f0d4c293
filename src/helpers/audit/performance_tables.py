"""Checks of a table of models' performance: 2 × 2 tables, AUCs and their intervals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from helpers.audit.auc import auc_limits, largest_se, read_ci
from helpers.audit.confusion import (
    MEASURES,
    SHARES,
    Solution,
    Table,
    all_splits,
    deviations,
    fitting_tables,
    is_cap,
    joint_search,
)
from helpers.audit.counts import possible_counts
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
from helpers.published import CohortPerformance, Performance, Published

AS_PRINTED, CAPPED, NEAR = "as printed", "99.9 read as up to 100", "last digits off by one"
READINGS = {AS_PRINTED: (False, 0), CAPPED: (True, 0), NEAR: (True, 1)}


@dataclass(frozen=True)
class CohortReading:
    """The group sizes and 2 × 2 tables that fit a cohort's printed measures best.

    reading : the strictest reading under which all models fit, "" where none does
    positive : group that is the positive class, "" where the file does not tell
    positives, negatives : group sizes, 0 where unknown
    splits : how many group sizes fit under that reading
    tables : model: its table, absent where none or several fit
    culprits : model: measures that no table with these sizes gives beside the others
    """

    reading: str = ""
    positive: str = ""
    positives: int = 0
    negatives: int = 0
    splits: int = 0
    tables: dict[str, Table] = field(default_factory=dict)
    culprits: dict[str, list[str]] = field(default_factory=dict)


def measures_of(model: Performance) -> dict[str, str]:
    """The printed threshold measures of a model, those that are there."""
    return {name: text for name in MEASURES if (text := getattr(model, name)) is not None}


def read_cohort(published: Published, block: CohortPerformance) -> CohortReading:
    """Recover group sizes and 2 × 2 tables of one cohort from what is printed.

    Readings are tried from strict to lenient: every number exactly as printed; 99.9 as up to 100;
    every last digit off by at most one. Under each all models must fit with the same group sizes;
    the sizes with the fewest departing digits are taken. Where no reading fits all models, the
    sizes that fit most of them are, and the others' departing measures are named.

    Parameters
    ----------
    published : Published
    block : one cohort of a performance table

    Returns
    -------
    CohortReading
    """
    models = {name: measures_of(model) for name, model in block.models.items()}
    splits, classes = candidate_splits(published, block)
    found = _solve(
        tuple((name, tuple(shown.items())) for name, shown in models.items() if len(shown) > 1),
        tuple(splits),
    )
    return replace(found, positive=classes.get((found.positives, found.negatives), ""))


@lru_cache(maxsize=512)
def _solve(printed: tuple, splits: tuple[tuple[int, int], ...]) -> CohortReading:
    models = {name: dict(measures) for name, measures in printed}
    for reading, (capped, slack) in READINGS.items():
        solutions = joint_search(models, splits, capped, slack)
        if solutions:
            best = min(solutions, key=lambda one: _departures(one, models))
            return _reading(best, reading, len(solutions), models)
    return _majority(models, splits)


def candidate_splits(
    published: Published, block: CohortPerformance
) -> tuple[list[tuple[int, int]], dict[tuple[int, int], str]]:
    """Group sizes to try, and the positive class each stands for where the file prints sizes."""
    if block.groups is None:
        return [tuple(map(int, split)) for split in all_splits(int(block.n))], {}
    sizes = published.tables[block.groups].sizes
    first, second = published.groups
    a, b = int(sizes[first]), int(sizes[second])
    return [(a, b), (b, a)], {(b, a): second, (a, b): first}


def _departures(solution: Solution, models) -> int:
    return sum(
        min(len(deviations(table, models[name], capped=True)) for table in tables)
        for name, tables in solution.tables.items()
    )


def _reading(solution: Solution, reading: str, splits: int, models) -> CohortReading:
    sizes = solution.positives, solution.negatives
    tables = {}
    for name, found in solution.tables.items():
        counts = [len(deviations(table, models[name], capped=True)) for table in found]
        best = [table for table, count in zip(found, counts, strict=True) if count == min(counts)]
        if len(best) == 1:
            tables[name] = best[0]
    return CohortReading(reading, "", *sizes, splits, tables)


def _majority(models, splits) -> CohortReading:
    """Sizes that fit most models, and for each other model the measures that stand in the way."""
    votes: dict[tuple[int, int], list[str]] = {}
    for name, printed in models.items():
        for found in joint_search({name: printed}, splits, True, 1):
            votes.setdefault((found.positives, found.negatives), []).append(name)
    if not votes:
        return CohortReading(culprits={name: list(printed) for name, printed in models.items()})
    sizes = max(votes, key=lambda split: len(votes[split]))
    result = CohortReading("", "", *sizes, 0)
    for name, printed in models.items():
        found = fitting_tables(printed, *sizes, True, 1)
        if not found:
            found, culprits = _without_one(printed, sizes)
            result.culprits[name] = culprits
        if found:
            result.tables[name] = min(found, key=lambda one: len(deviations(one, printed, True)))
    return result


def _without_one(printed, sizes) -> tuple[tuple[Table, ...], list[str]]:
    """Tables that fit all measures but one, and that one; all measures where none does."""
    culprits, tables = [], ()
    for name in printed:
        rest = {other: text for other, text in printed.items() if other != name}
        found = fitting_tables(rest, *sizes, True, 1)
        if found:
            culprits.append(name)
            tables = tables or found
    return (tables, culprits) if len(culprits) == 1 else ((), culprits or list(printed))


def check_performance(published: Published, name: str) -> list[Evidence]:
    """Evidence on every number of a performance table."""
    table = published.tables[name]
    confidence = float(number(table.confidence)) / 100 if table.confidence else 0.95
    evidence = []
    for cohort, block in table.cohorts.items():
        reading = read_cohort(published, block)
        for model, cells in block.models.items():
            place = (name, f"{cohort}: {model}")
            evidence += _check_measures(place, model, cells, reading)
            evidence += _check_auc(place, cells, reading, model, confidence)
    return evidence


def _check_measures(place, model: str, cells: Performance, reading) -> list[Evidence]:
    evidence = []
    table, culprits = reading.tables.get(model), reading.culprits.get(model, [])
    for name, printed in measures_of(cells).items():
        key = (*place, name)
        if not _is_share(printed, 100 if name in SHARES else 1):
            evidence.append(Evidence(key, INCONSISTENT, "no such measure exists"))
        elif table is not None:
            evidence.append(_from_table(key, name, printed, table))
        elif name in culprits:
            reason = "no 2 × 2 table with the cohort's group sizes gives this row"
            evidence.append(Evidence(key, INCONSISTENT, reason))
        else:
            evidence.append(Evidence(key, CONSISTENT, "several 2 × 2 tables give this row"))
    return evidence


def _is_share(printed: str, whole: int) -> bool:
    return 0 <= number(printed) <= whole


def _from_table(key, name: str, printed: str, table: Table) -> Evidence:
    counts = f"TP {table.tp}, FP {table.fp}, FN {table.fn}, TN {table.tn}"
    value, whole = table.measure(name), 100 if name in SHARES else 1
    if value is None:
        return Evidence(key, INCONSISTENT, f"{counts} leave it without a value")
    verdict, words = judge(whole * value, printed, "%" if whole == 100 else "")
    if verdict != REPRODUCED and value == 1 and is_cap(printed, whole):
        return Evidence(key, EXPLAINED, f"{counts} give {whole}, printed as {printed}")
    n = sum(table.sizes)
    if verdict == INCONSISTENT and name == "accuracy" and not possible_counts(printed, n):
        words += f"; no count of {n} patients is {printed}%"
    return Evidence(key, verdict, f"{counts} give {words}")


def _check_auc(place, cells: Performance, reading, model, confidence) -> list[Evidence]:
    columns = [name for name in ("auc", "auc_low", "auc_high") if getattr(cells, name)]
    texts = {name: getattr(cells, name) for name in columns}
    keys = {name: (*place, name) for name in columns}
    wrong = [name for name, text in texts.items() if not _is_share(text, 1)]
    if wrong:
        return [Evidence(keys[name], INCONSISTENT, "no such AUC exists") for name in wrong]
    evidence = []
    if len(columns) == 3:
        evidence += _check_ci(keys, texts, reading, confidence)
    table = reading.tables.get(model)
    if table is not None and not reading.culprits.get(model):
        limits = auc_limits(*(float(table.measure(name)) for name in ("recall", "specificity")))
        interval = rounding_interval(cells.auc).floats
        fits = interval[1] >= limits[0] and interval[0] <= limits[1]
        reason = f"a curve through the operating point has {limits[0]:.3f} to {limits[1]:.3f}"
        evidence.append(Evidence(keys["auc"], POSSIBLE if fits else INCONSISTENT, reason))
    return evidence


def _check_ci(keys, texts, reading, confidence) -> list[Evidence]:
    if not number(texts["auc_low"]) < number(texts["auc"]) < number(texts["auc_high"]):
        reason = "the AUC does not lie inside its interval"
        return [Evidence(key, INCONSISTENT, reason) for key in keys.values()]
    ci = read_ci(texts["auc"], texts["auc_low"], texts["auc_high"], confidence)
    if ci.cut:
        reason = "the symmetric interval would end above 1"
        capped = is_cap(texts["auc_high"], 1)
        evidence = [Evidence(keys[name], CONSISTENT, reason) for name in ("auc", "auc_low")]
        words = f"{reason}; cut at 1 and printed as {texts['auc_high']}" if capped else reason
        evidence.append(Evidence(keys["auc_high"], EXPLAINED if capped else CONSISTENT, words))
    else:
        verdict = CONSISTENT if ci.symmetric else INCONSISTENT
        reason = f"the centre of the interval is {ci.centre[0]:.4f} to {ci.centre[1]:.4f}"
        evidence = [Evidence(key, verdict, reason) for key in keys.values()]
    if reading.positives > 1 and reading.negatives > 1:
        most = largest_se(float(number(texts["auc"])), reading.positives, reading.negatives)
        if ci.standard_error[0] > most:
            reason = f"its SE of {ci.standard_error[0]:.4f} exceeds the largest possible {most:.4f}"
            evidence += [
                Evidence(keys[name], INCONSISTENT, reason) for name in ("auc_low", "auc_high")
            ]
    return evidence
