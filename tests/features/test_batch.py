import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from small_lesions import small_scan, write_cases

from helpers.errors import DataError
from helpers.features import batch, extract
from helpers.features.batch import Case, extract_cohort, perturbed_cases
from helpers.features.settings import ImagingSettings
from helpers.imaging.files import read_image, read_mask
from helpers.settings import PerturbationSettings

SETTINGS = ImagingSettings(engine="pyradiomics", filters=["original"], spacing_mm=2.0)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def counted(monkeypatch):
    """Who is really measured, and not taken from the store."""
    done = []

    def measure(image, mask, settings):
        done.append(1)
        return extract(image, mask, settings)

    monkeypatch.setattr(batch, "extract", measure)
    return done


def run(cases, store, **options):
    return extract_cohort(
        cases, options.pop("settings", SETTINGS), store, progress=False, **options
    )


def as_bytes(table: pd.DataFrame, folder: Path) -> bytes:
    table.to_parquet(folder / "table.parquet", index=False)
    return (folder / "table.parquet").read_bytes()


def test_the_table_holds_what_each_lesion_gives_alone_in_the_order_of_the_cases(cohort, tmp_path):
    done = run(cohort, tmp_path)
    assert done.failures.empty
    assert list(done.failures.columns) == ["patient_id", "read", "file", "reason"]
    assert list(done.features.columns[:2]) == ["patient_id", "read"]
    for case, (_, row) in zip(cohort, done.features.iterrows(), strict=True):
        assert (row["patient_id"], row["read"]) == (case.patient_id, case.read)
        image = read_image(case.image_path, case.patient_id)
        alone = extract(image, read_mask(case.mask_path, case.patient_id), SETTINGS)
        assert row.index[2:].tolist() == alone.index.tolist()
        assert np.array_equal(row.iloc[2:].to_numpy(float), alone.to_numpy())


def test_two_processes_give_the_same_bytes_as_one(cohort, tmp_path):
    one = run(cohort, tmp_path / "one")
    two = run(cohort, tmp_path / "two", jobs=2)
    assert as_bytes(one.features, tmp_path) == as_bytes(two.features, tmp_path)


def test_a_second_run_measures_nothing(cohort, tmp_path, counted):
    first = run(cohort, tmp_path)
    assert len(counted) == len(cohort)
    second = run(cohort, tmp_path)
    assert len(counted) == len(cohort)
    assert as_bytes(first.features, tmp_path) == as_bytes(second.features, tmp_path)


def test_changed_imaging_settings_measure_again(cohort, tmp_path, counted):
    run(cohort[:2], tmp_path)
    wider = SETTINGS.model_copy(update={"bin_width": 30.0})
    run(cohort[:2], tmp_path, settings=wider)
    assert len(counted) == 4
    run(cohort[:2], tmp_path)
    assert len(counted) == 4


