"""What is wrong with the data: one finding each, with its place and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from helpers.errors import DataError


@dataclass(frozen=True)
class Problem:
    """One finding about the data of a study.

    file : where it is, as the user named it
    found, expected : what is there and what should be
    remedy : what to do about it
    patient_id : whose, empty for a finding about a whole file or column
    severity : an error stops a run, a warning asks for a look
    """

    file: str
    found: str
    expected: str
    remedy: str
    patient_id: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """The finding as a sentence or two."""
        whose = f"patient {self.patient_id}: " if self.patient_id else ""
        return f"{whose}{self.file}: {self.found}; expected {self.expected}. {self.remedy}"

    @classmethod
    def from_error(cls, patient_id: str, file: str, error: Exception) -> Problem:
        """A finding from the message of an error, which reads 'found; expected this. Do that.'"""
        text = str(error).removeprefix(f"patient {patient_id}: ").removeprefix(f"{file}: ")
        found, told, rest = text.partition("; expected ")
        if told:
            expected, _, remedy = rest.partition(". ")
            return cls(file, found, expected.rstrip("."), remedy, patient_id)
        found, _, remedy = re.sub(r"\s*\n\s*", " | ", text).rpartition(" | ")
        if not found:
            found, _, remedy = text.partition(". ")
        return cls(file, found.rstrip("."), "a file that can be used", remedy, patient_id)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """The findings that stop a run."""
    return [problem for problem in problems if problem.severity == "error"]


def refuse(file: str, problems: Iterable[Problem]) -> None:
    """Raise DataError with every error among the problems, where there is one."""
    found = errors(problems)
    if found:
        lines = "\n".join(f"  - {problem}" for problem in found)
        raise DataError(f"{file} has {len(found)} problem(s):\n{lines}")
