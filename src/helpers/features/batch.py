"""The features of a whole cohort: in parallel, resumable, one bad lesion at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from helpers.errors import DataError
from helpers.features.lesion import extract
from helpers.features.perturbation import Perturbation, Perturber
from helpers.features.prepare import normalisation
from helpers.features.settings import ImagingSettings
from helpers.features.store import Store, hash_file, key_of
from helpers.imaging.files import read_image, read_mask, shown
from helpers.imaging.geometry import check_mask
from helpers.settings import PerturbationSettings

FIRST_READ = "A1"
FAILURE = ["patient_id", "read", "file", "reason"]


@dataclass(frozen=True)
class Case:
    """One read of one lesion: whose, where its files are, and how it is perturbed, if it is."""

    patient_id: str
    read: str
    image_path: Path
    mask_path: Path
    perturbation: Perturbation | None = None


@dataclass(frozen=True)
class Extraction:
    """What an extraction gave, in the order of its cases.

    features : DataFrame, patient_id, read, then one column per feature
    failures : DataFrame, patient_id, read, file, reason
    """

    features: pd.DataFrame
    failures: pd.DataFrame


@dataclass(frozen=True)
class _Outcome:
    """One case's values, or why it has none."""

    position: int
    case: Case
    values: pd.Series | None = None
    file: str = ""
    reason: str = ""


def perturbed_cases(cases: list[Case], settings: PerturbationSettings, seed: int) -> list[Case]:
    """The perturbed reads P01, P02, ... of every first read among `cases`."""
    digits = max(len(str(settings.count)), 2)
    return [
        Case(
            case.patient_id,
            f"P{number:0{digits}d}",
            case.image_path,
            case.mask_path,
            Perturbation(case.patient_id, number, seed, settings),
        )
        for case in cases
        if case.read == FIRST_READ
        for number in range(1, settings.count + 1)
    ]


def extract_cohort(
    cases: list[Case],
    settings: ImagingSettings,
    store: Path,
    jobs: int = 1,
    progress: bool = True,
    scheduler: str | None = None,
) -> Extraction:
    """Measure every read of a cohort.

    Each lesion's values are stored as it finishes, so a run that is killed goes on where it
    stopped, and a lesion whose files and settings are unchanged is not measured again. A read
    that cannot be measured is reported and the others go on. Every process computes on a single
    thread, so the number of processes changes no bit of the result.

    Parameters
    ----------
    cases : reads; those of one image are measured together, so that it is read once
    settings : engine, preprocessing and filters
    store : folder of measured lesions, see `Store`
    jobs : number of processes on this machine
    progress : whether to show a bar on stderr
    scheduler : address of a running Dask scheduler (tcp://host:port) whose workers see the same
        files; instead of processes on this machine

    Returns
    -------
    Extraction

    Raises
    ------
    DataError
        when a process or the cluster dies; what was stored until then is kept.
    """
    work = partial(_measure_image, settings=settings, store=Store(Path(store).resolve()))
    groups = _by_image(cases)
    run = _on_cluster(work, groups, scheduler) if scheduler else _here(work, groups, jobs)
    outcomes: list[_Outcome] = []
    names = pd.Index([])
    with tqdm(total=len(cases), desc="Extracting", unit="read", disable=not progress) as bar:
        for part in run:
            for outcome in part:
                names = _share_names(outcome, names)
            outcomes += part
            bar.update(len(part))
    return _collect(sorted(outcomes, key=lambda outcome: outcome.position))


def _share_names(outcome: _Outcome, names: pd.Index) -> pd.Index:
    """Let equal names be one object: thousands of copies would take more memory than the values."""
    if outcome.values is None:
        return names
    if outcome.values.index.equals(names):
        outcome.values.index = names
    return outcome.values.index


def _by_image(cases: list[Case]) -> list[list[tuple[int, Case]]]:
    groups: dict[tuple, list[tuple[int, Case]]] = {}
    for position, case in enumerate(cases):
        groups.setdefault((case.patient_id, case.image_path), []).append((position, case))
    return list(groups.values())


def _here(work, groups: list, jobs: int) -> Iterator[list[_Outcome]]:
    parallel = Parallel(n_jobs=jobs, backend="loky", return_as="generator_unordered", batch_size=1)
    try:
        yield from parallel(delayed(work)(group) for group in groups)
    except TerminatedWorkerError as error:
        raise DataError(
            "a process of the extraction was killed, most often because memory ran out. "
            "Run again with fewer jobs: measured lesions are kept."
        ) from error


def _on_cluster(work, groups: list, address: str) -> Iterator[list[_Outcome]]:
    from helpers.features.cluster import run_on_cluster

    return run_on_cluster(work, groups, address)


