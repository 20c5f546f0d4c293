"""Intervals of a binomial proportion."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

INTERVALS = {"wilson": "wilson", "clopper-pearson": "beta"}


def proportion_interval(
    count: ArrayLike, total: ArrayLike, confidence: float = 0.95, interval: str = "wilson"
) -> tuple[np.ndarray, np.ndarray]:
    r"""Confidence limits of `count / total`, which always lie around it and within [0, 1].

    Parameters
    ----------
    count, total : int or array
        total at least 1
    confidence : float
        of the interval
    interval : "wilson" or "clopper-pearson"
        score interval, or exact and never too narrow

    Returns
    -------
    low, high : arrays of the shape of `count`

    Raises
    ------
    ValueError
        for another kind of interval.

    Notes
    -----
    Wilson, with :math:`\hat p = x / n` and the normal quantile z:

    .. math::

        \left( \hat p + \frac{z^2}{2n} \pm z \sqrt{\frac{\hat p (1 - \hat p)}{n} +
        \frac{z^2}{4 n^2}} \right) \Big/ \left( 1 + \frac{z^2}{n} \right) .

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212.
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.

    Examples
    --------
    >>> [round(float(limit), 3) for limit in proportion_interval(42, 51)]
    [0.697, 0.904]
    """
    if interval not in INTERVALS:
        raise ValueError(f"interval is {interval!r}; expected {' or '.join(map(repr, INTERVALS))}")
    from statsmodels.stats.proportion import proportion_confint  # slow to import

    low, high = proportion_confint(count, total, 1 - confidence, INTERVALS[interval])
    # Rounding can leave a limit a hair inside the estimate at 0 and 1.
    share = np.asarray(count) / np.asarray(total)
    return np.clip(np.minimum(low, share), 0, 1), np.clip(np.maximum(high, share), 0, 1)
