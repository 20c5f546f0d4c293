"""Values on a grid whose mean, SD and Welch t are the printed ones.

A printed mean or SD is an interval, a printed t a narrower one. Ages and scores are integers, so
a mean is a multiple of 1/n and not every mean in the interval can occur. Two steps reconcile
them. `welch_targets` looks through all pairs of integer sums inside the printed means and takes
the pair that needs the smallest departure of means and SDs from the printed centres to give the
printed t; the sums of squares then follow. `place` starts from the quantiles of a plausible
distribution and moves single values by one unit, up here and down there, until sum and sum of
squares are those integers, never leaving the bounds.
"""

from __future__ import annotations

import numpy as np

INSIDE = 0.9  # fraction of a rounding interval that is used, to stay clear of its ends


def welch_targets(
    n: tuple[int, int],
    mean: tuple[float, float],
    sd: tuple[float, float],
    t: float,
    mean_half_width: tuple[float, float],
    sd_half_width: float,
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Integer sums and sums of squares of two groups, in grid units, that give a printed t.

    Parameters
    ----------
    n : group sizes
    mean, sd : printed means and SDs, in grid units
    t : printed Welch statistic, first group minus second
    mean_half_width, sd_half_width : half the rounding interval, in grid units

    Returns
    -------
    sums, sums of squares : two pairs of integers

    Raises
    ------
    ValueError
        when no pair of integer sums inside the intervals reaches t
    """
    sums = [
        np.arange(np.ceil(size * (m - INSIDE * h)), np.floor(size * (m + INSIDE * h)) + 1)
        for size, m, h in zip(n, mean, mean_half_width, strict=True)
    ]
    a, b = np.meshgrid(*sums, indexing="ij")
    difference = a / n[0] - b / n[1]
    ratio = difference / t / np.hypot(sd[0] / n[0] ** 0.5, sd[1] / n[1] ** 0.5)
    departure = np.maximum(*sd) * np.abs(ratio - 1) / sd_half_width
    cost = departure**2
    for total, size, m, h in zip((a, b), n, mean, mean_half_width, strict=True):
        cost += ((total / size - m) / h) ** 2
    cost[departure > INSIDE / 2] = np.inf
    best = np.unravel_index(np.argmin(cost), cost.shape)
    if not np.isfinite(cost[best]):
        raise ValueError(f"no means within {mean_half_width} of {mean} give t = {t}")
    total = (int(a[best]), int(b[best]))
    second = squares_for(n[1], total[1], sd[1] * ratio[best])
    variance = (second - total[1] ** 2 / n[1]) / (n[1] - 1)
    first_sd = np.sqrt(n[0] * ((difference[best] / t) ** 2 - variance / n[1]))
    return total, (squares_for(n[0], total[0], first_sd), second)


def squares_for(n: int, total: int, sd: float) -> int:
    """Sum of squares of n integers with this sum and SD: the nearest of the sum's parity."""
    exact = (n - 1) * sd**2 + total**2 / n
    return total + 2 * round((exact - total) / 2)


def place(
    start: np.ndarray, total: int, squares: int, low: int, high: int, rng: np.random.Generator
) -> np.ndarray:
    """Integers in [low, high] near `start` with a given sum and sum of squares.

    Parameters
    ----------
    start : array, shape = (n,), of any location and scale
    total, squares : sum and sum of squares to reach; in groups too small for both to be
        reachable, the sum comes first and the squares as near as single moves bring them
    low, high : bounds of every value, in grid units

    Returns
    -------
    integer array, shape = (n,), in increasing order
    """
    n = len(start)
    total = min(max(total, n * low), n * high)
    sd = np.sqrt(max(squares - total**2 / n, 0) / max(n - 1, 1))
    values = _shift_to(_stretch(np.sort(start), total / n, sd, low, high), total, low, high, rng)
    gap = squares - int(values @ values)
    while gap:
        # one up at i and one down at j changes the squares by 2 (x_i - x_j) + 2
        change = 2 * (values[:, None] - values[None, :]) + 2
        left = np.abs(gap - change) + rng.uniform(0, 0.5, (n, n))
        left[values >= high, :] = np.inf
        left[:, values <= low] = np.inf
        np.fill_diagonal(left, np.inf)
        up, down = np.unravel_index(np.argmin(left), left.shape)
        if left[up, down] >= abs(gap):
            break
        gap -= int(change[up, down])
        values[up] += 1
        values[down] -= 1
    return np.sort(values)


def _stretch(start: np.ndarray, mean: float, sd: float, low: int, high: int) -> np.ndarray:
    """`start` moved and scaled so that, rounded and clipped, it has about this mean and SD."""
    spread = start.std()
    shape = (start - start.mean()) / spread if spread else np.zeros(len(start))
    shift, scale = mean, sd
    best, least = None, np.inf
    for _ in range(200):
        values = np.clip(np.rint(shift + scale * shape), low, high)
        now = values.std(ddof=1) if len(values) > 1 else 0.0
        error = abs(values.mean() - mean) + abs(now - sd)
        if error < least:
            best, least = values.astype(np.int64), error
        shift += 0.5 * (mean - values.mean())
        scale *= np.sqrt(sd / now) if now else 1.0
    return best


def _shift_to(
    values: np.ndarray, total: int, low: int, high: int, rng: np.random.Generator
) -> np.ndarray:
    """Values moved by single units, at random places, until their sum is `total`."""
    values = values.copy()
    while gap := total - int(values.sum()):
        step = 1 if gap > 0 else -1
        free = np.flatnonzero((values < high) if gap > 0 else (values > low))
        values[rng.permutation(free)[: abs(gap)]] += step
    return values