def _measure_image(
    group: list[tuple[int, Case]], settings: ImagingSettings, store: Store
) -> list[_Outcome]:
    """All reads of one image, each from the store or measured and stored."""
    scan = _Scan(group[0][1], settings)
    with _single_threaded():
        return [_measure(position, case, scan, store) for position, case in group]


def _measure(position: int, case: Case, scan: _Scan, store: Store) -> _Outcome:
    try:
        with _blamed_on(case.patient_id, case.image_path):
            image_hash = scan.hash
        with _blamed_on(case.patient_id, case.mask_path):
            how = case.perturbation.key if case.perturbation else ""
            key = key_of(scan.settings, image_hash, hash_file(case.mask_path), how)
        values = store.load(key)
        if values is None:
            with _blamed_on(case.patient_id, case.image_path):
                scan.open()
            with _blamed_on(case.patient_id, case.mask_path):
                values = scan.measure(case)
            store.save(key, values)
    except _Unmeasurable as failure:
        return _Outcome(position, case, file=failure.file, reason=failure.reason)
    return _Outcome(position, case, values)


class _Scan:
    """An image that is hashed and read once for all its reads."""

    def __init__(self, case: Case, settings: ImagingSettings):
        self.settings = settings
        self._case = case
        self._hash: str | None = None
        self._image: sitk.Image | None = None
        self._perturber: tuple[Path, Perturber] | None = None

    @property
    def hash(self) -> str:
        if self._hash is None:
            self._hash = hash_file(self._case.image_path)
        return self._hash

    def open(self) -> None:
        if self._image is None:
            image = read_image(self._case.image_path, self._case.patient_id)
            if self.settings.window_hu:
                normalisation(image, self.settings)  # refuses an image that is not in HU
            self._image = image

    def measure(self, case: Case) -> pd.Series:
        if case.perturbation is None:
            return extract(self._image, self._mask(case), self.settings)
        perturber = self._perturber_of(case)
        return extract(*perturber.perturb(case.perturbation), self.settings)

    def _perturber_of(self, case: Case) -> Perturber:
        if self._perturber is None or self._perturber[0] != case.mask_path:
            perturber = Perturber(self._image, self._mask(case), case.perturbation.settings)
            self._perturber = case.mask_path, perturber
        return self._perturber[1]

    def _mask(self, case: Case) -> sitk.Image:
        return check_mask(read_mask(case.mask_path, case.patient_id), self._image, case.patient_id)


class _Unmeasurable(Exception):
    """A read that cannot be measured: the file at fault and the reason."""

    def __init__(self, file: str, reason: str):
        super().__init__(reason)
        self.file, self.reason = file, reason


@contextlib.contextmanager
def _blamed_on(patient_id: str, path: Path) -> Iterator[None]:
    """Any error inside becomes the reason why this read is missing: the others must go on."""
    try:
        yield
    except Exception as error:
        text = getattr(error, "strerror", None) or str(error) or type(error).__name__
        if not text.startswith(f"patient {patient_id}:"):
            text = f"patient {patient_id}: {shown(path)}: {text}"
        raise _Unmeasurable(shown(path), text) from error


@contextlib.contextmanager
def _single_threaded() -> Iterator[None]:
    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)


def _collect(outcomes: list[_Outcome]) -> Extraction:
    """Both tables. A read that lacks features which others have counts as failed."""
    done = [outcome for outcome in outcomes if outcome.values is not None]
    names = max((outcome.values.index for outcome in done), key=len, default=pd.Index([]))
    whole = [outcome for outcome in done if outcome.values.index.equals(names)]
    rows = [
        _failure(outcome, names)
        for outcome in outcomes
        if outcome.values is None or not outcome.values.index.equals(names)
    ]
    numbers = np.array([outcome.values.to_numpy() for outcome in whole])
    numbers = numbers.reshape(len(whole), len(names))
    features = pd.DataFrame(numbers, columns=names)
    features.insert(0, "patient_id", pd.Series([o.case.patient_id for o in whole], dtype="str"))
    features.insert(1, "read", pd.Series([o.case.read for o in whole], dtype="str"))
    return Extraction(features, pd.DataFrame(rows, columns=FAILURE))


def _failure(outcome: _Outcome, names: pd.Index) -> tuple[str, str, str, str]:
    case = outcome.case
    if outcome.values is None:
        return case.patient_id, case.read, outcome.file, outcome.reason
    missing = names.difference(outcome.values.index, sort=False)
    example = missing[0] if len(missing) else "their order"
    reason = (
        f"patient {case.patient_id}: {len(outcome.values)} of {len(names)} features were measured "
        f"(first missing: {example}); expected all. The lesion's box may be too small for a "
        "filter: leave the filter or the read out."
    )
    return case.patient_id, case.read, shown(case.mask_path), reason
