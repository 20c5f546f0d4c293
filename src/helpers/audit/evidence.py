"""What one check says about one printed number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from helpers.audit.rounding import decimals, number, print_like, rounding_interval
from helpers.published import Key

REPRODUCED = "reproduced from other printed numbers"
CONSISTENT = "consistent within rounding"
POSSIBLE = "possible"  # not excluded, which is little support
EXPLAINED = "explained"
DISPUTED = "disputed"  # two prints of one quantity differ; another check may tell which is right
INCONSISTENT = "inconsistent"
SLACK = 1e-9  # floating point only; far below any printed digit


@dataclass(frozen=True)
class Evidence:
    """A check's verdict on a printed number and, in a sentence, why."""

    key: Key
    verdict: str
    reason: str


@lru_cache(maxsize=8192)
def judge(
    value: Fraction | float | tuple[float, float], printed: str, unit: str = ""
) -> tuple[str, str]:
    """Hold a computed number, or a range of possible ones, against a printed number.

    Parameters
    ----------
    value : what other printed numbers give, exactly or as (low, high)
    printed : text
    unit : put behind the computed number in words

    Returns
    -------
    verdict : str
        REPRODUCED when every possible value is printed so, CONSISTENT when some are, EXPLAINED
        when only a common slip of rounding leads there, else INCONSISTENT
    what : str
        the computed number in words, with the slip if there is one

    Examples
    --------
    >>> judge(Fraction(3400, 51), "66.6", "%")
    ('explained', '66.67%, cut off instead of rounded')
    >>> judge(Fraction(3400, 51), "66.7")[0]
    'reproduced from other printed numbers'
    """
    low, high = value if isinstance(value, tuple) else (value, value)
    ends = rounding_interval(printed)
    words = _in_words(low, high, printed) + unit
    if ends.low - SLACK <= low and high <= ends.high + SLACK:
        return REPRODUCED, words
    if low <= ends.high + SLACK and high >= ends.low - SLACK:
        return CONSISTENT, words
    slip = _slip(low, high, printed)
    if slip:
        return EXPLAINED, f"{words}, {slip}"
    return INCONSISTENT, words


def _slip(low, high, printed: str) -> str:
    """The common slip that leads from a range of values to a printed number, if there is one."""
    if printed.startswith(("<", ">")):
        return ""
    value, unit = number(printed), Fraction(1, 10 ** decimals(printed))
    if value == unit and abs(low) < unit / 2 and abs(high) < unit / 2:
        return "printed as the smallest number above zero"
    if value >= 0 and low < value + unit and high >= value:
        return "cut off instead of rounded"
    if value >= 0 and low < value and high >= value - unit * Fraction(55, 100):
        return "rounded twice"
    return ""


def _in_words(low, high, printed: str) -> str:
    """The computed number with one digit more than the printed one; a range where it shows."""
    digits = max(decimals(printed) + 1, 1) if not printed.startswith("<") else 6
    finer = "0." + "0" * digits
    texts = ["∞" if math.isinf(end) else print_like(end, finer) for end in (low, high)]
    return texts[0] if texts[0] == texts[1] else f"{texts[0]} to {texts[1]}"
