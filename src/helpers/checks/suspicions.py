"""What a patient table may hold that no rule forbids and a reader should look at."""

from __future__ import annotations

import re

import pandas as pd

from helpers.cohort import Cohort
from helpers.problems import Problem

_DATE = re.compile(
    r"(19|20)\d\d([-/.年])\d{1,2}([-/.月])\d{1,2}日?.*|\d{1,2}[-/.]\d{1,2}[-/.](19|20)?\d\d.*"
)
_COMPACT_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_NATIONAL_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}|\d{3}-\d{2}-\d{4}|1[3-9]\d{9}")
_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,4}|[A-Z][a-z]+([ ,_^-]+[A-Z][a-z]*\.?)+|[A-Z]{2,}\^[A-Z]{2,}"
)
_FEWEST = 8  # patients that make a perfect prediction worth a warning


def suspicious_table(cohort: Cohort, file: str) -> list[Problem]:
    """Identifiers that look like people, dates, and columns that know the outcome."""
    patients = cohort.patients
    return [
        *_identifiers(patients["patient_id"].dropna(), file),
        *(p for name in cohort.variables for p in _dates(patients, name, file)),
        *(p for name in cohort.variables for p in _oracle(patients, name, file)),
        *_inferred(cohort, file),
    ]


def looks_personal(text: str) -> str | None:
    """What an identifier looks like, when it looks like a person's.

    Examples
    --------
    >>> looks_personal("P017") is None
    True
    >>> looks_personal("Smith_John")
    'a name'
    """
    if _NATIONAL_NUMBER.fullmatch(text):
        return "a national or telephone number"
    if _COMPACT_DATE.fullmatch(text) or _DATE.fullmatch(text):
        return "a date"
    return "a name" if _NAME.fullmatch(text) else None


def _identifiers(ids: pd.Series, file: str) -> list[Problem]:
    remedy = "Use pseudonyms (P001, P002, ...) and keep the key elsewhere."
    return [
        Problem(file, f"patient_id looks like {what}", "a pseudonym", remedy, patient, "warning")
        for patient in ids
        if (what := looks_personal(patient))
    ]


def _dates(patients: pd.DataFrame, name: str, file: str) -> list[Problem]:
    texts = patients[name].dropna().map(lambda value: f"{value:g}" if _whole(value) else str(value))
    dated = texts.map(lambda text: bool(_DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)))
    if len(texts) == 0 or dated.mean() < 0.5:
        return []
    remedy = "Turn it into an interval (age, hours from onset), or list it under cohort.ignore."
    found = f"{name} holds dates"
    return [Problem(file, found, "no date of a person", remedy, severity="warning")]


def _whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()


def _oracle(patients: pd.DataFrame, name: str, file: str) -> list[Problem]:
    """A column that separates the two outcomes without a single exception."""
    if "expansion" not in patients:
        return []
    known = patients[[name, "expansion"]].dropna()
    groups = [known.loc[known["expansion"] == label, name] for label in (0, 1)]
    if min(map(len, groups)) == 0 or len(known) < _FEWEST:
        return []
    if pd.api.types.is_numeric_dtype(known[name]):
        apart = groups[0].max() < groups[1].min() or groups[1].max() < groups[0].min()
    else:
        apart = not set(groups[0]) & set(groups[1]) and known[name].nunique() < len(known) / 2
    if not apart:
        return []
    found = f"{name} tells the outcome without one exception"
    remedy = "If it was recorded after the outcome was known, list it under cohort.ignore."
    return [Problem(file, found, "values known at baseline", remedy, severity="warning")]


def _inferred(cohort: Cohort, file: str) -> list[Problem]:
    if not cohort.inferred:
        return []
    kinds = ", ".join(f"{name} ({cohort.variables[name].kind})" for name in cohort.inferred)
    remedy = "Declare them under cohort.variables with kind, label and unit."
    found = f"kind taken from the cells: {kinds}"
    return [Problem(file, found, "declared columns", remedy, severity="warning")]
