"""Numbers of a run, by the table, row and column that the paper prints them under."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

import pandas as pd

from helpers.study import Study

GROUPS = ("no_expansion", "expansion")
SHARES = ("accuracy", "precision", "recall", "specificity")
PRINTED_COHORTS = {"training (apparent)": "training", "external": "external"}
_MEAN = re.compile(r"(-?[\d.]+) ± ([\d.]+)")
_COUNT = re.compile(r"(\d+) \(([\d.]+)\)")


def _table(lines: Iterable[tuple]) -> pd.DataFrame:
    """Values of a run; `object`, because counts, shares and masked texts stand in one column."""
    lines = list(lines)
    table = pd.DataFrame(lines, columns=["table", "row", "column", "value"])
    return table.astype({"value": object})


def cohort_values(patients: pd.DataFrame) -> pd.DataFrame:
    """Sizes of cohorts and of the training groups from a patient table."""
    lines = []
    for cohort, part in patients.groupby("cohort", sort=False):
        lines += [(table, f"cohort: {cohort}", "n", len(part)) for table in ("text", "table2")]
        if cohort == "training":
            grown = int(part["expansion"].sum())
            for group, size in zip(GROUPS, (len(part) - grown, grown), strict=True):
                lines.append(("table1", f"cohort: {cohort}", f"{group}: n", size))
    return _table(lines)


def settings_values(study: Study) -> pd.DataFrame:
    """The settings of a study that the paper prints for itself."""
    lines = [
        ("outcome: expansion", "absolute", study.outcome.absolute_ml),
        ("outcome: expansion", "relative", 100 * study.outcome.relative),
        ("imaging", "bin width", study.imaging.bin_width),
        ("imaging", "spacing", study.imaging.spacing_mm),
        ("reliability", "threshold", study.reliability.threshold),
        ("features: stable", "threshold", study.reliability.threshold),
        ("selection", "k", study.selection.k),
        ("models", "n", len(study.models.classifiers)),
    ]
    return _table(("text", *line) for line in lines)


def image_values(volumes: pd.DataFrame, dice: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """What the paper prints of its scans and re-reads, measured on the images of a study.

    Thickness is the median slice spacing of the training cohort and, as the other one, of the
    external cohort; a study without images has no values.
    """
    cohort = volumes["patient_id"].map(patients.set_index("patient_id")["cohort"])
    lines = []
    for column, part in (("thickness", "training"), ("other thickness", "external")):
        slices = volumes.loc[cohort == part, "spacing_z_mm"]
        if len(slices):
            lines.append(("text", "scan", column, float(slices.median())))
    if len(volumes):
        lines += [
            ("text", "scan", size, int(volumes[size].median())) for size in ("rows", "columns")
        ]
        lines.append(("text", "readers", "n", dice["patient_id"].nunique()))
    return _table(lines)


def table1_values(table1: pd.DataFrame) -> pd.DataFrame:
    """Values of `table1.csv`: means, SDs, counts, percentages, statistics and P values.

    Percentages are computed from the counts where `table1.attrs["groups"]` holds the group sizes,
    and taken as printed otherwise.
    """
    sizes = table1.attrs.get("groups", {})
    lines = []
    for name, rows in table1.groupby("variable", sort=False):
        for row in rows.itertuples(index=False):
            level = "" if pd.isna(row.level) else str(row.level)
            place = f"{name}: {level}" if level else str(name)
            for group in GROUPS:
                lines += _cell_values(place, group, getattr(row, group), sizes.get(group))
        for column in ("statistic", "p"):
            found = pd.to_numeric(rows[column]).dropna()
            if len(found):
                lines.append(("table1", str(name), column, float(found.iloc[0])))
    return _table(lines)


def _cell_values(place: str, group: str, text: str, size: int | None) -> list[tuple]:
    if found := _MEAN.fullmatch(str(text)):
        columns = zip(("mean", "sd"), map(float, found.groups()), strict=True)
    elif found := _COUNT.fullmatch(str(text)):
        count, share = int(found[1]), float(found[2])
        columns = (("n", count), ("%", 100 * count / size if size else share))
    else:  # masked, so that no small count is published
        columns = (("n", str(text)),)
    return [("table1", place, f"{group}: {column}", value) for column, value in columns]


def family_values(counts: pd.DataFrame) -> pd.DataFrame:
    """Numbers of features by family, from `helpers.features.families.count_by_family`."""
    return _table(
        ("text", f"features: {str(row.family).replace(' ', '-')}", "n", int(row.n))
        for row in counts.itertuples(index=False)
    )


def stable_values(icc: pd.DataFrame) -> pd.DataFrame:
    """The number of features that stay, from `icc.csv`."""
    return _table([("text", "features: stable", "n", int(icc["stable"].sum()))])


def selection_values(selection: pd.DataFrame, entered: Iterable[str]) -> pd.DataFrame:
    """The number of features picked and of clinical variables that enter."""
    return _table(
        [
            ("text", "features: selected", "n", len(selection)),
            ("text", "discussion: clinical variables", "n", len(list(entered))),
        ]
    )


def table2_values(table2: pd.DataFrame) -> pd.DataFrame:
    """Values of `table2.csv` with no expansion as the positive class, as the paper reads them.

    The paper's training rows are held against the apparent performance of the run.
    """
    part = table2[(table2["positive"] == "no expansion") & table2["cohort"].isin(PRINTED_COHORTS)]
    measures = ("auc", "auc_low", "auc_high", "f1", *SHARES)
    return _table(
        (
            "table2",
            f"{PRINTED_COHORTS[row['cohort']]}: {row['model']}",
            measure,
            float(row[measure]) * (100 if measure in SHARES else 1),
        )
        for _, row in part.iterrows()
        for measure in measures
    )


def table3_values(table3: pd.DataFrame) -> pd.DataFrame:
    """Values of `table3.csv`, apparent curves standing for the paper's training cohort."""
    part = table3[table3["cohort"].isin(PRINTED_COHORTS)]
    return _table(
        chain.from_iterable(
            (
                ("table3", place, "z", float(row.z)),
                ("table3", place, "p", float(row.p)),
            )
            for row in part.itertuples(index=False)
            for place in [f"{PRINTED_COHORTS[row.cohort]}: {row.model_a} vs {row.model_b}"]
        )
    )
