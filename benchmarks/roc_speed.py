"""AUC, interval and DeLong's test: CPU time, memory and agreement with pROC and scikit-learn.

R with pROC is optional; without it only scikit-learn is compared. The scores are simulated, and
pROC's own data set (aSAH) passes through a temporary file for one further comparison.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
import tracemalloc
from pathlib import Path
from time import process_time

import numpy as np
from sklearn.metrics import roc_auc_score

from helpers.statistics.roc import auc_ci, delong_covariance, delong_test

SIZES, PREVALENCE = (62, 2_000, 200_000), 0.24
# z and P of DeLong's test in aSAH, as R prints them.
ASAH = {
    ("wfns", "s100b"): (2.20898359144091, 0.0271757822291882),
    ("wfns", "ndka"): (2.79777591868904, 0.00514557970691098),
    ("ndka", "s100b"): (-1.39077002573558, 0.164295175223054),
}
IN_R = r"""
suppressPackageStartupMessages(library(pROC))
repeats <- function(call) {
  gc(reset = TRUE); before <- sum(gc()[, 2]); times <- c()
  while (sum(times) < 1 && length(times) < 200)
    times <- c(times, sum(system.time(call(), gcFirst = FALSE)[1:2]))
  c(mean(times), sum(gc()[, 6]) - before)
}
full <- function(x) formatC(as.numeric(x), digits = 17, format = "g")
curve <- function(y, x) roc(y, x, levels = c(0, 1), direction = "<", quiet = TRUE)
for (file in list.files(pattern = "^n[0-9]+[.]csv$")) {
  data <- read.csv(file)
  one <- repeats(function() ci.auc(curve(data$y, data$a), method = "delong"))
  two <- repeats(function() roc.test(curve(data$y, data$a), curve(data$y, data$b), paired = TRUE))
  a <- curve(data$y, data$a); b <- curve(data$y, data$b)
  interval <- ci.auc(a, method = "delong"); test <- roc.test(a, b, paired = TRUE)
  cat(sub("[.]csv", "", file), one, two, full(interval), full(test$statistic), "\n")
}
data(aSAH)
write.csv(
  data.frame(
    y = as.integer(aSAH$outcome == "Poor"), wfns = as.numeric(aSAH$wfns), s100b = aSAH$s100b,
    ndka = aSAH$ndka
  ), "asah.csv", row.names = FALSE
)
"""


def simulated(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome and two correlated scores with ties."""
    rng = np.random.default_rng(size)
    y = np.arange(size) < PREVALENCE * size
    common = rng.normal(size=size)
    a, b = (np.round(common + rng.normal(size=size) + shift * y, 2) for shift in (1.5, 1.2))
    return y.astype(int), a, b


def measured(call) -> tuple[float, float]:
    """Mean CPU seconds of a call and the peak of the memory it allocates, in MB."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    times, start = 0, process_time()
    while times < 3 or process_time() - start < 0.5:
        call()
        times += 1
    return (process_time() - start) / times, peak


def run_r(folder: Path) -> dict[str, list[float]]:
    """Results of pROC by data set, empty where R or pROC is absent."""
    if shutil.which("Rscript") is None:
        print("Rscript was not found: no comparison with pROC")
        return {}
    done = subprocess.run(
        ["Rscript", "-e", IN_R], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"R did not run pROC: {done.stderr.strip().splitlines()[-1]}")
        return {}
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("n")]
    return {words[0]: [float(word) for word in words[1:]] for words in lines}


def report(name: str, seconds: float, memory: float, reference: float | None = None) -> None:
    """One line of the table."""
    ratio = "" if reference is None else f"{seconds / reference:8.1f} x"
    print(f"  {name:34}{seconds * 1000:12.3f} ms{memory:10.2f} MB{ratio}")


def compare_size(size: int, found_in_r: dict[str, list[float]]) -> None:
    """Time, memory and agreement for one number of patients."""
    y, a, b = simulated(size)
    print(f"\n{size} patients{'CPU time':>32}{'peak memory':>15}{'time / ours':>13}")
    ours, memory = measured(lambda: auc_ci(y, a))
    report("auc_ci", ours, memory)
    report("scikit-learn roc_auc_score", *measured(lambda: roc_auc_score(y, a)), ours)
    pair, pair_memory = measured(lambda: delong_test(y, a, b))
    interval, test = auc_ci(y, a), delong_test(y, a, b)
    r = found_in_r.get(f"n{size}")
    if r:
        report("pROC roc + ci.auc (AUC, interval)", r[0], r[1], ours)
    report("delong_test", pair, pair_memory)
    if r:
        report("pROC roc + roc.test (two models)", r[2], r[3], pair)
        gaps = np.subtract(r[4:], [interval.low, interval.auc, interval.high, test.z])
        print(f"  largest difference from pROC (interval, z): {np.abs(gaps).max():.1e}")
    gap = abs(interval.auc - roc_auc_score(y, a))
    print(f"  largest difference from scikit-learn (AUC): {gap:.1e}")


def compare_asah(folder: Path) -> None:
    """DeLong's test of pROC's own data set against the statistics it is known for."""
    with (folder / "asah.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    data = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    gap = 0.0
    for (a, b), known in ASAH.items():
        found = delong_test(data["y"], data[a], data[b])
        gap = max(gap, abs(found.z - known[0]), abs(found.p_value - known[1]))
    print(f"\naSAH ({len(rows)} patients): largest difference of z and P: {gap:.1e}")


def main() -> None:
    """Print the comparison."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in SIZES:
            columns = np.column_stack(simulated(size))
            np.savetxt(folder / f"n{size}.csv", columns, delimiter=",", header="y,a,b", comments="")
        found = run_r(folder)
        for size in SIZES:
            compare_size(size, found)
        if found:
            compare_asah(folder)
    y, a, _ = simulated(235)
    models = np.random.default_rng(0).normal(size=(1000, 235)) + 0.5 * a
    seconds, memory = measured(lambda: delong_covariance(y, models))
    print("\n1000 models, 235 patients")
    report("delong_covariance", seconds, memory)


if __name__ == "__main__":
    main()
