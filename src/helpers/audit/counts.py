"""Which tests of a table of counts stand behind printed n (%), χ² and P.

Statistic and P are matched separately, because a paper may print the χ² of one test beside the P
of another. Where no test of the printed levels fits, tables with levels that were not printed are
searched: χ² is a sum over levels, so a whole grid of splits costs one array.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import stats

from helpers.audit.rounding import rounding_interval
from helpers.statistics.contingency import chi_square, fisher_exact

YATES, PEARSON, FISHER = "χ² with Yates' correction", "χ²", "Fisher's exact test"
FREEMAN_HALTON = "exact Fisher-Freeman-Halton test"
Counts = tuple[tuple[int, ...], ...]
MOST_DF = 10


@lru_cache(maxsize=4096)
def possible_counts(share: str, size: int) -> list[int]:
    """All counts of a group whose percentage is printed as `share`.

    Parameters
    ----------
    share : printed percentage, such as "9.78"
    size : number in the group

    Examples
    --------
    >>> possible_counts("68.5", 184), possible_counts("66.6", 51)
    ([126], [])
    """
    limits = rounding_interval(share).clipped(0, 100).scaled(size)
    low, high = -(-limits.low // 100), limits.high // 100
    return [count for count in range(int(low), int(high) + 1) if 0 <= count <= size]


@lru_cache(maxsize=4096)
def table_tests(table: Counts) -> dict[str, tuple[float, float]]:
    """Statistic and P of every usual test of a table of counts.

    Parameters
    ----------
    table : one row a level, one column a group, no empty row or column

    Returns
    -------
    dict, name of the test: (statistic, P); exact tests have no statistic (NaN). On 2 × 2 these
    are χ² with and without Yates' correction and Fisher's exact test, on larger tables χ² and the
    exact test of Freeman and Halton.

    Examples
    --------
    >>> found = table_tests(((126, 34), (58, 17)))
    >>> round(found["χ² with Yates' correction"][0], 3), round(found["Fisher's exact test"][1], 3)
    (0.006, 0.866)
    """
    results = {}
    if len(table) == 2:
        results[YATES] = chi_square(table, correction=True)
    results[PEARSON] = chi_square(table, correction=False)
    results[FISHER if len(table) == 2 else FREEMAN_HALTON] = fisher_exact(table)
    exact = (FISHER, FREEMAN_HALTON)
    return {
        name: (np.nan if name in exact else result.statistic, result.p_value)
        for name, result in results.items()
    }


@dataclass(frozen=True)
class Match:
    """Which tests give a printed statistic and a printed P, each an empty tuple where none does."""

    statistic: tuple[str, ...]
    p: tuple[str, ...]
    values: dict[str, tuple[float, float]]


def match_tests(table: Counts, statistic: str | None, p: str | None) -> Match:
    """The tests that reproduce a printed statistic and those that reproduce a printed P.

    Parameters
    ----------
    table : counts, one row a level, one column a group
    statistic, p : printed text, or None

    Examples
    --------
    >>> match_tests(((126, 34), (58, 17)), "0.006", "0.866").p
    ("Fisher's exact test",)
    """
    try:
        values = table_tests(tuple(map(tuple, table)))
    except ValueError:  # an empty level or group cannot be tested
        values = {}
    return Match(
        tuple(name for name, found in values.items() if _is_printed(found[0], statistic)),
        tuple(name for name, found in values.items() if _is_printed(found[1], p)),
        values,
    )


def _is_printed(value: float, text: str | None) -> bool:
    if text is None or np.isnan(value):
        return False
    low, high = rounding_interval(text).floats
    return low - 1e-9 <= value <= high + 1e-9


def implied_df(statistic: str, p: str) -> list[int]:
    """The degrees of freedom with which a printed χ² gives a printed P.

    Examples
    --------
    >>> implied_df("0.348", "0.840"), implied_df("11.172", "0.001")
    ([2], [1])
    """
    low, high = rounding_interval(statistic).clipped(0, 10**6).floats
    p_low, p_high = rounding_interval(p).floats
    df = np.arange(1, MOST_DF + 1)
    meets = (stats.chi2.sf(high, df) <= p_high) & (stats.chi2.sf(low, df) >= p_low)
    return [int(one) for one in df[meets]]


@dataclass(frozen=True)
class HiddenLevels:
    """A way to complete a printed table: counts of each level that is not printed, by group."""

    levels: tuple[tuple[int, int], ...]
    statistic: float

    @property
    def smallest(self) -> tuple[int, int]:
        """The least frequent of the levels."""
        return min(self.levels, key=sum)


def hidden_levels(
    printed: tuple[tuple[int, int], ...],
    sizes: tuple[int, int],
    statistic: str,
    unprinted: int = 2,
) -> list[HiddenLevels]:
    r"""All splits of the patients without a printed level that give a printed χ².

    Parameters
    ----------
    printed : counts of the printed levels, (first group, second group) each
    sizes : group sizes
    statistic : printed χ², without correction
    unprinted : how many levels, none of them empty, share the other patients: 1 to 3

    Returns
    -------
    list of HiddenLevels
        each table once whatever the order of its levels

    Raises
    ------
    ValueError
        when a group is smaller than its printed counts, or `unprinted` is out of range

    Notes
    -----
    With p the share of the first group among all, a level with counts a and b adds to χ²

    .. math:: \frac{(a (1 - p) - b p)^2}{(a + b) \, p (1 - p)} .

    Examples
    --------
    >>> [found.smallest for found in hidden_levels(((61, 16),), (184, 51), "0.348")]
    [(1, 0)]
    """
    rest = tuple(size - sum(level[g] for level in printed) for g, size in enumerate(sizes))
    if min(rest) < 0:
        raise ValueError(f"groups hold {sizes}; expected no fewer than their printed counts")
    if unprinted not in (1, 2, 3):
        raise ValueError(f"unprinted is {unprinted}; expected 1, 2 or 3")
    share = sizes[0] / sum(sizes)
    low, high = rounding_interval(statistic).floats
    known = sum(float(_part(*level, share)) for level in printed)
    found = _splits(rest, share, low - known - 1e-12, high - known + 1e-12, unprinted)
    return [HiddenLevels(levels, known + part) for levels, part in sorted(found.items())]


def _part(a, b, share: float):
    """What levels add to χ²; an empty level adds nothing."""
    total = np.maximum(np.add(a, b), 1)
    gap = np.multiply(a, 1 - share) - np.multiply(b, share)
    return gap**2 / (total * share * (1 - share))


def _splits(rest, share, low, high, levels) -> dict[tuple[tuple[int, int], ...], float]:
    """Levels whose parts of χ² add up to between low and high; sorted, so that each comes once."""
    if levels == 1:
        part = float(_part(*rest, share))
        return {(rest,): part} if low <= part <= high and sum(rest) else {}
    a, b = np.meshgrid(np.arange(rest[0] + 1), np.arange(rest[1] + 1), indexing="ij")
    first = _part(a, b, share)
    found = {}
    if levels == 2:
        parts = first + _part(rest[0] - a, rest[1] - b, share)
        inside = (parts >= low) & (parts <= high) & (a + b > 0) & (a + b < sum(rest))
        for i, j in np.argwhere(inside):
            pair = ((int(i), int(j)), (int(rest[0] - i), int(rest[1] - j)))
            found[tuple(sorted(pair))] = float(parts[i, j])
        return found
    for i, j in np.argwhere((first <= high) & (a + b > 0) & (a + b < sum(rest))):
        left = (int(rest[0] - i), int(rest[1] - j))
        part = float(first[i, j])
        for pair, more in _splits(left, share, low - part, high - part, 2).items():
            found[tuple(sorted(((int(i), int(j)), *pair)))] = part + more
    return found
