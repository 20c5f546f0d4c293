"""What lies between two chapters: result files, which chapter makes them, and the ledger."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd

from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.study import Study


@dataclass(frozen=True)
class Chapter:
    """A notebook: the results it reads, the ones it makes, and the settings it depends on."""

    name: str
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    uses: tuple[str, ...] = ()


LEDGER_FILE = "ledger.csv"  # the chapters of the paper's sections each enter their part
_COHORT = ("source", "seed", "cohort", "outcome", "synthetic")
CHAPTERS = (
    Chapter("01_cohort", (), ("patients.csv", "variables.csv", "table1.csv", LEDGER_FILE), _COHORT),
    Chapter("02_images", ("patients.csv",), ("volumes.csv", "dice.csv", LEDGER_FILE), _COHORT),
    Chapter(
        "03_features",
        ("patients.csv",),
        ("features.parquet", "missing.csv", LEDGER_FILE),
        (*_COHORT, "imaging", "reliability"),
    ),
    Chapter(
        "04_reliability",
        ("features.parquet",),
        ("icc.csv", LEDGER_FILE),
        ("reliability", "statistics"),
    ),
    Chapter(
        "05_selection",
        ("patients.csv", "variables.csv", "features.parquet", "icc.csv"),
        ("univariate.csv", "selection.csv", LEDGER_FILE),
        ("cohort", "selection"),
    ),
    Chapter(
        "06_models",
        ("patients.csv", "variables.csv", "features.parquet", "icc.csv"),
        ("scores.csv", "table2.csv", LEDGER_FILE),
        (*_COHORT, "imaging", "selection", "models", "statistics"),
    ),
    Chapter("07_comparison", ("scores.csv",), ("table3.csv", LEDGER_FILE), ("statistics",)),
    Chapter("08_audit", (), ("audit.csv",), ("seed",)),
    Chapter(
        "09_ledger",
        ("audit.csv", LEDGER_FILE, "patients.csv"),
        ("numbers.csv",),
        ("synthetic", "outcome", "imaging", "reliability", "selection", "models"),
    ),
    Chapter("10_model_card", ("table2.csv",), (), ("models", "imaging")),
    Chapter("11_effects", ("patients.csv", "variables.csv"), (), (*_COHORT, "selection")),
    Chapter(
        "index",
        ("patients.csv", "icc.csv", "table2.csv", LEDGER_FILE),
        (),
        ("models", "synthetic"),
    ),
)
LEDGER = ["table", "row", "column", "published", "run", "status", "reason"]


def chapters_before(name: str) -> set[str]:
    """The chapters whose results this chapter reads."""
    place = [chapter.name for chapter in CHAPTERS].index(name)
    needs = set(CHAPTERS[place].needs)
    return {chapter.name for chapter in CHAPTERS[:place] if needs & {*chapter.makes}}


class Results:
    """The result files of one study."""

    def __init__(self, study: Study):
        """Name the folder; it is made when something is written."""
        self.folder = study.paths.results

    def read(self, name: str) -> pd.DataFrame:
        """Read a result table (CSV or parquet) by its file name.

        Raises
        ------
        DataError
            when it is not there yet; the message names the chapter that makes it.
        """
        file = self.folder / name
        if not file.is_file():
            maker = next((c.name for c in CHAPTERS if name in c.makes), None)
            raise DataError(
                f"{name} is not in the results of this study. "
                f"Run chapter {maker} first, or build the whole book."
            )
        if file.suffix == ".parquet":
            return pd.read_parquet(file)
        if name == LEDGER_FILE:  # printed text: "0.720" has three digits, and blanks are blanks
            return pd.read_csv(file, dtype=str, keep_default_na=False)
        return pd.read_csv(file, dtype={"patient_id": str})

    def write(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        """Write a result table in one step and return it."""
        if name.endswith(".parquet"):
            write_atomically(self.folder / name, lambda file: table.to_parquet(file, index=False))
        else:
            write_atomically(self.folder / name, lambda file: table.to_csv(file, index=False))
        return table

    def enter(self, entries: pd.DataFrame) -> pd.DataFrame:
        """Enter a chapter's comparison with the paper into `ledger.csv`, replacing its rows."""
        entries = entries[LEDGER]
        keys = LEDGER[:3]
        with self._alone():
            if (self.folder / LEDGER_FILE).is_file():
                old = self.read(LEDGER_FILE)
                known = pd.MultiIndex.from_frame(entries[keys].astype(str))
                entries = pd.concat(
                    [old[~pd.MultiIndex.from_frame(old[keys].astype(str)).isin(known)], entries]
                )
            self.write(LEDGER_FILE, entries.sort_values(keys, kind="stable"))
        return entries

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder, so that chapters that run side by side enter one after the other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
