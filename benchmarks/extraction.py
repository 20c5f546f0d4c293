"""Time, memory and agreement of the fused engine and pyradiomics, interleaved in one run.

    python benchmarks/extraction.py [--repeats 3]

Synthetic lesions of 5, 20 and 60 ml in scans of 512 x 512 x 31 voxels, all 1688 features, one
thread a process. Clock and processor seconds are both printed: the clock also measures whatever
else the machine does. Compile and start-up time stand apart. A sample of the synthetic cohort, read
from files by 2 processes, is extrapolated to the paper's 397 reads. extraction_peers.py has other
packages beside these two.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed, parallel_config

from helpers.features.agreement import relative_difference
from helpers.features.settings import ImagingSettings
from helpers.synthetic.settings import SyntheticSettings
from helpers.synthetic.simulate import simulate_case, simulate_cohort

VOLUMES_ML, COHORT_READS = (5, 20, 60), 397
ENGINES = ("pyradiomics", "fused")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")} | {
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1"
}
# run in a process of its own: first extraction, second one, and the largest memory ever held
PROBE = """
import json, sys, time
began = time.perf_counter()
import SimpleITK as sitk
from helpers.features import extract
from helpers.features.settings import ImagingSettings
image, mask, engine = sitk.ReadImage(sys.argv[1]), sitk.ReadImage(sys.argv[2]), sys.argv[3]
times = []
for _ in range(2):
    start = time.perf_counter()
    extract(image, mask, ImagingSettings(engine=engine))
    times.append(time.perf_counter() - start)
