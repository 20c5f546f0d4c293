"""Clinical variables one at a time: the test of Table 1 and odds ratios."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from helpers.statistics.group_tests import choose_test

COLUMNS = [
    "variable",
    "level",
    "reference",
    "odds_ratio",
    "odds_ratio_low",
    "odds_ratio_high",
    "test",
    "statistic",
    "p",
    "note",
]


def univariate_screen(
    training: pd.DataFrame,
    outcome: str,
    kinds: Mapping[str, str],
    tests: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Each clinical variable alone: the test between the groups, and its odds ratio.

    Parameters
    ----------
    training : one row a patient, with the outcome and every column of `kinds`
    outcome : name of the outcome's column, 0/1
    kinds : column: "continuous", "binary" or "categorical"
    tests : column: test
        where it is not the automatic one; `group_tests.choose_test` lists them
    confidence : level of the intervals of the odds ratios

    Returns
    -------
    DataFrame
        variable, level, reference, odds_ratio, odds_ratio_low, odds_ratio_high, test,
        statistic, p, note. A continuous variable has one row, its odds ratio is per unit;
        others have a row per level against the most frequent one (`reference`). The test is
        that of the whole variable, repeated on each of its rows. An odds ratio that cannot
        be estimated is NaN and `note` says why.

    Raises
    ------
    ValueError
        for a missing column, or an outcome that is not 0/1 with both classes.

    Notes
    -----
    Odds ratios are :math:`e^\beta` of a logistic regression with this variable only, their limits
    :math:`e^{\beta \pm z s}` (Wald). Where a value or level separates the groups the likelihood has
    no maximum and there is no estimate. Patients with a blank in a variable are left out of it.

    References
    ----------
    Liu & He 2025, sections 1.4 and 1.5. Hosmer DW, Lemeshow S, Sturdivant RX. Applied Logistic
    Regression, 3rd ed., Wiley 2013.
    """
    y = _checked_outcome(training, outcome, kinds)
    rows = []
    for name, kind in kinds.items():
        known = training[name].notna().to_numpy()
        values, grown = training[name][known], y[known]
        if kind == "continuous":
            values = pd.to_numeric(values).astype(float)
        test = choose_test(
            values[grown == 0], values[grown == 1], kind=kind, test=(tests or {}).get(name, "auto")
        )
        odds = _per_unit if kind == "continuous" else _per_level
        for row in odds(values, grown, confidence):
            tested = {"test": test.test, "statistic": test.statistic, "p": test.p_value}
            rows.append({"variable": name, **row, **tested})
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.attrs["confidence"] = confidence
    return table


def _checked_outcome(training: pd.DataFrame, outcome: str, kinds: Mapping[str, str]) -> np.ndarray:
    missing = [name for name in (outcome, *kinds) if name not in training]
    if missing:
        raise ValueError(f"columns {missing} are not in the table; found {list(training.columns)}")
    found = set(training[outcome].unique().tolist())
    if found != {0, 1}:
        raise ValueError(f"{outcome} holds {sorted(map(str, found))}; expected both 0 and 1")
    return training[outcome].to_numpy(dtype=int)


def _row(level="", reference="", odds=(np.nan, np.nan, np.nan), note="") -> dict:
    names = ("odds_ratio", "odds_ratio_low", "odds_ratio_high")
    return {"level": level, "reference": reference, **dict(zip(names, odds, strict=True))} | {
        "note": note
    }


def _per_unit(values: pd.Series, grown: np.ndarray, confidence: float) -> list[dict]:
    x = values.to_numpy()
    if not 0 < grown.sum() < len(grown):
        return [_row(note="no values in one group")]
    spread = x.std()
    if spread <= 1e-12 * np.abs(x).max():
        return [_row(note="no spread")]
    without, grew = x[grown == 0], x[grown == 1]
    if without.max() <= grew.min() or grew.max() <= without.min():
        return [_row(note="separates the groups")]
    standard = (x - x.mean()) / spread
    odds = _odds_ratios(standard[:, None], grown, confidence, unit=spread)
    return [_row(odds=odds[0], note="" if np.isfinite(odds[0][0]) else "no convergence")]


def _per_level(values: pd.Series, grown: np.ndarray, confidence: float) -> list[dict]:
    names = _level_names(values)
    counts = names.value_counts()
    levels = sorted(counts.index, key=lambda level: (-counts[level], level))
    if len(levels) < 2:
        return [_row(level="", reference="".join(levels), note="one level only")]
    reference, *others = levels
    mixed = {level: 0 < grown[names == level].mean() < 1 for level in levels}
    if not mixed[reference]:
        return [
            _row(level, reference, note="one outcome only at the reference level")
            for level in others
        ]
    kept = [level for level in others if mixed[level]]
    inside = names.isin([reference, *kept]).to_numpy()
    dummies = np.column_stack([names[inside] == level for level in kept]) if kept else None
    odds = {}
    if kept:
        found = _odds_ratios(dummies.astype(float), grown[inside], confidence)
        odds = dict(zip(kept, found, strict=True))
    return [
        _row(level, reference, odds[level], "" if np.isfinite(odds[level][0]) else "no convergence")
        if level in odds
        else _row(level, reference, note="one outcome only at this level")
        for level in others
    ]


def _level_names(values: pd.Series) -> pd.Series:
    """Levels as text; 0 and 1 alone are no and yes."""
    if set(values.unique().tolist()) <= {0, 1}:
        return values.map(lambda value: "yes" if value else "no")
    return values.map(
        lambda value: f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
    )


def _odds_ratios(
    design: np.ndarray, grown: np.ndarray, confidence: float, unit: float = 1.0
) -> list[tuple[float, float, float]]:
    """Odds ratio and limits per column of a logistic regression with intercept."""
    import statsmodels.api as sm  # slow to import, and most chapters fit no odds ratio

    nothing = [(np.nan, np.nan, np.nan)] * design.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = sm.Logit(grown, sm.add_constant(design, has_constant="add")).fit(
                disp=0, maxiter=100
            )
        except np.linalg.LinAlgError:
            return nothing
    if not fit.mle_retvals["converged"]:
        return nothing
    slope, error = fit.params[1:] / unit, fit.bse[1:] / unit
    reach = stats.norm.ppf((1 + confidence) / 2) * error
    parts = (slope, slope - reach, slope + reach)
    return [tuple(map(float, three)) for three in zip(*map(np.exp, parts), strict=True)]
