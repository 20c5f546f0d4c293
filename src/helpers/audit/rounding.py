"""What a printed number says about the number behind it: an exact interval.

A printed 2.8 is any number from 2.75 to 2.85. Both ends are kept, because the page does not tell
whether halves were rounded up or to even. Intervals are exact fractions, so that a count is never
lost or won by floating point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

Exact = int | Fraction


@dataclass(frozen=True)
class Interval:
    """A closed interval of exact numbers.

    Examples
    --------
    >>> print(Interval(Fraction(11, 4), Fraction(57, 20)))
    2.75 to 2.85
    """

    low: Fraction
    high: Fraction

    def __contains__(self, value: float | Exact) -> bool:
        """Whether an exact number, or a float taken as it is stored, lies inside."""
        return self.low <= Fraction(value) <= self.high

    def __str__(self) -> str:
        """Both ends as decimal numbers."""
        return f"{float(self.low):.6g} to {float(self.high):.6g}"

    @property
    def floats(self) -> tuple[float, float]:
        """Both ends as floats."""
        return float(self.low), float(self.high)

    def meets(self, other: Interval) -> bool:
        """Whether two intervals share a number."""
        return self.low <= other.high and other.low <= self.high

    def scaled(self, factor: Exact) -> Interval:
        """The interval times a positive number."""
        return Interval(self.low * factor, self.high * factor)

    def clipped(self, low: Exact, high: Exact) -> Interval:
        """The part between two bounds; a single bound where nothing is left."""
        first = min(max(self.low, Fraction(low)), Fraction(high))
        return Interval(first, max(first, min(self.high, Fraction(high))))


def decimals(printed: str) -> int:
    """How many digits stand behind the point of a printed number.

    Examples
    --------
    >>> decimals("173.0"), decimals("62"), decimals("<0.001")
    (1, 0, 3)
    """
    return len(printed.partition(".")[2])


@lru_cache(maxsize=4096)
def number(printed: str) -> Fraction:
    """The printed number itself, exactly; a sign of inequality in front of it is dropped."""
    return Fraction(printed.lstrip("<>"))


@lru_cache(maxsize=4096)
def rounding_interval(printed: str, significant: int | None = None) -> Interval:
    """All numbers that may stand behind a printed one.

    Parameters
    ----------
    printed : text such as "2.8", "-1.630" or "<0.001"
    significant : int or None
        read the number as rounded to so many significant digits and then padded with zeros, where
        that is coarser: some programs print 101.4 as 101 and a later hand as 101.0

    Returns
    -------
    Interval
        of "<0.001" all from 0 to 0.001, of ">0.05" all from 0.05 to 1 (bounds are printed for
        P values only)

    Raises
    ------
    ValueError
        when the text is not a number

    Examples
    --------
    >>> print(rounding_interval("2.8"))
    2.75 to 2.85
    >>> print(rounding_interval("101.0", significant=3))
    100.5 to 101.5
    """
    try:
        value = number(printed)
    except ValueError:
        raise ValueError(f"found {printed!r}; expected a printed number such as 2.8") from None
    if printed.startswith("<"):
        return Interval(Fraction(0), value)
    if printed.startswith(">"):
        return Interval(value, Fraction(1))
    digits = decimals(printed)
    if significant is not None and value:
        leading = len(str(abs(math.floor(abs(value))))) if abs(value) >= 1 else 0
        if leading and value == round(value, significant - leading):
            digits = min(digits, significant - leading)
    half = Fraction(1, 2) / Fraction(10) ** digits
    return Interval(value - half, value + half)


def print_like(value: float | Exact, printed: str) -> str:
    """A number with as many digits as a printed one, halves away from zero.

    Under a printed bound the same bound is returned where the number obeys it. A value that is
    not negative and would be printed as zero beside a bound keeps its digits. Infinity is a sign.

    Examples
    --------
    >>> print_like(float("-inf"), "1.23")
    '-∞'
    >>> print_like(2.75, "2.8"), print_like(Fraction(2, 3), "66.6")
    ('2.8', '0.7')
    >>> print_like(0.0002, "<0.001")
    '<0.001'
    """
    if printed.startswith("<") and value < number(printed):
        return printed
    if printed.startswith(">") and value > number(printed):
        return printed
    if isinstance(value, float) and math.isinf(value):  # z of two curves without any variance
        return "∞" if value > 0 else "-∞"
    if isinstance(value, Fraction | int):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    else:
        exact = Decimal(repr(float(value)))
    return str(exact.quantize(Decimal(1).scaleb(-decimals(printed)), ROUND_HALF_UP))