# of this program alone: getrusage would count the parent's memory at the time of the fork
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
peak = int(status["VmHWM"].split()[0]) / 1024
print(json.dumps([time.perf_counter() - began - times[1], *times, peak]))
"""


def write_lesions(folder: Path) -> dict[int, tuple[str, str]]:
    """Image and mask file of each volume."""
    files = {}
    for volume in VOLUMES_ML:
        patient = {
            "patient_id": f"{volume} ml",
            "cohort": "training",
            "expansion": 1,
            "age": 60,
            "baseline_volume_ml": volume,
            "location": "lobar" if volume > 40 else "basal ganglia or thalamus",
            "ivh": 0,
            "sah": 0,
        }
        pair = simulate_case(pd.Series(patient), SyntheticSettings(), 1)
        files[volume] = tuple(str(folder / f"{kind}{volume}.nii.gz") for kind in ("i", "m"))
        for image, file in zip(pair, files[volume], strict=True):
            sitk.WriteImage(image, file)
    return files


def extract_file(files: tuple[str, str], engine: str) -> tuple[pd.Series, float, float]:
    """Features, clock seconds and processor seconds, without reading the files."""
    from helpers.features import extract

    warnings.simplefilter("ignore")
    image, mask = (sitk.ReadImage(file) for file in files)
    clock, processor = time.perf_counter(), time.process_time()
    found = extract(image, mask, ImagingSettings(engine=engine))
    return found, time.perf_counter() - clock, time.process_time() - processor


def time_one_process(files: dict, repeats: int) -> pd.DataFrame:
    """Median seconds by volume and engine, engines taking turns, after one run to warm up."""
    rows = []
    for volume, pair in files.items():
        results = {engine: extract_file(pair, engine)[0] for engine in ENGINES}
        runs = {engine: [] for engine in ENGINES}
        for _ in range(repeats):
            for engine in ENGINES:
                runs[engine].append(extract_file(pair, engine)[1:])
        gap = relative_difference(results["fused"], results["pyradiomics"])
        agreement = {
            "values": gap.size,
            "largest difference": gap.max(),
            "within 1e-9": (gap <= 1e-9).mean(),
        }
        rows.append({"ml": volume} | compared(runs) | agreement)
    return pd.DataFrame(rows)


def compared(runs: dict[str, list]) -> dict[str, float]:
    """Medians of the (clock, processor) seconds of each engine, and their ratios."""
    clock, processor = np.transpose([np.median(runs[engine], axis=0) for engine in ENGINES])
    return {
        "pyradiomics (s)": clock[0],
        "fused (s)": clock[1],
        "ratio": clock[0] / clock[1],
        "pyradiomics (CPU s)": processor[0],
        "fused (CPU s)": processor[1],
        "CPU ratio": processor[0] / processor[1],
    }


def time_two_processes(files: dict, repeats: int) -> pd.DataFrame:
    """Seconds for each read of one of two processes that work at once, engines taking turns."""
    rows = []
    with parallel_config(backend="loky", n_jobs=2, inner_max_num_threads=1), Parallel() as pool:
        for volume, pair in files.items():
            runs = {engine: [] for engine in ENGINES}
            for turn in range(repeats + 1):
                for engine in ENGINES:
                    done = pool(delayed(extract_file)(pair, engine) for _ in range(4))
                    if turn:  # the first one warms up
                        runs[engine] += [times for _, *times in done]
            rows.append({"ml": volume} | compared(runs))
    return pd.DataFrame(rows)


def probe(files: tuple[str, str], engine: str, cache: str | None = None) -> list[float]:
    """Seconds to the first result, of it and of the second, and peak memory (MB), in a new process.

    `cache` is the folder of compiled kernels; an empty one means compiling them.
    """
    environment = os.environ | ONE_THREAD | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE, *files, engine],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def print_start_and_memory(files: dict) -> None:
    """Start-up, compile time and peak memory of processes that do nothing else."""
    with tempfile.TemporaryDirectory() as cache:
        compiled = probe(files[20], "fused", cache)[1]
    peaks = []
    for volume, pair in files.items():
        found = {engine: probe(pair, engine) for engine in ENGINES}
        peaks.append({"ml": volume} | {f"{e} (MB)": found[e][3] for e in ENGINES})
    print(
        f"\nFirst result of a new process, 20 ml, imports and files included: "
        f"{probe(files[20], 'fused')[0]:.1f} s fused, "
        f"{probe(files[20], 'pyradiomics')[0]:.1f} s pyradiomics. Compiling the kernels, once per "
        f"installation: {compiled:.0f} s."
    )
    print("\nPeak memory of a process:")
    print(pd.DataFrame(peaks).to_string(index=False, float_format=lambda v: f"{v:.0f}"))


def read_and_extract(image: Path, mask: Path) -> float:
    """Processor seconds of one read, files included."""
    start = time.process_time()
    extract_file((str(image), str(mask)), "fused")
    return time.process_time() - start


def print_cohort(jobs: int = 2) -> None:
    """A sample of the synthetic cohort from files by new processes, extrapolated to 397 reads."""
    small = SyntheticSettings(n_training=(13, 3), n_external=(3, 1), n_rereads=4)
    with tempfile.TemporaryDirectory() as folder:
        simulate_cohort(small, 2025, Path(folder), jobs=jobs, progress=False)
        images = {file.name: file for file in Path(folder).glob("images/*.nii.gz")}
        masks = [*Path(folder).glob("masks/*.nii.gz"), *Path(folder).glob("rereads/*/*.nii.gz")]
        tasks = [delayed(read_and_extract)(images[mask.name], mask) for mask in masks]
        with Parallel(n_jobs=jobs, backend="multiprocessing") as pool:
            start = time.perf_counter()
            pool(tasks[:jobs])
            first = time.perf_counter() - start
            start = time.perf_counter()
            busy = pool(tasks)
            clock = time.perf_counter() - start
    factor = COHORT_READS / len(tasks)
    print(
        f"\n{len(tasks)} reads of the synthetic cohort on {jobs} processes, files included: "
        f"{clock:.1f} s, {sum(busy):.1f} s of processor time. Extrapolated to {COHORT_READS} reads "
        f"with a start of {first:.1f} s: {first + factor * clock:.0f} s by the clock, "
        f"{first + factor * sum(busy) / jobs:.0f} s on a machine with nothing else to do."
    )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ.update(ONE_THREAD)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        files = write_lesions(Path(folder))
        digits = {"float_format": lambda v: f"{v:.4g}", "index": False}
        print("One process, warm, engines in turn (medians):")
        print(time_one_process(files, options.repeats).to_string(**digits))
        print("\nTwo processes at once (medians):")
        print(time_two_processes(files, options.repeats).to_string(**digits))
        print_start_and_memory(files)
        print_cohort()


if __name__ == "__main__":
    main()
