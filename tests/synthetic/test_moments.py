"""Sums and sums of squares that are to be hit exactly, counted anew here."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.synthetic.moments import place, welch_targets


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(3, 15), min_size=2, max_size=80),
    st.integers(0, 2**32 - 1),
)
def test_place_reaches_the_sum_of_any_real_sample_within_bounds(sample, seed):
    rng = np.random.default_rng(seed)
    start = rng.normal(size=len(sample))
    squares = sum(x * x for x in sample)
    found = place(start, sum(sample), squares, 3, 15, rng).tolist()
    assert sum(found) == sum(sample)
    assert min(found) >= 3 and max(found) <= 15 and found == sorted(found)


@pytest.mark.parametrize("seed", range(20))
def test_place_reaches_sum_and_squares_of_a_sample(seed):
    rng = np.random.default_rng(seed)
    sample = rng.binomial(12, 0.7, 51) + 3
    found = place(rng.normal(size=51), int(sample.sum()), int(sample @ sample), 3, 15, rng)
    assert (found.sum(), found @ found) == (sample.sum(), sample @ sample)


def test_welch_targets_give_t_inside_the_rounding_intervals():
    n, mean, sd = (184, 51), (61.2, 60.2), (13.4, 16.7)
    sums, squares = welch_targets(n, mean, sd, 0.397, (0.05, 0.05), 0.05)
    means = [s / k for s, k in zip(sums, n, strict=True)]
    variances = [(q - s * s / k) / (k - 1) for q, s, k in zip(squares, sums, n, strict=True)]
    t = (means[0] - means[1]) / math.sqrt(sum(v / k for v, k in zip(variances, n, strict=True)))
    assert abs(t - 0.397) < 0.0005
    for found, printed in zip([*means, *map(math.sqrt, variances)], [*mean, *sd], strict=True):
        assert abs(found - printed) < 0.05


def test_welch_targets_refuse_a_t_that_the_means_exclude():
    with pytest.raises(ValueError, match="no means within"):
        welch_targets((184, 51), (99.8, 101.0), (19.8, 21.5), -0.435, (0.05, 0.05), 0.05)
