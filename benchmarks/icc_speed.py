"""ICC of 1688 features, 50 patients and 2 reads: time and agreement against pingouin, in one run.

pingouin computes one feature at a time and is timed on a sample of features.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pandas as pd

from helpers.statistics.icc import FORMS, icc

N_FEATURES, N_PATIENTS, N_READS, SAMPLE = 1688, 50, 2, 40
NAMES = {form: f"ICC({form})" for form in FORMS} | {"1": "ICC(1,1)"}


def simulated(seed: int = 0) -> np.ndarray:
    """Reads of shape = (n_patients, n_reads, n_features), from unreliable to reliable."""
    rng = np.random.default_rng(seed)
    spread = rng.uniform(0.2, 5, N_FEATURES)
    patients = rng.normal(size=(N_PATIENTS, 1, N_FEATURES)) * spread
    return patients + rng.normal(size=(N_PATIENTS, N_READS, N_FEATURES))


def fastest(call, repeats: int = 5) -> float:
    """Seconds of the fastest of a few runs."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def main() -> None:
    """Print time, ratio and the largest difference."""
    import pingouin

    ratings = simulated()
    ours = fastest(lambda: [icc(ratings, form) for form in FORMS])
    one_form = fastest(lambda: icc(ratings, "A,1"))
    index = pd.MultiIndex.from_product(
        [range(N_PATIENTS), range(N_READS)], names=["patient", "read"]
    )
    gap = 0.0
    start = perf_counter()
    tables = [
        pingouin.intraclass_corr(
            pd.DataFrame({"value": ratings[:, :, feature].ravel()}, index=index).reset_index(),
            targets="patient",
            raters="read",
            ratings="value",
        )
        for feature in range(SAMPLE)
    ]
    theirs = (perf_counter() - start) * N_FEATURES / SAMPLE
    for form in FORMS:
        found = icc(ratings[:, :, :SAMPLE], form)
        for feature, table in enumerate(tables):
            expected = table.set_index("Type").loc[NAMES[form], "ICC"]
            gap = max(gap, abs(found.value[feature] - expected))
    print(f"ICC, {N_FEATURES} features x {N_PATIENTS} patients x {N_READS} reads")
    print(f"  this package, one form   {one_form * 1000:8.1f} ms")
    print(f"  this package, six forms  {ours * 1000:8.1f} ms")
    print(f"  pingouin, six forms      {theirs * 1000:8.0f} ms (from {SAMPLE} features)")
    print(f"  ratio {theirs / ours:.0f}, largest difference of an estimate {gap:.1e}")


if __name__ == "__main__":
    main()
