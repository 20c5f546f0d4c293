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

import pandas as pd

from helpers.audit import STATUSES as AUDIT_STATUSES
from helpers.audit import print_like, reasons
from helpers.published import GroupTable, Number, Published, Statements
from helpers.study import Study

SAME, EXPLAINED, DIFFERS = "same digits", "explained", "differs"
OTHER, MASKED, ABSENT = "other cohort", "masked", "not in this run"
STATUSES = (SAME, EXPLAINED, DIFFERS, OTHER, MASKED, ABSENT)
COLUMNS = ["table", "row", "column", "published", "run", "status", "reason"]
SIZES = ("cohort: ", "header")  # rows that belong to a table's head
QUANTITIES = {"auc": "AUC", "auc_low": "AUC, lower", "auc_high": "AUC, upper", "f1": "F1", "p": "P"}
NOT_FITTED = "follows from the simulated images and readers, which are not fitted to this number"


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
    values : DataFrame, table, row, column, value (number, or text where the run masks it), as
        `helpers.comparison.run_values` makes it
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