def test_a_changed_mask_is_measured_again_even_with_its_old_size_and_time(tmp_path, counted):
    case = write_cases(tmp_path, count=1, rereads=())[0]
    mask = sitk.GetArrayFromImage(read_mask(case.mask_path, "P0"))
    plain = tmp_path / "masks" / "P0.nii"
    image = sitk.GetImageFromArray(mask)
    image.CopyInformation(read_image(case.image_path, "P0"))
    sitk.WriteImage(image, str(plain))
    case = Case("P0", "A1", case.image_path, plain)
    before = run([case], tmp_path / "store").features
    stamp = plain.stat()
    content = bytearray(plain.read_bytes())
    content[352:] = np.roll(mask, 1, axis=2).tobytes()
    plain.write_bytes(content)
    os.utime(plain, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    after = run([case], tmp_path / "store").features
    assert len(counted) == 2
    assert not before.equals(after)


@pytest.mark.parametrize("damage", [b"", b"rubbish", None])
def test_a_damaged_entry_of_the_store_is_measured_again(cohort, tmp_path, counted, damage):
    first = run(cohort[:1], tmp_path)
    entry = next(tmp_path.glob("*.npz"))
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert run(cohort[:1], tmp_path).features.equals(first.features)
    assert len(counted) == 2
    run(cohort[:1], tmp_path)
    assert len(counted) == 2


def test_bad_cases_are_reported_by_patient_file_and_reason_and_the_rest_go_on(tmp_path):
    cases = write_cases(tmp_path, count=5, rereads=())
    truncated, empty, shifted, missing, good = cases
    content = truncated.image_path.read_bytes()
    truncated.image_path.write_bytes(content[: len(content) // 2])
    _, mask = small_scan(1)
    sitk.WriteImage(mask * 0, str(empty.mask_path))
    _, mask = small_scan(2)
    mask.SetOrigin((0.0, 0.0, 0.0))
    sitk.WriteImage(mask, str(shifted.mask_path))
    missing.mask_path.unlink()

    done = run(cases, tmp_path / "store", jobs=2)

    assert done.features["patient_id"].tolist() == [good.patient_id]
    failures = done.failures.set_index("patient_id")
    assert failures.index.tolist() == ["P0", "P1", "P2", "P3"]
    assert failures.loc["P0", "file"] == "images/P0.nii.gz"
    assert (
        failures.loc[["P1", "P2", "P3"], "file"] == [f"masks/P{n}.nii.gz" for n in (1, 2, 3)]
    ).all()
    for patient, words in {
        "P0": "not readable",
        "P1": "the mask is empty",
        "P2": "another grid",
        "P3": "No such file",
    }.items():
        assert words in failures.loc[patient, "reason"]
        assert f"patient {patient}" in failures.loc[patient, "reason"]
    assert not failures["reason"].str.contains(str(tmp_path)).any()


def test_an_image_that_is_not_in_hu_is_the_file_at_fault(tmp_path):
    case = write_cases(tmp_path, count=1, rereads=())[0]
    sitk.WriteImage(read_image(case.image_path, "P0") + 5000, str(case.image_path))
    failures = run([case], tmp_path / "store").failures
    assert failures["file"].tolist() == ["images/P0.nii.gz"]
    assert failures["reason"].str.contains("patient P0.*Is the image in HU", regex=True).all()


def test_a_repaired_case_is_measured_and_the_others_are_not(tmp_path, counted):
    cases = write_cases(tmp_path, count=2, rereads=())
    good = cases[0].mask_path.read_bytes()
    cases[0].mask_path.write_bytes(good[:40])
    assert len(run(cases, tmp_path / "store").failures) == 1
    cases[0].mask_path.write_bytes(good)
    assert run(cases, tmp_path / "store").failures.empty
    assert len(counted) == 2


def test_a_read_that_lacks_features_is_reported(cohort, tmp_path, monkeypatch):
    calls = []

    def lossy(image, mask, settings):
        calls.append(1)
        values = extract(image, mask, settings)
        return values.iloc[:-3] if len(calls) == 2 else values

    monkeypatch.setattr(batch, "extract", lossy)
    done = run(cohort[:3], tmp_path)
    assert len(done.features) == 2
    assert done.failures["read"].tolist() == [cohort[1].read]
    assert "104 of 107 features" in done.failures["reason"][0]


def test_an_empty_cohort_gives_empty_tables(tmp_path):
    done = run([], tmp_path)
    assert done.features.empty and done.failures.empty
    assert list(done.features.columns) == ["patient_id", "read"]


def test_an_image_is_read_once_for_all_its_reads(cohort, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(
        batch, "read_image", lambda path, patient: opened.append(path) or read_image(path, patient)
    )
    run(cohort, tmp_path)
    assert len(opened) == len({case.image_path for case in cohort}) < len(cohort)


def test_perturbed_reads_are_named_measured_and_stored(cohort, tmp_path):
    settings = PerturbationSettings(count=2)
    more = perturbed_cases(cohort[:4], settings, seed=1)
    assert [(case.patient_id, case.read) for case in more] == [
        ("P0", "P01"),
        ("P0", "P02"),
        ("P1", "P01"),
        ("P1", "P02"),
    ]
    done = run(cohort[:4] + more, tmp_path)
    assert done.failures.empty
    assert done.features["read"].tolist() == ["A1", "A2", "A1", "A2", "P01", "P02", "P01", "P02"]
    assert done.features.iloc[:, 2:].drop_duplicates().shape[0] == 8
    assert len(list(tmp_path.glob("*.npz"))) == 8
    fewer = perturbed_cases(cohort[:1], PerturbationSettings(count=1), seed=1)
    again = run(fewer, tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 8  # how many there are decides no single one
    assert again.features.iloc[0].equals(done.features.iloc[4])


KILLED = """
import sys, time
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from small_lesions import write_cases
from helpers.features import batch
import test_batch
real = batch.extract
def slow(*what):
    time.sleep(0.4)
    return real(*what)
batch.extract = slow
cases = write_cases(Path(sys.argv[1]), count=6, rereads=())
print("ready", flush=True)
test_batch.run(cases, sys.argv[2])
"""


def test_a_killed_run_goes_on_where_it_stopped(tmp_path, counted):
    store = tmp_path / "store"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, tmp_path / "killed", store, Path(__file__).parent],
        stdout=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while len(list(store.glob("[!.]*.npz"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(list(store.glob("[!.]*.npz")))
    assert 2 <= kept < 6, "the run was killed too early or too late to show anything"

    cases = [
        Case(
            f"P{n}",
            "A1",
            *(tmp_path / "killed" / kind / f"P{n}.nii.gz" for kind in ("images", "masks")),
        )
        for n in range(6)
    ]
    resumed = run(cases, store)
    assert len(counted) == 6 - kept
    whole = run(cases, tmp_path / "other")
    assert as_bytes(resumed.features, tmp_path) == as_bytes(whole.features, tmp_path)


def test_a_process_that_dies_is_explained(cohort, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "_measure_image", _die)
    with pytest.raises(DataError, match="memory ran out"):
        run(cohort, tmp_path, jobs=2)


def _die(group, settings, store):
    os.kill(os.getpid(), signal.SIGKILL)
