"""Patients of the synthetic twin: a table whose training rows have the paper's Table 1.

With the paper's group sizes and `effects.clinical` at 1, counts are the printed ones and means,
SDs and Welch t come out in every printed digit (`helpers.synthetic.moments` says how). With other
sizes, proportions are scaled and means are as near as integers allow; with another clinical
effect, the training rows are a random sample. External patients are always a random sample from
the same marginal distributions, as the paper prints no Table 1 for them.

One cell cannot stand as printed: with diastolic means of 99.8 and 101.0 to one decimal no t of
-0.435 exists. It does if 101.0 holds three significant digits, as 9.78% in the same table does,
and that is what is used here: t and P are the printed ones, the mean is 101.3 to one decimal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from helpers.synthetic.moments import place, squares_for, welch_targets
from helpers.synthetic.settings import SyntheticSettings

PRINTED_SIZES = (184, 51)


@dataclass(frozen=True)
class Continuous:
    """A row of Table 1 in mean ± SD: (no expansion, expansion), in the variable's own unit."""

    shape: str
    low: float
    high: float
    unit: float
    mean: tuple[float, float]
    sd: tuple[float, float]
    t: float
    half_width: tuple[float, float] = (0.05, 0.05)

    def quantile(self, u: np.ndarray, mean: float, sd: float) -> np.ndarray:
        """Values at probabilities `u` of the family `shape` with this mean and SD."""
        if self.shape == "normal":
            return stats.norm.ppf(u, mean, sd)
        if self.shape == "lognormal":
            sigma = np.sqrt(np.log1p((sd / mean) ** 2))
            return mean * np.exp(sigma * stats.norm.ppf(u) - sigma**2 / 2)
        width = self.high - self.low
        m = np.clip((mean - self.low) / width, 0.02, 0.98)
        k = max(m * (1 - m) / (sd / width) ** 2 - 1, 0.2)
        return self.low + width * stats.beta.ppf(u, m * k, (1 - m) * k)


@dataclass(frozen=True)
class Categorical:
    """A row of Table 1 in counts: each level's (no expansion, expansion).

    Levels stand in the order of the latent variable that correlates them with the other rows.
    """

    counts: dict[int | str, tuple[int, int]]


def _yes(counts: tuple[int, int]) -> Categorical:
    return Categorical({0: (184 - counts[0], 51 - counts[1]), 1: counts})


# Bounds: adults; pressures and volumes that are seen on admission. Liu & He 2025, Table 1. The
# third level of smoking and drinking is implied by their chi-square with 2 degrees of freedom.
TABLE_1: dict[str, Continuous | Categorical] = {
    "age": Continuous("normal", 19, 97, 1, (61.2, 60.2), (13.4, 16.7), 0.397),
    "sex": Categorical({"female": (58, 17), "male": (126, 34)}),
    "systolic_bp": Continuous("normal", 90, 260, 1, (173.0, 181.0), (29.7, 31.4), -1.630),
    "diastolic_bp": Continuous(
        "normal", 45, 165, 1, (99.8, 101.0), (19.8, 21.5), -0.435, (0.05, 0.5)
    ),
    "smoking": Categorical({"not recorded": (1, 0), "no": (122, 35), "yes": (61, 16)}),
    "drinking": Categorical({"not recorded": (1, 0), "no": (113, 33), "yes": (70, 18)}),
    "diabetes": _yes((27, 8)),
    "antithrombotic": _yes((29, 12)),
    "gcs": Continuous("beta", 3, 15, 1, (12.5, 12.0), (3.4, 3.4), 0.895),
    "baseline_volume_ml": Continuous(
        "lognormal", 1.0, 150, 0.01, (19.3, 22.2), (18.0, 22.8), -0.844
    ),
    "ivh": _yes((60, 14)),
    "sah": _yes((18, 15)),
    "location": Categorical(
        {
            "brainstem": (15, 5),
            "cerebellum": (6, 2),
            "basal ganglia or thalamus": (150, 35),
            "lobar": (13, 9),
        }
    ),
    "hours_to_ct": Continuous("beta", 0.2, 6.0, 0.01, (2.8, 1.7), (1.6, 1.2), 5.204),
}

