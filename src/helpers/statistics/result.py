"""What a test of groups returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GroupTest:
    """What a test of two or more groups found.

    Attributes
    ----------
    test : str
        name of the test
    statistic : float
        t, U, chi-square, or the conditional odds ratio of Fisher's test on 2 × 2; NaN where there
        is none
    p_value : float
        two-sided
    df : float
        degrees of freedom, NaN where the test has none
    standard_error : float
        of the P value; 0 unless the P value is a Monte Carlo estimate
    """

    test: str
    statistic: float
    p_value: float
    df: float = float("nan")
    standard_error: float = 0.0
