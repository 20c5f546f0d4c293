"""What AUC estimates and comparisons of two AUCs return."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan


@dataclass(frozen=True)
class AucResult:
    """An area under the ROC curve and its confidence interval.

    Attributes
    ----------
    auc, low, high : float
        between 0 and 1; low and high are NaN where the method has no interval
    variance : float
        of the AUC; NaN when a class has a single patient
    confidence : float
        of the interval
    method : str
        how the interval was made
    n_positive, n_negative : int
        patients with and without the outcome
    note : str
        what a reader must know before using the interval; empty when nothing is unusual
    """

    auc: float
    low: float
    high: float
    variance: float
    confidence: float
    method: str
    n_positive: int
    n_negative: int
    note: str = ""

    def __str__(self) -> str:
        """One sentence, as a paper would print it."""
        return (
            f"AUC {self.auc:.3f} ({self.confidence:.0%} CI {self.low:.3f} to {self.high:.3f}; "
            f"{self.method}); {self.n_positive} positive, {self.n_negative} negative"
            + (f". {self.note}" if self.note else "")
        )


@dataclass(frozen=True)
class DelongResult:
    """A comparison of two AUCs.

    Attributes
    ----------
    z : float
        statistic, positive when a has the larger AUC; for two cohorts it follows a t distribution
    p_value : float
        two-sided
    auc_a, auc_b : float
        the two areas
    low, high : float
        confidence interval of auc_a - auc_b, within [-1, 1]; NaN where the test gives none
    confidence : float
        of the interval, NaN without one
    method : str
        name of the test
    df : float
        degrees of freedom of the reference distribution; infinite for the normal one
    note : str
        what a reader must know before using the test; empty when nothing is unusual
    """

    z: float
    p_value: float
    auc_a: float
    auc_b: float
    low: float
    high: float
    confidence: float
    method: str
    df: float = inf
    note: str = ""

    def __str__(self) -> str:
        """One sentence, as a paper would print it."""
        degrees = "" if self.df == inf else f", df = {self.df:.1f}"
        interval = (
            ""
            if isnan(self.confidence)
            else f" ({self.confidence:.0%} CI {self.low:+.3f} to {self.high:+.3f})"
        )
        return (
            f"AUC {self.auc_a:.3f} - {self.auc_b:.3f} = {self.auc_a - self.auc_b:+.3f}{interval}; "
            f"z = {self.z:.3f}{degrees}, P = {self.p_value:.3g} ({self.method})"
            + (f". {self.note}" if self.note else "")
        )
