"""Do DeLong's test and interval hold their level with 62 patients, 15 of them with the outcome?

Simulated binormal scores (synthetic; no patient data), one core, about a minute. Three tables:
coverage of the intervals of one AUC, rejection rate of the paired tests when both models are
equally good, and their power when one is better. A star marks what misses its nominal level, to
either side, by more than three Monte Carlo standard errors and two percentage points. The advice
at the end follows from the tables: of the methods that are never too narrow, or never reject too
often, the one with the narrowest intervals or the most power.
"""

from __future__ import annotations

from math import sqrt
from time import perf_counter

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from helpers.statistics.bootstrap import bootstrapped_aucs
from helpers.statistics.permutation import permutation_test
from helpers.statistics.placements import placement_counts
from helpers.statistics.roc import auc_ci, delong_test

EVENTS, OTHERS, LEVEL = 15, 47, 0.05
N_FAST, N_SLOW, N_BOOT, N_CHECKED = 20_000, 2_000, 1_000, 40
AREAS, CORRELATIONS, BETTER = (0.7, 0.85, 0.95, 0.99), (0.0, 0.5, 0.8), ((0.95, 0.8), (0.99, 0.9))
POSITIVE = np.arange(EVENTS + OTHERS) < EVENTS
Z = norm.ppf(1 - LEVEL / 2)


def simulated(areas: tuple[float, float], correlation: float, rng) -> np.ndarray:
    """Scores of two models, shape = (2, N_FAST, n_patients), correlated within each class."""
    own = rng.normal(size=(2, N_FAST, len(POSITIVE)))
    shared = rng.normal(size=(N_FAST, len(POSITIVE)))
    shift = sqrt(2) * norm.ppf(areas)[:, None, None]
    return sqrt(correlation) * shared + sqrt(1 - correlation) * own + shift * POSITIVE


