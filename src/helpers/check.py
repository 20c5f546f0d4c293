"""All problems of a study's data at once, before anything is computed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from helpers.checks.images import check_images
from helpers.checks.suspicions import suspicious_table
from helpers.cohort import examine_cohort
from helpers.feature_table import check_features
from helpers.problems import Problem
from helpers.problems import errors as errors_of
from helpers.study import Study

__all__ = ["Findings", "check_features", "check_study"]
COLUMNS = ["severity", "patient_id", "file", "found", "expected", "remedy"]


@dataclass(frozen=True)
class Findings:
    """What a check found.

    problems : list of Problem, errors before warnings
    patients : number of patients in the table
    """

    problems: list[Problem]
    patients: int

    @property
    def errors(self) -> list[Problem]:
        """The findings that stop a run."""
        return errors_of(self.problems)

    @property
    def table(self) -> pd.DataFrame:
        """One row per finding: severity, patient_id, file, found, expected, remedy."""
        rows = [[getattr(problem, name) for name in COLUMNS] for problem in self.problems]
        return pd.DataFrame(rows, columns=COLUMNS)

    def __str__(self) -> str:
        """The table as text, with a line that counts."""
        warnings = len(self.problems) - len(self.errors)
        count = f"{self.patients} patients: {len(self.errors)} errors, {warnings} warnings."
        blocks = [
            f"{problem.severity.upper():<8}{problem.patient_id or '-'}  {problem.file}\n"
            f"        found:    {problem.found}\n"
            f"        expected: {problem.expected}\n"
            f"        remedy:   {problem.remedy}"
            for problem in self.problems
        ]
        return "\n".join([*blocks, count])

    def to_json(self) -> str:
        """The findings for a machine: patients, errors, warnings and the table's rows."""
        rows = self.table.to_dict("records")
        errors = len(self.errors)
        counts = {"patients": self.patients, "errors": errors, "warnings": len(rows) - errors}
        return json.dumps(counts | {"findings": rows}, ensure_ascii=False, indent=1)


def check_study(study: Study, jobs: int = 2, progress: bool = True) -> Findings:
    """Read all data of a study once and list what is wrong or suspicious.

    Parameters
    ----------
    study : Study
    jobs : number of processes
    progress : whether to show a bar on stderr

    Returns
    -------
    Findings; of a synthetic study none, since its data do not exist before it is built
    """
    if study.source == "synthetic":
        return Findings([], sum(study.synthetic.n_training) + sum(study.synthetic.n_external))
    cohort, problems = examine_cohort(study)
    if cohort is None:
        return Findings(_ordered(problems), 0)
    problems += suspicious_table(cohort, study.cohort.table)
    if study.source == "features":
        problems += check_features(study, cohort.patients)
    else:
        problems += check_images(study, cohort, jobs, progress)
    return Findings(_ordered(problems), len(cohort.patients))


def _ordered(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.severity != "error", p.patient_id, p.file))
