"""Each texture kernel alone against pyradiomics' own C code."""

import numpy as np
import pytest
from fused_cases import SHAPES, draw_mask
from radiomics import cMatrices

from helpers.features.fused.levels import Levels
from helpers.features.fused.matrices import fill_matrices
from helpers.features.fused.roi import find_roi


def draw_levels(seed, kind, top=7, smooth=False):
    """Levels in a mask, as pyradiomics' C code and as the fused kernels take them."""
    rng = np.random.default_rng(seed)
    mask = draw_mask(kind, (7, 13, 12), rng)
    if kind == "scattered":
        mask[:2, :2, :2] = 1
    grey = rng.integers(1, top + 1, mask.shape)
    if smooth:
        grey = np.maximum(np.arange(12) // 3 + 1, grey // 3)
    roi = find_roi(mask)
    inside = grey[mask != 0]
    value, rank, count = np.unique(inside, return_inverse=True, return_counts=True)
    cut = tuple(slice(*ends) for ends in roi.bounds)
    arguments = np.ascontiguousarray(grey[cut]), np.ascontiguousarray(mask[cut] != 0)
    return Levels(value, rank.astype(np.int32), count), roi, arguments, int(value.max())


CASES = [(seed, kind, seed % 2 == 0) for seed, kind in enumerate(SHAPES)]


@pytest.mark.parametrize(("seed", "kind", "smooth"), CASES)
def test_matrices_are_those_of_pyradiomics(seed, kind, smooth):
    levels, roi, (grey, mask), top = draw_levels(seed, kind, smooth=smooth)
    ours = fill_matrices(levels, roi)
    present = levels.value - 1

    theirs, angles = cMatrices.calculate_glcm(grey, mask, np.array([1]), top, False, 0)
    theirs = theirs[0][np.ix_(present, present)]
    theirs = theirs + theirs.swapaxes(0, 1)
    order = _match(angles, roi)
    np.testing.assert_array_equal(
        ours.glcm + ours.glcm.swapaxes(1, 2), theirs.transpose(2, 0, 1)[order]
    )

    theirs, angles = cMatrices.calculate_glrlm(grey, mask, top, max(grey.shape), False, 0)
    order = _match(angles, roi)
    np.testing.assert_array_equal(ours.glrlm, theirs[0][present].transpose(2, 0, 1)[order])

    theirs = cMatrices.calculate_gldm(grey, mask, np.array([1]), top, 0, False, 0)
    width = ours.gldm.shape[1]  # theirs has room for twice the neighbours there can be
    np.testing.assert_array_equal(ours.gldm, theirs[0][present][:, :width])
    assert not theirs[0][:, width:].any()

    theirs = cMatrices.calculate_ngtdm(grey, mask, np.array([1]), top, False, 0)[0][present]
    np.testing.assert_array_equal(levels.count, theirs[:, 0])
    np.testing.assert_allclose(ours.ngtdm, theirs[:, 1], rtol=1e-13)

    theirs = cMatrices.calculate_glszm(grey, mask, top, int(mask.sum()), False, 0)[0][present]
    found = np.zeros(theirs.shape)
    np.add.at(found, (ours.zone_rank, ours.zone_size - 1), 1)
    np.testing.assert_array_equal(found, theirs)


def _match(angles, roi):
    """For each of our directions the column of the same line, whatever its sign."""
    row, plane = roi.frame[2], roi.frame[1] * roi.frame[2]
    theirs = np.abs(np.asarray(angles) @ np.array([plane, row, 1])).tolist()
    assert sorted(theirs) == sorted(roi.steps.tolist())
    return [theirs.index(step) for step in roi.steps.tolist()]


def test_two_voxels_on_a_line_with_a_gap_keep_their_direction():
    """pyradiomics drops a direction's runs only where no two voxels share a line."""
    mask = np.zeros((3, 3, 5), np.uint8)
    mask[0, 0, 0] = mask[0, 0, 4] = mask[2, 1, 2] = 1
    lined = find_roi(mask).lined
    theirs, angles = cMatrices.calculate_glrlm(mask.astype(int), mask != 0, 1, 5, False, 0)
    kept = theirs[0].sum(axis=(0, 1)) > 0
    assert kept[_match(angles, find_roi(mask))].tolist() == lined.tolist()
    assert 0 < lined.sum() < 13
