"""Which 2 × 2 tables stand behind printed accuracy, precision, recall, specificity and F1.

Each measure is a ratio of counts, so a printed one is an inequality between integers: nothing is
rounded in the search. Models that were tested on the same patients share their group sizes, which
is often enough to find sizes that are not printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from helpers.audit.rounding import Interval, decimals, rounding_interval

SHARES = ("accuracy", "precision", "recall", "specificity")
MEASURES = ("f1", *SHARES)
Printed = Mapping[str, str]


@dataclass(frozen=True, order=True)
class Table:
    """Counts of true and false positives and negatives."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def sizes(self) -> tuple[int, int]:
        """Patients of the positive and of the negative class."""
        return self.tp + self.fn, self.tn + self.fp

    @property
    def swapped(self) -> Table:
        """The same predictions with the other class as the positive one."""
        return Table(self.tn, self.fn, self.fp, self.tp)

    def measure(self, name: str) -> Fraction | None:
        """One measure as an exact fraction, None where its denominator is zero.

        Examples
        --------
        >>> Table(155, 9, 29, 42).swapped.measure("precision")
        Fraction(42, 71)
        """
        above, below = {
            "accuracy": (self.tp + self.tn, sum(self.sizes)),
            "precision": (self.tp, self.tp + self.fp),
            "recall": (self.tp, self.tp + self.fn),
            "specificity": (self.tn, self.tn + self.fp),
            "f1": (2 * self.tp, 2 * self.tp + self.fp + self.fn),
        }[name]
        return Fraction(above, below) if below else None


@dataclass(frozen=True)
class Solution:
    """Group sizes and, for each model, every table that fits them."""

    positives: int
    negatives: int
    tables: dict[str, tuple[Table, ...]]


def limits(printed: Printed, capped: bool = False, slack: int = 0) -> dict[str, Interval]:
    """Printed measures as intervals between 0 and 1.

    Parameters
    ----------
    printed : measure: text; accuracy, precision, recall and specificity in %
    capped : read the largest number that can be printed below 100% (99.9, or 0.999 for F1) as
        "at least that", because some authors print it for 100%
    slack : allow each number to be off by so many units of its last digit
    """
    return {
        name: _limit(text, 100 if name in SHARES else 1, capped, slack)
        for name, text in printed.items()
        if name in MEASURES and text is not None
    }


@lru_cache(maxsize=8192)
def _limit(text: str, unit: int, capped: bool, slack: int) -> Interval:
    interval = rounding_interval(text).clipped(0, unit)
    if capped and is_cap(text, unit):
        interval = Interval(interval.low, Fraction(unit))
    more = slack * Fraction(1, 10 ** decimals(text))
    interval = Interval(interval.low - more, interval.high + more).clipped(0, unit)
    return interval.scaled(Fraction(1, unit))


def is_cap(text: str, whole: int = 100) -> bool:
    """Whether a number is the largest that can be printed below `whole` with its digits.

    Examples
    --------
    >>> is_cap("99.9"), is_cap("0.999", 1), is_cap("99.5")
    (True, True, False)
    """
    value = Fraction(text.lstrip("<>"))
    places = len(text.partition(".")[2])
    return places > 0 and value == whole - Fraction(1, 10**places)


