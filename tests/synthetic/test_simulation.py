"""A cohort on disk: the same bytes however made, whole after a kill, never on top of data."""

import hashlib
import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk

from helpers.errors import DataError
from helpers.synthetic.case import simulate_case
from helpers.synthetic.readers import reread
from helpers.synthetic.settings import SyntheticSettings
from helpers.synthetic.simulate import reread_patients, simulate_cohort

SETTINGS = SyntheticSettings(n_training=(2, 1), n_external=(1, 0), n_rereads=2)
SEED = 12


def contents(folder):
    """SHA-256 of every file below a folder that is not hidden."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    }


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    simulate_cohort(SETTINGS, SEED, folder, jobs=1, progress=False)
    return folder


def test_files_are_the_contracts(cohort):
    patients = pd.read_csv(cohort / "patients.csv")
    assert patients["cohort"].value_counts().to_dict() == {"training": 3, "external": 1}
    names = {f"{patient}.nii.gz" for patient in patients["patient_id"]}
    for folder in ("images", "masks"):
        assert {file.name for file in (cohort / folder).iterdir()} == names
    chosen = {f"{patient}.nii.gz" for patient in reread_patients(patients, 2, SEED)}
    assert len(chosen) == 2
    for reader in ("A2", "B1"):
        assert {file.name for file in (cohort / "rereads" / reader).iterdir()} == chosen


def test_number_of_processes_changes_no_byte(cohort, tmp_path):
    simulate_cohort(SETTINGS, SEED, tmp_path, jobs=2, progress=False)
    assert contents(tmp_path) == contents(cohort)


def test_one_patient_alone_equals_the_one_in_the_cohort(cohort):
    patients = pd.read_csv(cohort / "patients.csv")
    chosen = sorted(reread_patients(patients, 2, SEED))[-1]
    row = patients.set_index("patient_id", drop=False).loc[chosen]
    alone = dict(zip(("images", "masks"), simulate_case(row, SETTINGS, SEED), strict=True))
    alone["rereads/B1"] = reread(alone["masks"], alone["images"], "B1", chosen, SETTINGS, SEED)
    for folder, image in alone.items():
        stored = sitk.ReadImage(str(cohort / folder / f"{chosen}.nii.gz"))
        assert stored.GetSpacing() == pytest.approx(image.GetSpacing())
        assert stored.GetOrigin() == pytest.approx(image.GetOrigin())
        assert np.array_equal(*(sitk.GetArrayViewFromImage(i) for i in (stored, image)))


def test_killed_run_goes_on_where_it_stopped(cohort, tmp_path):
    call = (
        "from pathlib import Path; from helpers.synthetic.settings import SyntheticSettings; "
        "from helpers.synthetic.simulate import simulate_cohort; "
        f"simulate_cohort(SyntheticSettings(**{SETTINGS.model_dump()!r}), {SEED}, "
        f"Path({str(tmp_path)!r}), progress=False)"
    )
    with subprocess.Popen([sys.executable, "-c", call]) as running:
        until = time.monotonic() + 120
        while len(list(tmp_path.glob("images/S*.nii.gz"))) < 2:  # the first patient is whole
            assert running.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        running.kill()
    before = {f: (tmp_path / f).stat().st_mtime_ns for f in contents(tmp_path)}
    assert "patients.csv" not in before
    simulate_cohort(SETTINGS, SEED, tmp_path, jobs=1, progress=False)
    assert contents(tmp_path) == contents(cohort)
    kept = [f for f, when in before.items() if (tmp_path / f).stat().st_mtime_ns == when]
    assert any(f.startswith("images/") for f in kept)


def test_other_settings_replace_the_cohort(tmp_path):
    one = SyntheticSettings(n_training=(1, 0), n_external=(0, 0), n_rereads=0)
    two = one.model_copy(update={"n_training": (0, 1)})
    made = []
    for settings, seed in ((one, 1), (one, 2), (two, 2)):
        simulate_cohort(settings, seed, tmp_path, progress=False)
        made.append(contents(tmp_path))
    assert made[0].keys() == made[1].keys() == made[2].keys()
    for name in ("images/S001.nii.gz", "patients.csv", "simulation.json"):
        assert len({files[name] for files in made}) == 3


def test_folder_with_other_data_is_left_alone(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "real.nii.gz").write_bytes(b"a scan")
    with pytest.raises(DataError, match=r"1 file\(s\) that no simulation wrote.*real\.nii\.gz"):
        simulate_cohort(SETTINGS, SEED, tmp_path, progress=False)
    assert os.listdir(tmp_path) == ["images"]