def mean_and_variance(above: np.ndarray, below: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """AUC, or difference of AUCs, and DeLong's variance from placement counts, row by row."""
    variance = above.var(axis=1, ddof=1) / (4 * EVENTS * OTHERS**2)
    variance += below.var(axis=1, ddof=1) / (4 * OTHERS * EVENTS**2)
    return above.sum(axis=1) / (2 * EVENTS * OTHERS), variance


def intervals(rows: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Limits by each method, for each row of scores."""
    auc, variance = mean_and_variance(*placement_counts(POSITIVE, rows))
    reach = Z * np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        on_logit = reach / (auc * (1 - auc))
        found = {
            "delong": (np.clip(auc - reach, 0, 1), np.clip(auc + reach, 0, 1)),
            "logit": (expit(logit(auc) - on_logit), expit(logit(auc) + on_logit)),
        }
    # Newcombe's interval follows from the AUC, of which there are few.
    _, first, place = np.unique(auc.round(9), return_index=True, return_inverse=True)
    limits = [auc_ci(POSITIVE, rows[i], 1 - LEVEL, "newcombe") for i in first]
    found["newcombe"] = tuple(
        np.array([getattr(limit, side) for limit in limits])[place] for side in ("low", "high")
    )
    for method, (low, high) in found.items():
        for i in range(N_CHECKED):
            public = auc_ci(POSITIVE, rows[i], 1 - LEVEL, method)
            np.testing.assert_allclose((low[i], high[i]), (public.low, public.high), atol=1e-9)
    drawn = bootstrapped_aucs(POSITIVE, rows[:N_SLOW], N_BOOT, seed=1)
    found["bootstrap"] = tuple(np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2], axis=0))
    return found


def rejections(scores: np.ndarray) -> dict[str, np.ndarray]:
    """Whether each paired test rejects, for each pair of rows of scores."""
    counts = [placement_counts(POSITIVE, rows) for rows in scores]
    difference, variance = mean_and_variance(
        counts[0][0] - counts[1][0], counts[0][1] - counts[1][1]
    )
    delong = np.abs(difference) > Z * np.sqrt(variance)
    for i in range(N_CHECKED):
        assert delong[i] == (delong_test(POSITIVE, *scores[:, i]).p_value < LEVEL)
    some = scores[:, :N_SLOW]
    drawn = bootstrapped_aucs(POSITIVE, np.concatenate(some), N_BOOT, seed=1)
    drawn = drawn[:, :N_SLOW] - drawn[:, N_SLOW:]
    low, high = np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2], axis=0)
    exact = [permutation_test(POSITIVE, *some[:, i]).p_value <= LEVEL for i in range(N_SLOW)]
    return {
        "delong": delong,
        "bootstrap z": np.abs(difference[:N_SLOW]) > Z * drawn.std(axis=0, ddof=1),
        "bootstrap percentile": (low > 0) | (high < 0),
        "permutation": np.array(exact),
    }


def cell(happened: np.ndarray, nominal: float | None = None) -> str:
    """Share in percent with its Monte Carlo standard error, starred where it misses nominal."""
    share, error = happened.mean(), happened.std() / sqrt(len(happened))
    off = nominal is not None and abs(share - nominal) > max(3 * error, 0.02)
    return f"{share:7.1%} ({error:.1%}){'*' if off else ' '}"


def print_table(title: str, lines: dict[str, dict[str, str]]) -> None:
    """Rows of cells under the names of the methods."""
    names = list(next(iter(lines.values())))
    print(f"\n{title}\n{'':26}" + "".join(f"{name:>22}" for name in names))
    for label, cells in lines.items():
        print(f"{label:26}" + "".join(f"{cells[name]:>22}" for name in names))


def holds(outcomes: dict[str, dict[str, np.ndarray]], nominal: float) -> list[str]:
    """Methods whose share is never above `nominal` by more than chance and two points."""
    names = next(iter(outcomes.values()))
    return [
        name
        for name in names
        if all(
            found[name].mean() - nominal <= max(3 * found[name].std() / sqrt(N_SLOW), 0.02)
            for found in outcomes.values()
        )
    ]


def extremes(outcomes: dict[str, dict[str, np.ndarray]], name: str) -> str:
    """Lowest and highest share of a method over all settings."""
    shares = [found[name].mean() for found in outcomes.values()]
    return f"{min(shares):.1%} to {max(shares):.1%}"


def main() -> None:
    """Print the tables and what follows from them."""
    start, rng = perf_counter(), np.random.default_rng(62)
    missed, widths, size, power = {}, {}, {}, {}
    for area in AREAS:
        for correlation in CORRELATIONS:
            scores = simulated((area, area), correlation, rng)
            size[f"AUC {area}, correlation {correlation}"] = rejections(scores)
        limits = intervals(scores[0])
        # A limit that does not exist (logit at AUC = 1) covers nothing.
        missed[f"AUC {area}"] = {
            name: ~((low <= area) & (area <= high)) for name, (low, high) in limits.items()
        }
        widths[f"AUC {area}"] = {
            name: float(np.nanmean(high - low)) for name, (low, high) in limits.items()
        }
    for pair in BETTER:
        power[f"AUC {pair[0]} against {pair[1]}"] = rejections(simulated(pair, 0.5, rng))

    print(f"{EVENTS + OTHERS} patients, {EVENTS} events; simulated, binormal; level {LEVEL:.0%}")
    print(f"DeLong, logit, Newcombe: {N_FAST} data sets; bootstrap, permutation: {N_SLOW}")
    print_table(
        f"Coverage of {1 - LEVEL:.0%} intervals of one AUC (Monte Carlo standard error)",
        {
            label: {name: cell(~what, 1 - LEVEL) for name, what in found.items()}
            for label, found in missed.items()
        },
    )
    print_table(
        "Mean width of these intervals",
        {label: {name: f"{w:.3f}" for name, w in found.items()} for label, found in widths.items()},
    )
    print_table(
        "Rejection rate of paired tests, both models equally good",
        {
            label: {name: cell(what, LEVEL) for name, what in found.items()}
            for label, found in size.items()
        },
    )
    print_table(
        "Power of paired tests, scores correlated by 0.5",
        {
            label: {name: cell(what) for name, what in found.items()}
            for label, found in power.items()
        },
    )
    narrowest = min(
        holds(missed, LEVEL), key=lambda name: sum(found[name] for found in widths.values())
    )
    strongest = max(
        holds(size, LEVEL), key=lambda name: sum(found[name].mean() for found in power.values())
    )
    print(f"\nDeLong's interval misses the true AUC in {extremes(missed, 'delong')} of data sets,")
    print(f"its test rejects a true null hypothesis in {extremes(size, 'delong')}.")
    print(f"Instead: interval '{narrowest}' (misses {extremes(missed, narrowest)}),")
    print(f"test '{strongest}' (rejects {extremes(size, strongest)}).")
    print(f"{perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
