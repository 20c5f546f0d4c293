"""Mutual information of features with a binary outcome and with each other, in nats."""

from __future__ import annotations

from typing import Protocol

import numpy as np

# Correlations beyond this (squared) count as equal to it: mutual information stays finite, about
# 13.8 nats, and copies of one feature tie.
LARGEST_R2 = 1 - 1e-12
# A feature that varies by less than this share of its size varies by rounding only.
_ROUNDING = 1e-12


class Information(Protocol):
    """What a selection needs to know of features.

    relevance : mutual information of each feature with the outcome, shape = (n_features,)
    usable : whether a feature varies at all, shape = (n_features,)
    """

    relevance: np.ndarray
    usable: np.ndarray

    def shared_with(self, feature: int) -> np.ndarray:
        """Mutual information of every feature with one of them, shape = (n_features,)."""


class GaussianInformation:
    r"""Mutual information from Pearson's correlation, :math:`-\frac{1}{2} \ln(1 - \rho^2)`.

    Exact for jointly normal variables; for the 0/1 outcome :math:`\rho` is the point-biserial
    correlation. :math:`\rho^2` is capped at :math:`1 - 10^{-12}`.

    Parameters
    ----------
    features : shape = (n_patients, n_features), finite
    outcome : 0/1, shape = (n_patients,)

    References
    ----------
    De Jay N et al. mRMRe: an R package for parallelized mRMR ensemble feature selection.
    Bioinformatics 2013;29:2365-2368.

    Examples
    --------
    >>> features = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    >>> found = GaussianInformation(features, [0, 0, 1])
    >>> found.relevance.round(3).tolist(), found.usable.tolist()
    ([0.693, 0.0], [True, False])
    """

    def __init__(self, features: np.ndarray, outcome: np.ndarray):
        """Standardise once; every correlation is a product afterwards."""
        size = np.abs(features).max(axis=0)
        self.usable = np.ptp(features, axis=0) > _ROUNDING * size
        # scaled by its size first, so that no square overflows
        scaled = features / np.where(size > 0, size, 1)
        self._z = _unit_length(scaled) * self.usable
        self.relevance = self._with(_unit_length(np.asarray(outcome, dtype=float)[:, None])[:, 0])

    def shared_with(self, feature: int) -> np.ndarray:
        """Mutual information of every feature with one of them, shape = (n_features,)."""
        return self._with(self._z[:, feature])

    def _with(self, z: np.ndarray) -> np.ndarray:
        return -0.5 * np.log1p(-np.minimum((z @ self._z) ** 2, LARGEST_R2))


class DiscretisedInformation:
    """Mutual information of features in three states: below, within and above mean ± SD.

    The SD has n − 1 in its denominator; a value on a border counts as within. Information is the
    plug-in estimate from the counts.

    Parameters
    ----------
    features : shape = (n_patients, n_features), finite
    outcome : 0/1, shape = (n_patients,)

    References
    ----------
    Peng H, Long F, Ding C. IEEE Trans Pattern Anal Mach Intell 2005;27:1226-1238.

    Examples
    --------
    >>> feature = np.array([[-9.0], [0.0], [0.0], [0.0], [0.0], [9.0]])
    >>> DiscretisedInformation(feature, [1, 0, 0, 0, 0, 1]).relevance.round(4).tolist()
    [0.6365]
    """

    def __init__(self, features: np.ndarray, outcome: np.ndarray):
        """Sort every value into its state."""
        mean = features.mean(axis=0)
        sd = features.std(axis=0, ddof=1)
        varies = np.ptp(features, axis=0) > _ROUNDING * np.abs(features).max(axis=0)
        below = (features < mean - sd) & varies
        above = (features > mean + sd) & varies
        self.usable = (below | above).any(axis=0)
        self._states = np.stack([below, ~(below | above), above]).astype(float)
        self._totals = self._states.sum(axis=1)
        outcome = np.asarray(outcome, dtype=float)
        self.relevance = self._with(np.stack([1 - outcome, outcome]))

    def shared_with(self, feature: int) -> np.ndarray:
        """Mutual information of every feature with one of them, shape = (n_features,)."""
        return self._with(self._states[:, :, feature])

    def _with(self, states: np.ndarray) -> np.ndarray:
        """Information with a variable given as indicators, shape = (n_states, n_patients)."""
        n = states.shape[1]
        joint = np.einsum("sn,tnp->stp", states, self._states, optimize=True)
        independent = states.sum(axis=1)[:, None, None] * self._totals[None] / n
        ratio = np.divide(joint, independent, out=np.ones_like(joint), where=joint > 0)
        # never below 0 but by rounding
        return np.maximum((joint * np.log(ratio)).sum(axis=(0, 1)) / n, 0.0)


INFORMATION = {"gaussian": GaussianInformation, "discretised": DiscretisedInformation}


def _unit_length(values: np.ndarray) -> np.ndarray:
    centred = values - values.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    return centred / np.where(length > 0, length, 1)
