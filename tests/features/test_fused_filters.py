"""Resampling and filters, bit for bit, against ITK and PyWavelets as pyradiomics calls them."""

import numpy as np
import pytest
import SimpleITK as sitk
from fused_cases import DIRECTIONS, draw_mask, draw_values, place_image
from radiomics import imageoperations

from helpers.features.fused.grid import scan_lines, target_grid
from helpers.features.fused.lesion import load_box
from helpers.features.fused.log import fits, log_image
from helpers.features.fused.moments import find_normalisation, lesion_box
from helpers.features.fused.pointwise import transform
from helpers.features.fused.resample import nearest, spline_coefficients
from helpers.features.fused.wavelet import wavelet_images
from helpers.features.prepare import normalisation, prepare
from helpers.features.settings import ImagingSettings

SIZES = [(16, 21, 18), (7, 12, 13), (5, 6, 31)]


def draw_volume(shape, spacing=(1.0, 1.0, 1.0)):
    """Noise with a flat patch, where only the order of the sums decides."""
    volume = np.random.default_rng(sum(shape)).normal(0, 100, shape)
    volume[:2, :5, :4] = 3.3
    return volume, place_image(volume, spacing)


def everything(shape):
    return np.array([(0, n) for n in shape])


@pytest.mark.parametrize("shape", SIZES)
def test_spline_coefficients_are_itks(shape):
    volume, image = draw_volume(shape)
    decompose = sitk.BSplineDecompositionImageFilter()
    decompose.SetSplineOrder(3)
    expected = sitk.GetArrayFromImage(decompose.Execute(image))
    high = np.array(shape[::-1])
    found = spline_coefficients(volume, np.zeros(3, np.int64), high)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("direction", range(len(DIRECTIONS)))
@pytest.mark.parametrize("spacing", [(0.45, 0.45, 5.0), (0.5, 0.5, 1.5), (2.0, 1.3, 2.5)])
def test_resampled_box_is_that_of_pyradiomics(direction, spacing):
    rng = np.random.default_rng(direction)
    shape = (9, 40, 37)
    origin = rng.uniform(-200, 200, 3)
    image, mask = (
        place_image(array, spacing, DIRECTIONS[direction], origin)
        for array in (draw_values("brain", shape, rng), draw_mask("border", shape, rng))
    )
    settings = ImagingSettings()
    found = load_box(image, mask, settings)
    volume, lesion = imageoperations.resampleImage(
        prepare(image, settings),
        mask,
        resampledPixelSpacing=[1, 1, 1],
        interpolator="sitkBSpline",
        padDistance=5,
    )
    np.testing.assert_array_equal(found.mask, sitk.GetArrayFromImage(lesion))
    np.testing.assert_array_equal(found.volume, sitk.GetArrayFromImage(volume))


def test_a_box_with_margin_serves_for_the_whole_image():
    rng = np.random.default_rng(4)
    shape = (6, 230, 240)
    array = np.zeros(shape, np.uint8)
    array[2:4, 110:120, 100:115] = 1
    image, mask = (
        place_image(a, (0.45, 0.45, 5.0)) for a in (draw_values("noise", shape, rng), array)
    )
    found = load_box(image, mask, ImagingSettings()).volume
    whole, _ = imageoperations.resampleImage(
        prepare(image, ImagingSettings()),
        mask,
        resampledPixelSpacing=[1, 1, 1],
        interpolator="sitkBSpline",
        padDistance=5,
    )
    expected = sitk.GetArrayFromImage(whole)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14 * np.abs(expected).max())


def test_halves_are_rounded_to_the_voxel_that_itk_takes():
    """From 0.5 to 1 mm every new voxel lies between two old ones."""
    rng = np.random.default_rng(5)
    array = (rng.random((8, 30, 30)) < 0.5).astype(np.uint8)
    mask = place_image(array, (0.5, 0.5, 0.5), origin=(-107.3, 33.1, 0.7))
    box = lesion_box(array)
    grid = target_grid(mask, box, 1.0, 5)
    lines = scan_lines(mask, grid)
    cut = array[tuple(slice(a, b + 1) for a, b in zip(box.low[::-1], box.high[::-1], strict=True))]
    size = np.array(mask.GetSize())
    found = nearest(np.ascontiguousarray(cut), box.low, size, *lines, grid.size[0])
    resample = sitk.ResampleImageFilter()
    resample.SetInterpolator(sitk.sitkNearestNeighbor)
    resample.SetSize(grid.size)
    for name in ("Origin", "Spacing", "Direction"):
        getattr(resample, f"SetOutput{name}")(getattr(grid.frame, f"Get{name}")())
    np.testing.assert_array_equal(found, sitk.GetArrayFromImage(resample.Execute(mask)))


@pytest.mark.parametrize("shape", [*SIZES, (4, 4, 4)])
@pytest.mark.parametrize("wavelet", ["coif1", "haar", "db3"])
def test_wavelet_images_are_pywavelets(shape, wavelet):
    volume, image = draw_volume(shape)
    expected = {
        name: sitk.GetArrayFromImage(band)
        for band, name, _ in imageoperations.getWaveletImage(image, None, wavelet=wavelet)
    }
    found = {f"wavelet-{k}": band for k, band in wavelet_images(volume, wavelet, everything(shape))}
    assert list(found) == list(expected)
    for name, band in found.items():
        np.testing.assert_array_equal(band, expected[name], err_msg=name)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.8, 0.9, 5.0)])
@pytest.mark.parametrize("shape", [*SIZES, (3, 20, 20)])
def test_log_images_are_itks(shape, spacing):
    volume, image = draw_volume(shape, spacing)
    steps = np.array(spacing[::-1])
    box = np.array([(n // 4, n - n // 4) for n in shape])
    for sigma in (1.0, 2.5, 5.0):
        expected = list(imageoperations.getLoGImage(image, None, sigma=[sigma]))
        assert fits(shape, steps, sigma) == bool(expected)
        if expected:
            whole = sitk.GetArrayFromImage(expected[0][0])
            inside = whole[tuple(slice(*ends) for ends in box)]
            np.testing.assert_array_equal(log_image(volume, steps, sigma, box), inside)


@pytest.mark.parametrize("name", ["Square", "SquareRoot", "Logarithm", "Exponential"])
def test_pointwise_filters_are_pyradiomics(name):
    volume, image = draw_volume((8, 20, 20))
    expected = next(getattr(imageoperations, f"get{name}Image")(image, None))[0]
    found = transform(name.lower(), volume.ravel(), np.abs(volume).max())
    np.testing.assert_array_equal(found, sitk.GetArrayFromImage(expected).ravel())


@pytest.mark.parametrize("window", [(-20.0, 120.0), (0.0, 81.0), (-20.5, 120.0), None])
def test_one_pass_over_the_scan_normalises_as_prepare_does(window):
    values = draw_values("noise", (6, 50, 47), np.random.default_rng(1))
    settings = ImagingSettings(window_hu=window)
    image = place_image(values, (1, 1, 1))
    assert find_normalisation(image, settings) == normalisation(image, settings)


def test_lesion_box_ignores_other_labels():
    mask = np.zeros((4, 6, 8), np.uint8)
    mask[1, 2:5, 3] = 1
    mask[3, 5, 7] = 2
    box = lesion_box(mask)
    assert (box.low.tolist(), box.high.tolist()) == ([3, 2, 1], [3, 4, 1])
    assert lesion_box(np.zeros((2, 2, 2), np.uint8)) is None
