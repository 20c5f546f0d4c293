"""Table 1: two groups of patients side by side, and what a reader needs beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from helpers.settings import Variable
from helpers.statistics.group_tests import choose_test

GROUPS = {"no_expansion": 0, "expansion": 1}
# Of two levels the one that is not listed here is printed: "male", "yes", "present".
REFERENCE_LEVELS = {"0", "no", "n", "false", "absent", "none", "negative", "female", "f"}
REFERENCE_LEVELS |= {"女", "否", "无"}


def variable_table(variables: Mapping[str, Variable]) -> pd.DataFrame:
    """What each clinical column means.

    Parameters
    ----------
    variables : column name: Variable

    Returns
    -------
    DataFrame, name, kind, label, unit, test; a column without a label is labelled by its name
    """
    return pd.DataFrame(
        [
            {
                "name": name,
                "kind": variable.kind,
                "label": variable.label or name.replace("_", " "),
                "unit": variable.unit or "",
                "test": variable.test,
            }
            for name, variable in variables.items()
        ],
        columns=["name", "kind", "label", "unit", "test"],
    )


def labels(variables: pd.DataFrame) -> dict[str, str]:
    """Each clinical column in words, with its unit: {"age": "Age (years)"}.

    Parameters
    ----------
    variables : as made by `variable_table`, also as read back from its CSV
    """
    units = variables["unit"].fillna("")
    return {
        name: f"{label} ({unit})" if unit else label
        for name, label, unit in zip(variables["name"], variables["label"], units, strict=True)
    }


def flow_counts(patients: pd.DataFrame, smallest: int = 1) -> pd.DataFrame:
    """How many patients each cohort holds, without and with expansion.

    Parameters
    ----------
    patients : DataFrame, cohort and expansion (0/1), one row a patient
    smallest : the smallest count that may be printed; of a smaller one and its complement only
        bounds are given, as text

    Returns
    -------
    DataFrame, cohort, patients, no_expansion, expansion, in the order of the cohorts in `patients`
    """
    rows = []
    for cohort, part in patients.groupby("cohort", sort=False):
        grown = int((part["expansion"] == 1).sum())
        counts = [len(part) - grown, grown]
        if any(1 <= count < smallest for count in counts):
            bounds = f"<{smallest}", f">{len(part) - smallest}"
            counts = [bounds[0] if 1 <= count < smallest else bounds[1] for count in counts]
        rows.append((cohort, len(part), *counts))
    return pd.DataFrame(rows, columns=["cohort", "patients", "no_expansion", "expansion"])


def table_one(patients: pd.DataFrame, variables: Mapping[str, Variable]) -> pd.DataFrame:
    """Patients without and with expansion compared, one variable after the other.

    Continuous variables are printed as mean ± SD, the others as n (%). Of a variable with two
    levels only one is printed: the one that is not a usual reference ("no", 0, "female", ...).
    The test is always made on all levels. Blank values are left out of their variable.

    Parameters
    ----------
    patients : DataFrame, expansion (0/1) and the clinical columns, one row a patient
    variables : column name: Variable

    Returns
    -------
    DataFrame, variable, level, no_expansion, expansion, test, statistic, p: the groups as printed
    text; test, statistic and p repeated on each level of a variable. `attrs` hold the group sizes
    (`groups`) and each variable's name in words (`labels`).

    References
    ----------
    Liu & He 2025, Table 1.
    """
    rows = []
    for name, variable in variables.items():
        halves = [
            patients.loc[patients["expansion"] == code, name].dropna() for code in GROUPS.values()
        ]
        if variable.kind == "continuous":
            halves = [pd.to_numeric(half) for half in halves]
            levels = {"": [f"{half.mean():.1f} ± {half.std():.1f}" for half in halves]}
            test = choose_test(*halves, "continuous", variable.test)
        else:
            counts = _counts(*halves)
            levels = _level_texts(counts, one=variable.kind == "binary")
            test = choose_test(*halves, variable.kind, variable.test)
        rows += [
            {
                "variable": name,
                "level": level,
                **dict(zip(GROUPS, texts, strict=True)),
                "test": test.test,
                "statistic": test.statistic,
                "p": test.p_value,
            }
            for level, texts in levels.items()
        ]
    columns = ["variable", "level", *GROUPS, "test", "statistic", "p"]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs = {
        "groups": {
            group: int((patients["expansion"] == code).sum()) for group, code in GROUPS.items()
        },
        "labels": labels(variable_table(variables)),
    }
    return table


def _counts(without: pd.Series, grown: pd.Series) -> pd.DataFrame:
    """Level by group, the most frequent level first; 0 and 1 are read as no and yes."""
    halves = [half.map(_level_name) for half in (without, grown)]
    counts = pd.DataFrame(
        {group: half.value_counts() for group, half in zip(GROUPS, halves, strict=True)}
    )
    counts = counts.fillna(0).astype(int)
    order = sorted(counts.index, key=lambda level: (-counts.loc[level].sum(), level))
    return counts.loc[order]


def _level_name(value) -> str:
    if isinstance(value, bool | int | float) and value in (0, 1):
        return "yes" if value else "no"
    return str(value)


def _level_texts(counts: pd.DataFrame, one: bool) -> dict[str, list[str]]:
    shown = list(counts.index)
    if one and len(shown) > 1:
        shown = [level for level in sorted(shown) if level.lower() not in REFERENCE_LEVELS][:1]
        shown = shown or list(counts.index)[:1]
    elif one and shown == ["no"]:
        counts, shown = counts.reindex(["yes", "no"], fill_value=0), ["yes"]
    totals = counts.sum()
    return {
        level: [
            f"{counts.loc[level, group]} ({counts.loc[level, group] / totals[group]:.1%})".replace(
                "%", ""
            )
            if totals[group]
            else "0 (0.0)"
            for group in counts.columns
        ]
        for level in shown
    }


def mask_small(table: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Table 1 without counts that could point at a person.

    A count from 1 to `smallest` - 1 is printed as "<k". Where the rest of its group would give it
    away by subtraction, the next smallest count of the group is printed as "≥k"; where only one
    of two levels is printed and the other one is small, "n - k" is printed as a lower bound.
    Masked cells have no percentage.

    Parameters
    ----------
    table : as made by `table_one`, with its `attrs`
    smallest : the smallest count that may be printed; 1 masks nothing

    Returns
    -------
    DataFrame like `table`
    """
    masked = table.copy()
    if smallest <= 1:
        return masked
    for group, size in table.attrs["groups"].items():
        for _, rows in table.groupby("variable", sort=False):
            counts = rows[group].map(_count_of).dropna()
            if not counts.empty:
                masked.loc[counts.index, group] = _masked(
                    counts.astype(int), rows.loc[counts.index, group], size, smallest
                )
    return masked


def _count_of(text: str) -> float | None:
    found = re.fullmatch(r"(\d+) \([\d.]+\)", text)
    return int(found[1]) if found else None


def _masked(counts: pd.Series, texts: pd.Series, size: int, smallest: int) -> pd.Series:
    texts = texts.copy()
    small = counts.between(1, smallest - 1)
    texts[small] = f"<{smallest}"
    alone = len(counts) == 1
    if alone and 1 <= size - counts.iloc[0] < smallest:
        texts[:] = f">{size - smallest}"
    elif not alone and small.sum() == 1 and (counts >= smallest).any():
        texts[counts[counts >= smallest].idxmin()] = f"≥{smallest}"
    return texts