# Correlations of the latent normal variables, the same in both groups; the paper prints none.
CORRELATIONS = {
    ("systolic_bp", "diastolic_bp"): 0.7,
    ("age", "diastolic_bp"): -0.25,
    ("age", "antithrombotic"): 0.3,
    ("sex", "smoking"): 0.5,
    ("sex", "drinking"): 0.5,
    ("smoking", "drinking"): 0.45,
    ("baseline_volume_ml", "gcs"): -0.5,
    ("baseline_volume_ml", "ivh"): 0.35,
    ("baseline_volume_ml", "sah"): 0.3,
    ("baseline_volume_ml", "location"): 0.35,
    ("gcs", "ivh"): -0.4,
    ("sah", "location"): 0.4,
}

MIN_PULSE_PRESSURE = 20  # mmHg
LARGEST_ML = {"brainstem": 15.0, "cerebellum": 40.0}  # what the place can hold
EXPANSION_ML, EXPANSION_SHARE = 6.0, 0.33  # Liu & He 2025, section 1.2


def simulate_patients(settings: SyntheticSettings, seed: int) -> pd.DataFrame:
    """The patient table of a synthetic cohort.

    Parameters
    ----------
    settings : group sizes and the clinical effect are used
    seed : int, at least 0; the same seed gives the same table

    Returns
    -------
    DataFrame, one row a patient in random order within a cohort, training first: patient_id,
    cohort, expansion (0/1), the rows of Table 1 (age in years, pressures in mmHg, volumes in ml,
    hours_to_ct in hours) and followup_volume_ml, which agrees with `expansion` under the paper's
    definition (growth > 6 ml or > 33%).

    Examples
    --------
    >>> table = simulate_patients(SyntheticSettings(n_training=(6, 4), n_external=(2, 1)), 1)
    >>> table["patient_id"].tolist()[:3], int(table["expansion"].sum())
    (['S001', 'S002', 'S003'], 5)
    """
    parts = []
    for number, (cohort, sizes) in enumerate(
        (("training", settings.n_training), ("external", settings.n_external))
    ):
        rng = np.random.default_rng([seed, number])
        if cohort == "training" and settings.effects.clinical == 1:
            groups = [_calibrated(sizes, group, rng) for group in (0, 1)]
        else:
            groups = [_sampled(sizes[g], g, settings.effects.clinical, rng) for g in (0, 1)]
        both = pd.concat([_finish(table, g, rng) for g, table in enumerate(groups)])
        both.insert(0, "cohort", cohort)
        parts.append(both.iloc[rng.permutation(len(both))])
    table = pd.concat(parts, ignore_index=True)
    width = max(3, len(str(len(table))))
    table.insert(0, "patient_id", [f"S{number:0{width}d}" for number in range(1, len(table) + 1)])
    return table