def exists_share(printed: str, largest_n: int) -> bool:
    """Whether any k of m with m up to `largest_n` is a printed percentage.

    Examples
    --------
    >>> exists_share("99.9", 62), exists_share("97.9", 62)
    (False, True)
    """
    interval = rounding_interval(printed).scaled(Fraction(1, 100))
    sizes = range(1, largest_n + 1)
    return any(-(-interval.low * m // 1) <= interval.high * m // 1 for m in sizes)


def fitting_tables(
    printed: Printed, positives: int, negatives: int, capped: bool = False, slack: int = 0
) -> tuple[Table, ...]:
    """Every table with these group sizes that gives all printed measures.

    Examples
    --------
    >>> svm = {"f1": "0.891", "accuracy": "83.8", "precision": "94.5", "recall": "84.2",
    ...        "specificity": "82.4"}
    >>> fitting_tables(svm, 184, 51)
    (Table(tp=155, fp=9, fn=29, tn=42),)
    """
    found = joint_search({"": printed}, [(positives, negatives)], capped, slack)
    return found[0].tables[""] if found else ()


def deviations(table: Table, printed: Printed, capped: bool = False) -> list[str]:
    """The measures whose printed value is not the rounded value of this table."""
    inside = limits(printed, capped)
    return [
        name
        for name, interval in inside.items()
        if (value := table.measure(name)) is None or value not in interval
    ]


def all_splits(n: int | Sequence[int]) -> np.ndarray:
    """Every (positives, negatives), each at least one, of a total n or of several totals."""
    totals = [n] if isinstance(n, int) else list(n)
    parts = [
        np.column_stack([positives, total - positives])
        for total in totals
        for positives in [np.arange(1, total)]
    ]
    return np.concatenate(parts) if parts else np.empty((0, 2), int)


def joint_search(
    models: Mapping[str, Printed],
    splits: Sequence[tuple[int, int]] | np.ndarray,
    capped: bool = False,
    slack: int = 0,
) -> list[Solution]:
    """Group sizes for which every model has a table that gives its printed measures.

    Parameters
    ----------
    models : dict, the printed measures of each model
    splits : candidate (positives, negatives), shape = (n_splits, 2); see `all_splits`
    capped, slack : see `limits`

    Returns
    -------
    list of Solution in the order of `splits`

    Notes
    -----
    For each candidate the counts of true positives and true negatives that the printed recall and
    specificity allow are few and consecutive; they are tried together for all candidates that the
    models before have left, as arrays of integers. Cross-multiplied inequalities stay below 2⁵³.

    Examples
    --------
    >>> one = {"recall": "66.7", "specificity": "50.0", "accuracy": "60.0"}
    >>> [(s.positives, s.negatives) for s in joint_search({"a": one}, all_splits(5))]
    [(3, 2)]
    """
    left = np.asarray(splits, dtype=np.int64).reshape(-1, 2)
    for printed in models.values():
        if not len(left):
            break
        keep, _ = _fits(left, limits(printed, capped, slack))
        left = left[np.unique(keep)]
    solutions = []
    tables = {
        model: _tables(left, limits(printed, capped, slack)) for model, printed in models.items()
    }
    for row, (positives, negatives) in enumerate(left.tolist()):
        found = {model: tuple(sorted(tables[model].get(row, ()))) for model in models}
        solutions.append(Solution(positives, negatives, found))
    return solutions


def _tables(splits: np.ndarray, intervals: dict[str, Interval]) -> dict[int, list[Table]]:
    found: dict[int, list[Table]] = {}
    if len(splits):
        rows, counts = _fits(splits, intervals)
        for row, (tp, tn) in zip(rows.tolist(), counts.tolist(), strict=True):
            positives, negatives = splits[row].tolist()
            found.setdefault(row, []).append(Table(tp, negatives - tn, positives - tp, tn))
    return found


def _fits(splits: np.ndarray, intervals: dict[str, Interval]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of `splits` and the (tp, tn) with which all intervals are met, one entry a table."""
    positives, negatives = splits[:, 0], splits[:, 1]
    whole = Interval(Fraction(0), Fraction(1))
    tp_low, tp_high = _count_range(positives, intervals.get("recall", whole))
    tn_low, tn_high = _count_range(negatives, intervals.get("specificity", whole))
    possible = np.flatnonzero((tp_low <= tp_high) & (tn_low <= tn_high))
    rows, counts = [], []
    more_tp = int((tp_high - tp_low)[possible].max(initial=-1)) + 1
    more_tn = int((tn_high - tn_low)[possible].max(initial=-1)) + 1
    for step in range(more_tp):
        here = possible[tp_low[possible] + step <= tp_high[possible]]
        tp = tp_low[here] + step
        for other in range(more_tn):
            tn = tn_low[here] + other
            inside = tn <= tn_high[here]
            row, a, d = here[inside], tp[inside], tn[inside]
            b, c = negatives[row] - d, positives[row] - a
            ok = _within(a + d, a + b + c + d, intervals.get("accuracy"))
            ok &= _within(a, a + b, intervals.get("precision"))
            ok &= _within(2 * a, 2 * a + b + c, intervals.get("f1"))
            rows.append(row[ok])
            counts.append(np.column_stack([a[ok], d[ok]]))
    if not rows:
        return np.empty(0, int), np.empty((0, 2), int)
    return np.concatenate(rows), np.concatenate(counts)


def _count_range(size: np.ndarray, share: Interval) -> tuple[np.ndarray, np.ndarray]:
    low, high = share.low, share.high
    first = -(-low.numerator * size // low.denominator)
    return first, high.numerator * size // high.denominator


def _within(above: np.ndarray, below: np.ndarray, share: Interval | None) -> np.ndarray:
    """Whether above / below lies in an interval; a ratio with nothing below never does."""
    if share is None:
        return np.ones(len(above), bool)
    low, high = share.low, share.high
    reached = above * low.denominator >= low.numerator * below
    return (below > 0) & reached & (above * high.denominator <= high.numerator * below)
