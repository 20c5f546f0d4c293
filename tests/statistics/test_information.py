"""Mutual information against scikit-learn, closed forms and properties."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from helpers.statistics.information import DiscretisedInformation, GaussianInformation


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(80, 12)) @ rng.normal(size=(12, 12))
    return features, (rng.random(80) < 0.3).astype(float)


def test_gaussian_information_is_that_of_the_correlation(data):
    features, outcome = data
    found = GaussianInformation(features, outcome)
    together = np.corrcoef(features.T, outcome)
    expected = -0.5 * np.log(1 - together**2 + np.eye(13))
    np.testing.assert_allclose(found.relevance, expected[-1, :-1], rtol=1e-10)
    for feature in range(12):
        others = np.arange(12) != feature
        np.testing.assert_allclose(
            found.shared_with(feature)[others], expected[feature, :-1][others], rtol=1e-10
        )


def test_discretised_information_is_scikit_learns(data):
    features, outcome = data
    mean, sd = features.mean(axis=0), features.std(axis=0, ddof=1)
    states = np.where(features < mean - sd, -1, np.where(features > mean + sd, 1, 0))
    found = DiscretisedInformation(features, outcome)
    for feature in range(12):
        assert found.relevance[feature] == pytest.approx(
            mutual_info_score(outcome, states[:, feature]), abs=1e-12
        )
        shared = found.shared_with(feature)
        for other in range(12):
            assert shared[other] == pytest.approx(
                mutual_info_score(states[:, feature], states[:, other]), abs=1e-12
            )


@pytest.mark.parametrize("kind", [GaussianInformation, DiscretisedInformation])
def test_copies_and_mirrors_tie_and_stay_finite(data, kind):
    features, outcome = data
    copies = np.column_stack([features[:, 0], 3 * features[:, 0] - 5, -features[:, 0]])
    found = kind(copies, outcome)
    np.testing.assert_allclose(found.relevance, found.relevance[0], rtol=1e-10)
    shared = found.shared_with(0)
    assert np.isfinite(shared).all()
    np.testing.assert_allclose(shared, shared[0], rtol=1e-10)


@pytest.mark.parametrize("kind", [GaussianInformation, DiscretisedInformation])
def test_a_constant_shares_nothing_and_is_not_usable(data, kind):
    features, outcome = data
    features = np.column_stack([features, np.full(80, 0.1), np.zeros(80)])
    features[3, 12] = 0.1 + 1e-17
    found = kind(features, outcome)
    assert found.usable.tolist() == [True] * 12 + [False] * 2
    assert (found.relevance[12:] == 0).all()
    assert (found.shared_with(12) == 0).all()
    assert (found.shared_with(0)[12:] == 0).all()


def test_large_numbers_do_not_overflow(data):
    features, outcome = data
    np.testing.assert_allclose(
        GaussianInformation(features * 1e200, outcome).relevance,
        GaussianInformation(features, outcome).relevance,
        rtol=1e-9,
    )
