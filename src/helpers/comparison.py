"""Paper and run side by side: each printed number beside the one this run gives.

A run's number is rounded to the digits that the paper prints and then compared as text. The
status of a line follows from a rule:

same digits      the run prints what the paper prints
explained        it does not, and the paper's own numbers show why: `helpers.audit` gives the reason
differs          it does not
other cohort     the study is not the paper's twin, so nothing has to agree
masked           the run holds the count back, because it is small
not in this run  the run has no such number
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

import pandas as pd

from helpers.audit import STATUSES as AUDIT_STATUSES
from helpers.audit import print_like, reasons
from helpers.published import GroupTable, Number, Published, Statements
from helpers.study import Study

SAME, EXPLAINED, DIFFERS = "same digits", "explained", "differs"
OTHER, MASKED, ABSENT = "other cohort", "masked", "not in this run"
STATUSES = (SAME, EXPLAINED, DIFFERS, OTHER, MASKED, ABSENT)
COLUMNS = ["table", "row", "column", "published", "run", "status", "reason"]
GROUPS = ("no_expansion", "expansion")
SHARES = ("accuracy", "precision", "recall", "specificity")
SIZES = ("cohort: ", "header")  # rows that belong to a table's head
PRINTED_COHORTS = {"training (apparent)": "training", "external": "external"}
QUANTITIES = {"auc": "AUC", "auc_low": "AUC, lower", "auc_high": "AUC, upper", "f1": "F1", "p": "P"}
NOT_FITTED = "follows from the simulated images and readers, which are not fitted to this number"
_MEAN = re.compile(r"(-?[\d.]+) ± ([\d.]+)")
_COUNT = re.compile(r"(\d+) \(([\d.]+)\)")


def printed(published: Published, table: str, row: str, column: str) -> str:
    """The text of one printed number, such as "235"."""
    return published.number(table, row, column).printed


def is_twin(published: Published, study: Study) -> bool:
    """Whether a study's training rows are made to have the paper's Table 1.

    That is a synthetic study with the paper's group sizes and its clinical effect, unless it says
    `compare_with_paper: false`.
    """
    sizes = {
        tuple(int(table.sizes[group]) for group in published.groups)
        for table in published.of_kind(GroupTable).values()
    }
    synthetic = study.synthetic
    return (
        study.compare_with_paper
        and study.source == "synthetic"
        and synthetic.n_training in sizes
        and synthetic.effects.clinical == 1
    )


def compare(published: Published, values: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The ledger lines of some values of a run.

    A value is also held against the abstract and the text where they print the same quantity.

    Parameters
    ----------
    published : Published
    values : DataFrame, table, row, column, value (number, or text where the run masks it), as the
        functions `*_values` of this module make it
    study : Study

    Returns
    -------
    DataFrame, table, row, column, published, run, status, reason; a line for each printed number
    of the tables in `values`, in the paper's order
    """
    run = {(v.table, v.row, v.column): v.value for v in values.itertuples(index=False)}
    anywhere = {key[1:]: value for key, value in run.items()}
    twin = is_twin(published, study)
    known = reasons(published) if twin else {}
    whole = {table for table, row, _ in run if not row.startswith(SIZES)}
    lines = []
    for number in published.numbers:
        if number.key in run:
            value = run[number.key]
        elif isinstance(published.tables[number.table], Statements):
            value = anywhere.get((number.row, number.column))
            if value is None:
                continue
        elif number.table in whole and not number.row.startswith(SIZES):
            value = None
        else:
            continue
        fitted = isinstance(published.tables[number.table], GroupTable)
        lines.append(_line(number, value, twin, fitted, known))
    return pd.DataFrame(lines, columns=COLUMNS)


def _line(number: Number, value, twin: bool, fitted: bool, known: dict) -> dict:
    """`fitted`: whether the twin was made to have this number."""
    run, status, reason = "", ABSENT, ""
    if isinstance(value, str):
        run, status = value, MASKED
    elif value is not None and not pd.isna(value):
        run = print_like(value, number.printed)
        status = SAME if run == number.printed else DIFFERS
        if not twin:
            status = OTHER
        elif status == DIFFERS and fitted:
            reason = known.get(number.key, "")
            status = EXPLAINED if reason else DIFFERS
        elif status == DIFFERS:
            reason = NOT_FITTED
    return dict(zip(COLUMNS, (*number.key, number.printed, run, status, reason), strict=True))


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


def audited(audit: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Every published number with what the audit makes of it and, where there is one, the run's.

    Parameters
    ----------
    audit : table, row, column, published, status, reason, as `helpers.audit.audit` makes it
    ledger : lines of `compare`; of two lines for one number the later one counts

    Returns
    -------
    DataFrame, table, row, column, published, audit, reason, run, agreement; in the order of
    `audit`, run and agreement blank where no chapter has such a number
    """
    keys = COLUMNS[:3]
    run = ledger.drop_duplicates(keys, keep="last")[[*keys, "run", "status"]].rename(
        columns={"status": "agreement"}
    )
    both = audit.rename(columns={"status": "audit"}).merge(run, on=keys, how="left")
    return both.fillna({"run": "", "agreement": ""})


def readable(ledger: pd.DataFrame) -> pd.DataFrame:
    """Lines of a ledger with tables, rows and columns in words instead of identifiers."""
    return ledger.assign(
        table=ledger["table"].map(_table_words),
        row=ledger["row"].str.replace("_", " "),
        column=ledger["column"].map(
            lambda name: QUANTITIES.get(name, name.replace("_", " ").replace(": sd", ": SD"))
        ),
    )


def _table_words(name: str) -> str:
    return re.sub(r"^table(\d)", r"Table \1", name)


def side_by_side(ledger: pd.DataFrame) -> pd.DataFrame:
    """Ledger lines for a page: columns that say the same on every line are left out."""
    shown = readable(ledger[COLUMNS])
    if shown["table"].nunique() <= 1:
        shown = shown.drop(columns="table")
    if (shown["reason"] == "").all():
        shown = shown.drop(columns="reason")
    return shown.reset_index(drop=True)


def count_by_status(ledger: pd.DataFrame) -> pd.DataFrame:
    """How many lines of a ledger have each status, by table and in all."""
    counts = pd.crosstab(ledger["status"], ledger["table"])
    known = dict.fromkeys((*STATUSES, *AUDIT_STATUSES, *counts.index))
    counts = counts.loc[[status for status in known if status in counts.index]]
    counts["total"] = counts.sum(axis=1)
    counts = counts.rename(columns=_table_words)
    return counts.reset_index().rename_axis(columns=None)
