"""The audit of a file of printed numbers as text, for the command line."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers.audit.confusion import Table
from helpers.audit.evidence import EXPLAINED, INCONSISTENT
from helpers.audit.ledger import STATUSES, audit
from helpers.audit.performance_tables import CohortReading, read_cohort
from helpers.published import PerformanceTable, Published, load_published


@dataclass(frozen=True)
class Report:
    """An audited paper.

    Attributes
    ----------
    ledger : DataFrame
        every printed number with status and reason, as `helpers.audit.audit` makes it
    text : str
        the same for reading: counts by status, then each number that is explained or
        inconsistent, then the 2 × 2 tables that were recovered
    """

    ledger: pd.DataFrame
    text: str

    def __str__(self) -> str:
        """The text."""
        return self.text


def audit_file(path: str | Path) -> Report:
    """Audit a YAML file of printed numbers.

    Parameters
    ----------
    path : file in the format of `published.yaml`

    Returns
    -------
    Report

    Raises
    ------
    DataError
        when the file cannot be read or does not hold printed numbers
    """
    published = load_published(path)
    ledger = audit(published)
    parts = [
        f"{published.citation.strip()}\n{len(ledger)} printed numbers",
        _counts(ledger),
        _findings(ledger, INCONSISTENT),
        _findings(ledger, EXPLAINED),
        *_recovered(published),
        "Arithmetic tells that numbers do not belong together, not which one is wrong or why.",
    ]
    return Report(ledger, "\n\n".join(part for part in parts if part))


def _counts(ledger: pd.DataFrame) -> str:
    counts = ledger["status"].value_counts()
    return "\n".join(f"{counts[one]:5d}  {one}" for one in STATUSES if one in counts)


def _findings(ledger: pd.DataFrame, status: str) -> str:
    found = ledger[ledger["status"] == status]
    if found.empty:
        return ""
    lines = [status.capitalize()]
    for row in found.itertuples(index=False):
        lines.append(f"- {row.table}, {row.row}, {row.column}: {row.published}")
        lines.append(textwrap.indent(textwrap.fill(row.reason, 92), "    "))
    return "\n".join(lines)


def _recovered(published: Published) -> list[str]:
    texts = []
    for table in published.of_kind(PerformanceTable).values():
        for cohort, block in table.cohorts.items():
            reading = read_cohort(published, block)
            if reading.tables:
                texts.append(_describe(table.place, cohort, reading))
    return texts


def _describe(place: str, cohort: str, reading: CohortReading) -> str:
    sizes = f"{reading.positives} positive and {reading.negatives} negative patients"
    positive = f", positive class: {reading.positive}" if reading.positive else ""
    how = f" ({reading.reading})" if reading.reading else " (not all models fit)"
    only = ", the only sizes that fit" if reading.splits == 1 else ""
    lines = [f"{place}, {cohort}: {sizes}{positive}{only}{how}"]
    lines += [f"    {model}: {_counts_of(one)}" for model, one in reading.tables.items()]
    return "\n".join(lines)


def _counts_of(table: Table) -> str:
    return f"TP {table.tp}, FP {table.fp}, FN {table.fn}, TN {table.tn}"
