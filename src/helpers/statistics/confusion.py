"""Confusion matrices for an explicit positive class, their measures, and operating points."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from helpers.statistics.binary import (
    binary_labels,
    both_classes,
    check_confidence,
    finite_scores,
)
from helpers.statistics.proportion import proportion_interval

RULES = ("youden", "half", "sensitivity")


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts of a binary prediction, read for one class as the positive one.

    Attributes
    ----------
    tp, fn : int
        patients of the positive class, predicted positive and negative
    fp, tn : int
        patients of the other class, predicted positive and negative
    positive : int
        the label, 0 or 1, that is read as positive

    Notes
    -----
    The measures are proportions between 0 and 1; one whose denominator is 0 is NaN.
    """

    tp: int
    fp: int
    fn: int
    tn: int
    positive: int = 1

    @property
    def accuracy(self) -> float:
        """Share of all patients predicted rightly, (TP + TN) / N."""
        return _share(self.tp + self.tn, self.tp + self.tn + self.fp + self.fn)

    @property
    def precision(self) -> float:
        """Positive predictive value, TP / (TP + FP)."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Sensitivity for the positive class, TP / (TP + FN)."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def specificity(self) -> float:
        """Sensitivity for the other class, TN / (TN + FP)."""
        return _share(self.tn, self.tn + self.fp)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN)."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    def flipped(self) -> ConfusionMatrix:
        """The same predictions read with the other class as positive."""
        return ConfusionMatrix(self.tn, self.fn, self.fp, self.tp, 1 - self.positive)

    def __str__(self) -> str:
        """Counts as a table of truth against prediction."""
        head = f"{'':>12}predicted {self.positive}  predicted {1 - self.positive}"
        first = f"{f'true {self.positive}':>12}{self.tp:>11}{self.fn:>13}"
        second = f"{f'true {1 - self.positive}':>12}{self.fp:>11}{self.tn:>13}"
        return f"{head}\n{first}\n{second}\n(positive class: label {self.positive})"


@dataclass(frozen=True)
class Metric:
    """One measure of a confusion matrix with its interval.

    Attributes
    ----------
    name : str
        accuracy, precision, recall, specificity or f1
    value, low, high : float
        between 0 and 1, NaN where undefined
    method : str
        how the interval was made
    reason : str
        why the measure is undefined, empty where it is defined
    """

    name: str
    value: float
    low: float
    high: float
    method: str
    reason: str = ""

    def __str__(self) -> str:
        """One line, as a paper would print it."""
        if self.reason:
            return f"{self.name} undefined: {self.reason}"
        return f"{self.name} {self.value:.3f} ({self.low:.3f} to {self.high:.3f}; {self.method})"


def confusion(y_true: ArrayLike, prediction: ArrayLike, positive: int = 1) -> ConfusionMatrix:
    """Count a binary prediction against the truth.

    Parameters
    ----------
    y_true, prediction : 0/1, array-like, shape = (n_patients,)
    positive : int
        the label, 0 or 1, that counts as the positive class

    Returns
    -------
    ConfusionMatrix
        with tp, fp, fn, tn, positive and the measures as properties

    Raises
    ------
    ValueError
        for labels other than 0 and 1, lengths that differ, or another positive class.

    Examples
    --------
    >>> counts = confusion([1, 1, 0, 0, 0], [1, 0, 0, 0, 1])
    >>> counts.recall, counts.flipped().recall
    (0.5, 0.6666666666666666)
    """
    if positive not in (0, 1):
        raise ValueError(f"positive is {positive!r}; expected the label 0 or 1")
    truth = binary_labels(y_true) == bool(positive)
    called = binary_labels(prediction, "prediction") == bool(positive)
    if len(truth) != len(called):
        raise ValueError(
            f"prediction has {len(called)} values for {len(truth)} labels; expected one for each"
        )
    return ConfusionMatrix(
        tp=int((truth & called).sum()),
        fp=int((~truth & called).sum()),
        fn=int((truth & ~called).sum()),
        tn=int((~truth & ~called).sum()),
        positive=int(positive),
    )


def classification_metrics(
    counts: ConfusionMatrix,
    confidence: float = 0.95,
    interval: Literal["wilson", "clopper-pearson"] = "wilson",
) -> dict[str, Metric]:
    r"""Accuracy, precision, recall, specificity and F1, each with its interval.

    Parameters
    ----------
    counts : ConfusionMatrix
        from `confusion`
    confidence : float
        of the intervals
    interval : "wilson" or "clopper-pearson"
        score interval, or exact and never too narrow

    Returns
    -------
    dict of Metric
        by name; a measure without a denominator is NaN and says why

    Raises
    ------
    ValueError
        for an empty matrix, another kind of interval, or a confidence outside 0 to 1.

    Notes
    -----
    The first four are binomial proportions. F1 is not, but :math:`F_1 = 2 q / (1 + q)` with the
    proportion :math:`q = TP / (TP + FP + FN)` (Jaccard's index), given how many patients are
    positive or called so; the limits of q, transformed likewise, are those of F1.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212. Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.
    Takahashi K, Yamamoto K, Kuchiba A, Koyama T. Appl Intell 2022;52:4961-4972 (intervals of F1).

    Examples
    --------
    >>> metrics = classification_metrics(ConfusionMatrix(tp=42, fp=29, fn=9, tn=155))
    >>> print(metrics["recall"])
    recall 0.824 (0.697 to 0.904; Wilson)
    """
    check_confidence(confidence)
    tp, fp, fn, tn = counts.tp, counts.fp, counts.fn, counts.tn
    if tp + fp + fn + tn == 0:
        raise ValueError("the confusion matrix counts no patient; expected at least one")
    proportions = {
        "accuracy": (tp + tn, tp + fp + fn + tn, ""),
        "precision": (tp, tp + fp, "nobody was predicted positive"),
        "recall": (tp, tp + fn, "no patient is of the positive class"),
        "specificity": (tn, tn + fp, "every patient is of the positive class"),
        "f1": (tp, tp + fp + fn, "no patient is positive or predicted positive"),
    }
    found = {}
    for name, (count, total, reason) in proportions.items():
        if total == 0:
            found[name] = Metric(name, nan, nan, nan, "none", reason)
            continue
        limits = proportion_interval(count, total, confidence, interval)
        values = np.array([count / total, *limits])
        if name == "f1":
            values = 2 * values / (1 + values)
        method = interval.title() + (" of Jaccard's index" if name == "f1" else "")
        found[name] = Metric(name, *values.tolist(), method)
    return found


def choose_threshold(
    y_true: ArrayLike,
    score: ArrayLike,
    rule: Literal["youden", "half", "sensitivity"] = "youden",
    sensitivity: float = 0.9,
) -> float:
    """Operating point of a score: a patient is called positive when score ≥ threshold.

    Choose it on training patients and carry it over; chosen on the patients it is judged by, it
    flatters.

    Parameters
    ----------
    y_true : 0/1, array-like, shape = (n_patients,)
        of the training cohort
    score : array-like, shape = (n_patients,)
        higher = label 1 more likely
    rule : "youden", "half" or "sensitivity"
        largest sensitivity + specificity; 0.5, for scores that are probabilities; or largest
        specificity at no less than `sensitivity`
    sensitivity : float
        least sensitivity of the last rule, above 0 up to 1

    Returns
    -------
    float
        between two scores that occur, halfway, or the lowest score when all are called positive; of
        equally good thresholds the lowest, which has the highest sensitivity

    Raises
    ------
    ValueError
        for labels other than 0 and 1, a single class, scores that are NaN or infinite, lengths
        that differ, an unknown rule, a sensitivity outside (0, 1], or "half" for scores that are
        not probabilities.

    References
    ----------
    Youden WJ. Cancer 1950;3:32-35.

    Examples
    --------
    >>> choose_threshold([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.6, 0.7, 0.9])
    0.25
    """
    positive = both_classes(y_true)
    score = finite_scores(score, len(positive))
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}; expected {', '.join(map(repr, RULES))}")
    if not 0 < sensitivity <= 1:
        raise ValueError(f"sensitivity is {sensitivity}; expected above 0 and at most 1")
    if rule == "half":
        if score.min() < 0 or score.max() > 1:
            raise ValueError(
                f"score runs from {score.min():g} to {score.max():g}; the rule 'half' expects "
                "probabilities between 0 and 1"
            )
        return 0.5
    levels, place = np.unique(score, return_inverse=True)
    cases, controls = (
        np.bincount(place[side], minlength=len(levels)) for side in (positive, ~positive)
    )
    hits, alarms = (np.cumsum(counts[::-1])[::-1] for counts in (cases, controls))
    if rule == "youden":
        best = int(np.argmax(hits * controls.sum() - alarms * cases.sum()))
    else:
        best = int(np.flatnonzero(hits >= sensitivity * cases.sum() - 1e-9).max())
    return _between(levels, best)


def _between(levels: np.ndarray, index: int) -> float:
    """A threshold that calls `levels[index]` positive and `levels[index - 1]` negative."""
    upper = levels[index]
    if index == 0:
        return float(upper)
    halfway = levels[index - 1] / 2 + upper / 2
    return float(halfway if levels[index - 1] < halfway <= upper else upper)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else nan
