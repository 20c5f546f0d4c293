"""The batch on a Dask cluster of separate worker processes, one of which is killed half way."""

import os
import signal
import sys
import threading
import time

import pytest
from small_lesions import write_cases

from helpers.errors import DataError
from helpers.features.batch import extract_cohort
from helpers.features.cluster import run_on_cluster
from helpers.features.settings import ImagingSettings

SETTINGS = ImagingSettings(engine="pyradiomics", filters=["original"], spacing_mm=2.0)
distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")


@pytest.fixture(scope="module")
def cluster():
    """Two workers, each a process of its own with one thread."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
    ) as running:
        yield running


def processes_of(cluster):
    with distributed.Client(cluster, set_as_default=False) as client:
        return set(client.run(os.getpid).values())


def test_a_worker_killed_half_way_changes_no_byte(cluster, tmp_path):
    cases = write_cases(tmp_path, count=12)
    here = extract_cohort(cases, SETTINGS, tmp_path / "here", progress=False)
    store = tmp_path / "there"
    victim = min(processes_of(cluster))
    done_when_killed = []

    def kill_when_some_are_done():
        while (done := len(list(store.glob("[!.]*.npz")))) < 4:
            time.sleep(0.005)
        os.kill(victim, signal.SIGKILL)
        done_when_killed.append(done)

    killer = threading.Thread(target=kill_when_some_are_done, daemon=True)
    killer.start()
    there = extract_cohort(
        cases, SETTINGS, store, progress=False, scheduler=cluster.scheduler_address
    )
    killer.join(timeout=5)

    assert 4 <= done_when_killed[0] < len(cases), "killed too late to show anything"
    assert there.failures.empty
    files = [tmp_path / "here.parquet", tmp_path / "there.parquet"]
    for extraction, file in zip((here, there), files, strict=True):
        extraction.features.to_parquet(file, index=False)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert victim not in processes_of(cluster)


def test_a_bad_case_is_reported_from_the_cluster_too(cluster, tmp_path):
    cases = write_cases(tmp_path, count=2, rereads=())
    cases[0].mask_path.write_bytes(b"")
    done = extract_cohort(
        cases, SETTINGS, tmp_path / "store", progress=False, scheduler=cluster.scheduler_address
    )
    assert done.failures["patient_id"].tolist() == ["P0"]
    assert done.features["patient_id"].tolist() == ["P1"]


def test_an_address_where_nobody_answers_is_explained():
    with pytest.raises(DataError, match="no Dask scheduler answers at tcp"):
        next(run_on_cluster(str, [1], "tcp://127.0.0.1:9", timeout_s=1))


def test_an_address_that_is_none_is_explained():
    with pytest.raises(DataError, match="expected tcp://host:port"):
        next(run_on_cluster(str, [1], "nowhere", timeout_s=1))


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(DataError, match=r"pip install 'hematoma-expansion-book\[cluster\]'"):
        next(run_on_cluster(str, [1], "tcp://127.0.0.1:8786"))
