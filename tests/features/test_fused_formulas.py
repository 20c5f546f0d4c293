"""Levels, first-order statistics and shape against numpy and pyradiomics."""

import numpy as np
import pytest
from fused_cases import SHAPES, draw_mask, place_image
from hypothesis import given, settings
from hypothesis import strategies as st
from radiomics.firstorder import RadiomicsFirstOrder
from radiomics.imageoperations import getBinEdges
from radiomics.shape import RadiomicsShape
from scipy.spatial.distance import pdist

from helpers.features.fused.firstorder import firstorder_features, order_statistics
from helpers.features.fused.levels import discretise
from helpers.features.fused.shape import diameters, mesh_vertices, shape_features

finite = st.floats(-1e4, 1e4, allow_nan=False, width=32)


@settings(max_examples=60, deadline=None)
@given(st.lists(finite, min_size=1, max_size=60), st.sampled_from([25.0, 7.3, 0.1]))
def test_levels_are_numpys_digitize_of_pyradiomics_edges(numbers, width):
    for kind in (np.float64, np.float32):
        values = np.array(numbers, kind)
        values[::3] = np.rint(values[::3] / 25) * 25  # on the edges
        found = discretise(values, width)
        expected = np.digitize(values, getBinEdges(values, binWidth=width))
        np.testing.assert_array_equal(found.value[found.rank], expected)
        np.testing.assert_array_equal(found.count, np.unique(expected, return_counts=True)[1])


@settings(max_examples=60, deadline=None)
@given(st.lists(finite, min_size=1, max_size=300))
def test_order_statistics_are_those_of_the_sorted_values(numbers):
    values = np.array(numbers, float)
    wanted = np.unique([0, len(values) // 3, len(values) - 1])
    np.testing.assert_array_equal(order_statistics(values, wanted), np.sort(values)[wanted])


@pytest.mark.parametrize("kind", ["noise", "flat", "two", "single precision"])
def test_first_order_features_are_pyradiomics(kind):
    rng = np.random.default_rng(3)
    values = rng.normal(50, 20, (6, 7, 8))
    if kind == "flat":
        values[:] = 13.1  # whose mean is not 13.1 in floating point
    elif kind == "two":
        values = np.where(values > 50, 50.0, 25.0)
    elif kind == "single precision":
        values = values.astype(np.float32)
    mask = draw_mask("ragged", values.shape, rng)
    asked = RadiomicsFirstOrder(
        place_image(values, (1, 2, 3)), place_image(mask, (1, 2, 3)), binWidth=25.0
    )
    expected = asked.execute()
    inside = values[mask != 0]
    found = firstorder_features(inside, discretise(inside, 25.0).count, 6.0)
    assert list(found) == list(expected)
    for name, value in found.items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-11, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 1.1, 5.0)])
@pytest.mark.parametrize("kind", [kind for kind in SHAPES if kind != "line"])
def test_shape_features_are_pyradiomics(kind, spacing):
    mask = draw_mask(kind, (8, 15, 14), np.random.default_rng(len(kind)))
    image = place_image(mask, spacing)
    expected = RadiomicsShape(image, image).execute()
    found = shape_features(mask, np.array(spacing[::-1]))
    assert list(found) == list(expected)
    for name, value in found.items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-11, err_msg=name)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.9))
def test_diameters_from_hulls_are_those_of_all_pairs(seed, share):
    rng = np.random.default_rng(seed)
    mask = np.pad((rng.random((4, 5, 6)) < share).astype(np.uint8), 1)
    mask[2, 2, 2] = 1
    spacing = rng.uniform(0.4, 5, 3)
    points = mesh_vertices(mask)
    place = points * spacing / 2
    expected = [
        max(pdist(place[points[:, axis] == k]).max(initial=0) for k in np.unique(points[:, axis]))
        for axis in range(3)
    ]
    np.testing.assert_allclose(
        diameters(mask, spacing), [*expected, pdist(place).max()], rtol=1e-12
    )
