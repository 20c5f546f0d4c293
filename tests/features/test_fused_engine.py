"""Both engines on the same lesions: same names, order and values, same refusals."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from fused_cases import draw_values, place_image, random_case

from helpers.features import extract
from helpers.features.fused import extract_fused, unsupported
from helpers.features.settings import ImagingSettings
from helpers.features.stock import extract_stock

# pyradiomics' own, where a direction has no runs or a value is not defined
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "pyradiomics_reference"


def assert_equal_engines(image, mask, settings):
    expected = extract_stock(image, mask, settings)
    found = extract_fused(image, mask, settings)
    assert list(found.index) == list(expected.index)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)
    return expected


# among these are every shape but the line, every content, spacing and direction of fused_cases
@pytest.mark.parametrize("seed", [4, 11, 15, 25, 30, 38, 42, 49, 56, 73, 84, 85, 97, 114])
def test_random_lesions_have_the_same_values(seed):
    image, mask, settings, _ = random_case(seed)
    assert_equal_engines(image, mask, settings)


def test_all_images_of_a_lesion_have_the_same_values():
    image, mask = synthetic_case()
    assert len(assert_equal_engines(image, mask, ImagingSettings())) == 1688


def synthetic_case():
    """A bleeding of 6 ml in a head of 150 mm, 5 mm slices."""
    rng = np.random.default_rng(8)
    shape = (12, 150, 150)
    z, y, x = np.ogrid[-6:6, -75:75, -75:75]
    inside = (z / 2.2) ** 2 + ((y - 9) / 14) ** 2 + ((x + 12) / 17) ** 2 < 1
    hu = np.where(y**2 + x**2 < 70**2, draw_values("brain", shape, rng) // 4 + 25, -1000)
    hu = np.where(inside, hu + 32, hu).astype(np.int16)
    return [place_image(a, (1.0, 1.0, 5.0)) for a in (hu, inside.astype(np.uint8))]


@pytest.mark.parametrize("name", ["brain1", "breast1"])
def test_real_lesions_have_the_same_values(name):
    if not SHARED.is_dir():
        pytest.skip(f"no shared data at {SHARED}")
    image, mask = (sitk.ReadImage(SHARED / f"{name}_{kind}.nrrd") for kind in ("image", "label"))
    settings = ImagingSettings(window_hu=None, spacing_mm=2.0, filters=["original", "wavelet"])
    assert_equal_engines(image, mask, settings)


def empty(mask):
    return mask * 0


def one_voxel(mask):
    mask = mask * 0
    mask[5, 5, 5] = 1
    return mask


def other_label(mask):
    return mask * 2


@pytest.mark.parametrize("spoil", [empty, one_voxel, other_label])
def test_what_pyradiomics_refuses_is_refused_alike(spoil):
    image, mask, _, _ = random_case(0)
    mask = spoil(mask)
    messages = []
    for engine in (extract_stock, extract_fused):
        with pytest.raises(ValueError, match=r"mask|abel") as raised:
            engine(image, mask, ImagingSettings())
        messages.append(str(raised.value))
    assert messages[0] == messages[1]


def test_a_mask_on_another_grid_is_treated_as_pyradiomics_does():
    image, mask, _, _ = random_case(0)
    mask.SetOrigin(np.add(mask.GetOrigin(), 1e-4).tolist())
    assert_equal_engines(image, mask, ImagingSettings(filters=["original"]))


@pytest.mark.parametrize(
    ("name", "value"),
    [("force2D", True), ("resegmentRange", [-1.0, 1.0]), ("weightingNorm", "euclidean")],
)
def test_other_settings_go_to_pyradiomics(name, value, caplog):
    settings = ImagingSettings(engine="fused", filters=["original"], extra={name: value})
    assert name in unsupported(settings)
    image, mask, _, _ = random_case(0)
    found = extract(image, mask, settings)
    np.testing.assert_array_equal(found, extract_stock(image, mask, settings))


def test_default_values_of_extra_settings_stay_with_the_fused_engine():
    assert unsupported(ImagingSettings(extra={"force2D": False, "distances": [1]})) is None
