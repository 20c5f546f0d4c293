import numpy as np
import pytest
import SimpleITK as sitk
from small_lesions import small_scan

from helpers.errors import DataError
from helpers.features.prepare import normalisation, normalise, prepare
from helpers.features.settings import ImagingSettings


@pytest.fixture
def scan():
    return small_scan()[0]


def values_of(image):
    return sitk.GetArrayFromImage(image)


def test_mean_and_sd_are_those_of_the_voxels_strictly_inside_the_window(scan):
    hu = values_of(scan).astype(float)
    found = normalisation(scan, ImagingSettings(window_hu=(10, 60)))
    inside = hu[(hu > 10) & (hu < 60)]
    assert (hu == 10).any() and (hu == 60).any()  # or the test would not see the ends
    assert found.mean == pytest.approx(inside.mean(), rel=1e-13)
    assert found.sd == pytest.approx(inside.std(ddof=1), rel=1e-12)
    assert (found.low, found.high) == (10, 60)


def test_single_pass_statistics_hold_for_fractions_far_from_zero():
    rng = np.random.default_rng(3)
    hu = (1e4 + rng.normal(0, 1e-2, (5, 30, 30))).astype(np.float32)
    found = normalisation(sitk.GetImageFromArray(hu), ImagingSettings(window_hu=(0, 20002)))
    assert found.mean == pytest.approx(hu.mean(dtype=float), rel=1e-14)
    assert found.sd == pytest.approx(hu.std(ddof=1, dtype=float), rel=1e-6)


def test_values_are_clipped_centred_and_scaled(scan):
    settings = ImagingSettings(window_hu=(-20, 120), scale=50)
    found = normalisation(scan, settings)
    expected = (np.clip(values_of(scan), -20, 120) - found.mean) / found.sd * 50
    prepared = prepare(scan, settings)
    np.testing.assert_allclose(values_of(prepared), expected, rtol=1e-13, atol=1e-12)
    assert prepared.GetSpacing() == scan.GetSpacing()
    assert prepared.GetOrigin() == scan.GetOrigin()
    assert prepared.GetPixelID() == sitk.sitkFloat64


def test_a_part_of_an_image_is_normalised_to_the_same_bits(scan):
    settings = ImagingSettings()
    part = np.s_[2:6, 5:30, 8:40]
    boxed = normalise(values_of(scan)[part], normalisation(scan, settings), settings.scale)
    assert np.array_equal(boxed, values_of(prepare(scan, settings))[part])


@pytest.mark.parametrize("kind", [sitk.sitkInt16, sitk.sitkFloat32])
def test_without_a_window_it_is_pyradiomics_own_normalisation(scan, kind):
    from radiomics.imageoperations import normalizeImage

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    scan = sitk.Cast(scan, kind)
    settings = ImagingSettings(window_hu=None, scale=30)
    expected = values_of(normalizeImage(scan, normalizeScale=30))
    assert np.array_equal(values_of(prepare(scan, settings)), expected)
    found = normalisation(scan, settings)
    assert np.array_equal(normalise(values_of(scan), found, 30), expected)


def test_outliers_are_removed_as_pyradiomics_does_it(scan):
    settings = ImagingSettings(window_hu=None, scale=10, extra={"removeOutliers": 1.0})
    assert np.abs(values_of(prepare(scan, settings))).max() == pytest.approx(10)


def test_without_normalisation_the_image_is_unchanged(scan):
    settings = ImagingSettings(normalize=False)
    assert prepare(scan, settings) is scan
    np.testing.assert_allclose(
        normalise(values_of(scan), normalisation(scan, settings), settings.scale), values_of(scan)
    )


@pytest.mark.parametrize("window", [(5000, 6000), (-1001, -999)])
def test_an_image_without_brain_in_the_window_is_refused(scan, window):
    with pytest.raises(DataError, match="window_hu"):
        prepare(scan, ImagingSettings(window_hu=window))
