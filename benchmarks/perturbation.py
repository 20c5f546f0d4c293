"""Time of perturbed reads: measured on a few synthetic lesions, extrapolated to a cohort.

    python benchmarks/perturbation.py [--patients 6] [--reads 4]

Measured: seconds of one process for a first read, for making a lesion ready, and for each perturbed
read, by lesion volume. Extrapolated from their means, and printed as such: 297 patients with 20
perturbed reads each on 2 processes, if those lesions stand for the cohort's. Seconds are those of
the processor; how much longer the clock ran, because the machine had other work, is printed too.
"""

import argparse
import tempfile
import time
from pathlib import Path

import pandas as pd
import SimpleITK as sitk
from threadpoolctl import threadpool_limits

from helpers.features import extract
from helpers.features.perturbation import Perturbation, Perturber
from helpers.features.settings import ImagingSettings
from helpers.imaging.files import read_image, read_mask
from helpers.imaging.geometry import volume_ml
from helpers.settings import PerturbationSettings
from helpers.synthetic.settings import SyntheticSettings
from helpers.synthetic.simulate import simulate_cohort

COHORT, READS, PROCESSES = 297, 20, 2


def measure(folder: Path, patient: str, reads: int, imaging: ImagingSettings) -> dict:
    settings = PerturbationSettings()
    times = [time.process_time()]
    image = read_image(folder / "images" / f"{patient}.nii.gz", patient)
    mask = read_mask(folder / "masks" / f"{patient}.nii.gz", patient)
    times.append(time.process_time())
    extract(image, mask, imaging)
    times.append(time.process_time())
    perturber = Perturber(image, mask, settings)
    times.append(time.process_time())
    perturbed = [
        perturber.perturb(Perturbation(patient, n, 1, settings)) for n in range(1, reads + 1)
    ]
    times.append(time.process_time())
    for read in perturbed:
        extract(*read, imaging)
    times.append(time.process_time())
    files, first, ready, perturbing, extracting = pd.Series(times).diff().iloc[1:]
    return {
        "volume (ml)": volume_ml(mask),
        "files (s)": files,
        "first read (s)": first,
        "making ready (s)": ready,
        "perturbing (s)": perturbing / reads,
        "extracting (s)": extracting / reads,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--patients", type=int, default=6, help="synthetic patients measured")
    options.add_argument("--reads", type=int, default=4, help="perturbed reads of each")
    options.add_argument("--engine", default="fused", choices=["fused", "pyradiomics"])
    chosen = options.parse_args()
    imaging = ImagingSettings(engine=chosen.engine)
    cohort = SyntheticSettings(n_training=(chosen.patients, 0), n_external=(0, 0), n_rereads=0)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    with tempfile.TemporaryDirectory() as name, threadpool_limits(1):
        folder = Path(name)
        simulate_cohort(cohort, 1, folder, progress=False)
        patients = pd.read_csv(folder / "patients.csv", dtype={"patient_id": str})["patient_id"]
        measure(folder, patients[0], 1, imaging)  # compiles, or loads what was compiled
        began = time.perf_counter(), time.process_time()
        rows = [measure(folder, patient, chosen.reads, imaging) for patient in patients]
        clock = time.perf_counter() - began[0]
        busy = time.process_time() - began[1]
    table = pd.DataFrame(rows).sort_values("volume (ml)")
    print(f"Measured: {len(table)} lesions, {chosen.reads} perturbed reads each, one process")
    print(table.round(3).to_string(index=False))
    mean = table.mean()
    once = mean["files (s)"] + mean["making ready (s)"]
    each = mean["perturbing (s)"] + mean["extracting (s)"]
    minutes = COHORT * (once + READS * each) / PROCESSES / 60
    print(
        f"Extrapolated: {COHORT} patients × {READS} perturbed reads on {PROCESSES} processes, "
        f"mean lesion {mean['volume (ml)']:.1f} ml: {minutes:.1f} min with {PROCESSES} free "
        f"processors, {minutes * clock / busy:.1f} min on this machine as busy as it was"
    )


if __name__ == "__main__":
    main()
