"""A synthetic cohort on disk: one CT and mask per patient, and the re-reads of some."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed
from tqdm import tqdm

from helpers.errors import DataError
from helpers.synthetic.case import simulate_case
from helpers.synthetic.patients import simulate_patients
from helpers.synthetic.readers import reread
from helpers.synthetic.settings import SyntheticSettings

REREADERS = ("A2", "B1")
_MANIFEST = "simulation.json"


def simulate_cohort(
    settings: SyntheticSettings, seed: int, out: Path, jobs: int = 1, progress: bool = True
) -> None:
    """Write a whole synthetic cohort: patients.csv, images/, masks/, rereads/A2/, rereads/B1/.

    Files that are there already are kept when the same settings, seed and code made them, so an
    interrupted run goes on; otherwise the cohort is made anew. patients.csv is written last.

    Parameters
    ----------
    settings : of the synthetic cohort
    seed : same seed, same bytes, whatever the number of processes
    out : folder, created when it does not exist
    jobs : number of processes
    progress : whether to show a bar on stderr

    Raises
    ------
    DataError
        when the folder holds data that no simulation wrote.
    """
    out = Path(out)
    patients = simulate_patients(settings, seed)
    _claim(out, _fingerprint(settings, seed))
    chosen = reread_patients(patients, settings.n_rereads, seed)
    tasks = [
        delayed(_write_case)(row, settings, seed, out, row["patient_id"] in chosen)
        for _, row in patients.iterrows()
    ]
    done = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    for _ in tqdm(done, total=len(tasks), desc="Simulating", unit="patient", disable=not progress):
        pass
    draft = out / "patients.csv.part"
    patients.to_csv(draft, index=False, lineterminator="\n")
    os.replace(draft, out / "patients.csv")


def reread_patients(patients: pd.DataFrame, count: int, seed: int) -> set[str]:
    """Identifiers of the training patients that are read again, drawn at random."""
    training = patients.loc[patients["cohort"] == "training", "patient_id"].to_numpy()
    rng = np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(b"rereads")]))
    return set(rng.choice(training, size=min(count, len(training)), replace=False))


def _write_case(
    patient: pd.Series, settings: SyntheticSettings, seed: int, out: Path, again: bool
) -> None:
    name = f"{patient['patient_id']}.nii.gz"
    files = {"image": out / "images" / name, "mask": out / "masks" / name}
    if again:
        files |= {reader: out / "rereads" / reader / name for reader in REREADERS}
    if all(file.is_file() for file in files.values()):
        return
    image, mask = simulate_case(patient, settings, seed)
    ready = {"image": image, "mask": mask}
    for reader in files.keys() - ready.keys():
        ready[reader] = reread(mask, image, reader, patient["patient_id"], settings, seed)
    for kind, file in files.items():
        draft = file.with_name(f".part-{name}")
        sitk.WriteImage(ready[kind], str(draft), useCompression=True)
        os.replace(draft, file)


def _fingerprint(settings: SyntheticSettings, seed: int) -> str:
    """Hash of all that decides the bytes of a cohort: settings, seed and this package's code."""
    digest = hashlib.sha256(f"{seed} {settings.model_dump_json()}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.name != "dicom_export.py":  # it only reads a cohort
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _claim(out: Path, fingerprint: str) -> None:
    """Make the folders; remove what other settings left; refuse what no simulation wrote."""
    manifest = out / _MANIFEST
    folders = [out / "images", out / "masks", *(out / "rereads" / r for r in REREADERS)]
    left = [file for folder in folders if folder.is_dir() for file in folder.glob("*.nii.gz")]
    left += [file for file in [out / "patients.csv"] if file.is_file()]
    if left and not manifest.is_file():
        raise DataError(
            f"{out.name} holds {len(left)} file(s) that no simulation wrote, such as "
            f"{left[0].name}. Choose an empty folder."
        )
    if manifest.is_file():
        try:
            if json.loads(manifest.read_text(encoding="utf-8"))["fingerprint"] == fingerprint:
                return
        except (ValueError, KeyError, TypeError):
            pass  # an unreadable manifest is as good as another fingerprint
    for file in left:
        file.unlink()
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    draft = manifest.with_suffix(".part")
    draft.write_text(json.dumps({"fingerprint": fingerprint}, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, manifest)
