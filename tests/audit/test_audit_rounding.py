"""Rounding intervals: they hold every number that any rounding prints so, and no other."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.audit.evidence import CONSISTENT, EXPLAINED, INCONSISTENT, REPRODUCED, judge
from helpers.audit.rounding import Interval, print_like, rounding_interval

decimal = st.decimals("-500", "500", places=6)


@given(decimal, st.integers(0, 4), st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]))
def test_whatever_is_printed_so_lies_inside(value, digits, rounding):
    printed = str(value.quantize(Decimal(1).scaleb(-digits), rounding))
    assert Fraction(value) in rounding_interval(printed)


@given(decimal, st.integers(0, 4))
def test_nothing_else_lies_inside(value, digits):
    printed = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    beyond = printed + Decimal("0.5000001").scaleb(-digits)
    assert Fraction(beyond) not in rounding_interval(str(printed))


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("2.8", "2.75", "2.85"),
        ("173.0", "172.95", "173.05"),
        ("-1.630", "-1.6305", "-1.6295"),
        ("62", "61.5", "62.5"),
        ("<0.001", "0", "0.001"),
        (">0.05", "0.05", "1"),
    ],
)
def test_intervals(printed, low, high):
    assert rounding_interval(printed) == Interval(Fraction(low), Fraction(high))


def test_significant_digits_widen_only_padded_numbers():
    assert rounding_interval("101.0", 3) == rounding_interval("101")
    assert rounding_interval("99.8", 3) == rounding_interval("99.8")
    assert rounding_interval("101.4", 3) == rounding_interval("101.4")  # it shows four digits
    assert rounding_interval("0.9", 3) == rounding_interval("0.9")


def test_text_that_is_no_number():
    with pytest.raises(ValueError, match=r"found 'n\.s\.'"):
        rounding_interval("n.s.")


def test_halves_are_printed_away_from_zero():
    assert [print_like(Fraction(n, 100), "0.0") for n in (25, 35, -25)] == ["0.3", "0.4", "-0.3"]
    assert print_like(0.02, "<0.001") == "0.020"
    assert print_like(0.3, ">0.05") == ">0.05"


@pytest.mark.parametrize(
    ("value", "printed", "verdict"),
    [
        (Fraction(2, 3), "0.667", REPRODUCED),
        ((0.66, 0.668), "0.667", CONSISTENT),
        (Fraction(2, 3), "0.666", EXPLAINED),  # cut off
        (Fraction("17.647"), "17.7", EXPLAINED),  # 17.65, then 17.7
        (Fraction(0), "0.001", EXPLAINED),  # a bound printed as a value
        (Fraction(2, 3), "0.665", INCONSISTENT),
        (Fraction(2, 3), "0.668", INCONSISTENT),
        (0.0004, "<0.001", REPRODUCED),
        (0.02, "<0.001", INCONSISTENT),
    ],
)
def test_verdicts(value, printed, verdict):
    assert judge(value, printed)[0] == verdict