def _latent(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Correlated standard normal variables, one column for each row of Table 1."""
    names = list(TABLE_1)
    matrix = pd.DataFrame(np.eye(len(names)), names, names)
    for (a, b), value in CORRELATIONS.items():
        matrix.loc[a, b] = matrix.loc[b, a] = value
    normal = rng.standard_normal((n, len(names)))
    return pd.DataFrame(normal @ np.linalg.cholesky(matrix).T, columns=names)


def _calibrated(sizes: tuple[int, int], group: int, rng: np.random.Generator) -> pd.DataFrame:
    """One group whose counts, means and SDs are those of Table 1, given out by latent rank."""
    n = sizes[group]
    table = {}
    for name, latent in _latent(n, rng).items():
        row = TABLE_1[name]
        if isinstance(row, Categorical):
            printed = np.array([counts[group] for counts in row.counts.values()])
            values = np.repeat(np.array(list(row.counts)), _apportion(printed, n))
        else:
            values = _placed(row, sizes, group, rng) if n else np.empty(0)
        table[name] = values[np.argsort(np.argsort(latent.to_numpy()))]
    return pd.DataFrame(table)


def _placed(
    row: Continuous, sizes: tuple[int, int], group: int, rng: np.random.Generator
) -> np.ndarray:
    """Increasing values of one group with the mean, SD and (at the paper's sizes) t printed."""
    n, unit = sizes[group], row.unit
    mean, sd = row.mean[group], row.sd[group]
    if sizes == PRINTED_SIZES:
        sums, squares = welch_targets(
            sizes,
            tuple(value / unit for value in row.mean),
            tuple(value / unit for value in row.sd),
            row.t,
            tuple(value / unit for value in row.half_width),
            0.05 / unit,
        )
        total, square = sums[group], squares[group]
    else:
        total = round(n * mean / unit)
        square = squares_for(n, total, sd / unit)
    start = row.quantile((np.arange(n) + rng.uniform(0.1, 0.9, n)) / n, mean, sd) / unit
    bounds = round(row.low / unit), round(row.high / unit)
    return _on_grid(place(start, total, square, *bounds, rng) * unit, unit)


def _sampled(n: int, group: int, effect: float, rng: np.random.Generator) -> pd.DataFrame:
    """A random sample of one group; effect 0 is the pooled distribution, 1 the group's own."""
    share = np.array(PRINTED_SIZES) / sum(PRINTED_SIZES)
    table = {}
    for name, latent in _latent(n, rng).items():
        row, u = TABLE_1[name], stats.norm.cdf(latent.to_numpy())
        if isinstance(row, Categorical):
            counts = np.array(list(row.counts.values()))
            pooled = counts.sum(axis=1) / sum(PRINTED_SIZES)
            own = counts[:, group] / PRINTED_SIZES[group]
            chance = np.clip(pooled + effect * (own - pooled), 0, None)
            edges = np.cumsum(chance / chance.sum())[:-1]
            table[name] = np.array(list(row.counts))[np.searchsorted(edges, u)]
        else:
            mean = share @ row.mean
            sd = np.sqrt(share @ (np.square(row.sd) + np.square(np.subtract(row.mean, mean))))
            mean += effect * (row.mean[group] - mean)
            sd += effect * (row.sd[group] - sd)
            drawn = np.clip(row.quantile(u, mean, sd), row.low, row.high)
            table[name] = _on_grid(drawn, row.unit)
    return pd.DataFrame(table)


def _on_grid(values: np.ndarray, unit: float) -> np.ndarray:
    """Values rounded to whole units, as integers where the unit is one."""
    return np.rint(values).astype(np.int64) if unit == 1 else np.round(values, 2)


def _apportion(counts: np.ndarray, n: int) -> np.ndarray:
    """Counts in the given proportions that add up to n (largest remainders)."""
    quota = counts * n / counts.sum()
    whole = np.floor(quota).astype(int)
    order = np.argsort(whole - quota, kind="stable")
    whole[order[: n - whole.sum()]] += 1
    return whole


def _finish(table: pd.DataFrame, group: int, rng: np.random.Generator) -> pd.DataFrame:
    """Impossible pairs of values exchanged away, follow-up volume and outcome added."""
    table = table.copy()
    systolic = table["systolic_bp"].to_numpy()
    volume = table["baseline_volume_ml"].to_numpy(dtype=float)
    table["diastolic_bp"] = _exchange(
        table["diastolic_bp"].to_numpy(),
        lambda value, who: systolic[who] - value >= MIN_PULSE_PRESSURE,
        rng,
    )
    table["location"] = _exchange(
        table["location"].to_numpy(dtype=object),
        lambda value, who: (
            volume[who] <= pd.Series(value).map(LARGEST_ML).fillna(np.inf).to_numpy()
        ),
        rng,
    )
    table["location"] = table["location"].astype("str")
    limit = np.minimum(EXPANSION_ML, EXPANSION_SHARE * volume)
    if group:
        growth = 1.1 * limit + rng.gamma(1.5, 0.2 * volume + 1.5)
    else:
        growth = limit * (1.4 * rng.beta(3, 3, len(table)) - 0.5)
    table.insert(0, "expansion", group)
    table["followup_volume_ml"] = np.round(volume + growth, 2)
    return table


def _exchange(values: np.ndarray, possible, rng: np.random.Generator) -> np.ndarray:
    """Values with those not `possible(values, patients)` exchanged between patients.

    The values of the group stay the same, so that nothing in Table 1 changes. A value that has
    no partner, in a very small group, stays.
    """
    values = values.copy()
    patients = np.arange(len(values))
    for patient in np.flatnonzero(~np.asarray(possible(values, patients), dtype=bool)):
        here = possible(values, np.full(len(values), patient))
        there = possible(np.repeat(values[patient : patient + 1], len(values)), patients)
        partners = np.flatnonzero(here & there)
        if len(partners):
            other = rng.choice(partners)
            values[[patient, other]] = values[[other, patient]]
    return values
