"""Second outlines against first ones: overlap, volume, and where the boundary moved."""

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

from helpers.errors import DataError
from helpers.synthetic.readers import reread, signed_distance
from helpers.synthetic.settings import Readers, SyntheticSettings

SETTINGS = SyntheticSettings()
SPACING = (5.0, 0.45, 0.45)  # z, y, x
SEEDS = range(10)


def scan(radius_mm, shape=(14, 150, 150), bone_from=None):
    """A ball of 60 HU in brain of 30 HU with noise, and its mask; bone where x is large."""
    grid = np.meshgrid(
        *(s * (np.arange(n) - n // 2) for s, n in zip(SPACING, shape, strict=True)), indexing="ij"
    )
    inside = np.sqrt(sum(axis**2 for axis in grid)) < radius_mm
    hu = 30 + 30 * inside + np.random.default_rng(1).normal(0, 4, shape)
    if bone_from is not None:
        hu[:, :, bone_from:] = 900
        inside[:, :, bone_from:] = False
    return as_image(inside.astype(np.uint8)), as_image(hu.astype(np.int16))


def as_image(array):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(SPACING[::-1])
    return image


def again(mask, image, reader, settings=SETTINGS, seeds=SEEDS):
    return [
        sitk.GetArrayFromImage(reread(mask, image, reader, "S001", settings, seed)) > 0
        for seed in seeds
    ]


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


@pytest.fixture(scope="module", params=[12.0, 22.0], ids=["7 ml", "45 ml"])
def reads(request):
    mask, image = scan(request.param)
    first = sitk.GetArrayFromImage(mask) > 0
    return first, {reader: again(mask, image, reader) for reader in ("A2", "B1")}


def test_reader_agrees_better_with_himself_than_with_another(reads):
    first, second = reads
    overlap = {name: np.median([dice(first, s) for s in masks]) for name, masks in second.items()}
    assert 0.985 > overlap["A2"] > overlap["B1"] > 0.80


def test_volumes_scatter_without_bias(reads):
    first, second = reads
    for masks in second.values():
        ratio = np.array([mask.sum() for mask in masks]) / first.sum()
        assert abs(ratio.mean() - 1) < 0.06 and 0.002 < ratio.std() < 0.2


def test_each_outline_is_one_piece_on_the_same_grid(reads):
    first, second = reads
    for mask in (*second["A2"], *second["B1"]):
        assert mask.shape == first.shape and ndimage.label(mask)[1] == 1


def test_boundary_moves_more_between_slices_than_within_one(reads):
    """Displacement of the new outline from the old one, in mm, measured slice by slice in 2-D."""
    first, second = reads
    means, within = [], []
    for mask in second["A2"]:
        for old, new in zip(first, mask, strict=True):
            if old.sum() < 500 or not new.any():
                continue
            far = ndimage.distance_transform_edt(~old) - ndimage.distance_transform_edt(old)
            moved = 0.45 * far[new & ~ndimage.binary_erosion(new)]
            means.append(moved.mean())
            within.append(moved.std())
    assert np.std(means) > 1.2 * np.mean(within) > 0.1


@pytest.mark.parametrize("reader", ["A2", "B1"])
def test_tiny_lesion_is_never_lost(reader):
    array = np.zeros((6, 40, 40), np.uint8)
    array[3, 20, 20] = 1
    image = as_image(np.full(array.shape, 40, np.int16))
    assert all(mask.any() for mask in again(as_image(array), image, reader, seeds=range(30)))


def test_bone_is_never_outlined():
    mask, image = scan(15.0, bone_from=95)
    bold = SETTINGS.model_copy(update={"readers": Readers(between_sd_mm=3.0)})
    bone = sitk.GetArrayFromImage(image) > 150
    for drawn in again(mask, image, "B1", bold):
        assert not (drawn & bone).any()


def test_no_displacement_gives_the_first_outline():
    mask, image = scan(15.0)
    sure = SETTINGS.model_copy(update={"readers": Readers(within_sd_mm=0, between_sd_mm=0)})
    first = sitk.GetArrayFromImage(mask) > 0
    assert all((drawn == first).all() for drawn in again(mask, image, "B1", sure, range(2)))


def test_patient_reader_and_seed_decide_the_outline():
    mask, image = scan(15.0)

    def draw(reader, patient, seed):
        return sitk.GetArrayFromImage(
            reread(mask, image, reader, patient, SETTINGS, seed)
        ).tobytes()

    asked = [("A2", "S1", 1), ("B1", "S1", 1), ("A2", "S2", 1), ("A2", "S1", 2)]
    drawn = [draw(*key) for key in asked]
    assert len(set(drawn)) == len(asked) and draw(*asked[0]) == drawn[0]


def test_signed_distance_vanishes_on_the_surface_of_a_ball():
    mask, _ = scan(20.0, shape=(9, 120, 120))
    inside = sitk.GetArrayFromImage(mask) > 0
    y, x = np.ogrid[-60:60, -60:60]
    exact = 20.0 - 0.45 * np.hypot(y, x)
    middle = signed_distance(inside, (100.0, 0.45, 0.45))[4]  # slices too far apart to matter
    near = np.abs(exact) < 8
    assert np.abs(middle - exact)[near].max() < 0.45


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reader": "C1"}, "reader is 'C1'; expected A2"),
        ({"mask": as_image(np.zeros((14, 150, 150), np.uint8))}, "S001: the mask is empty"),
        ({"mask": as_image(np.ones((3, 4, 5), np.uint8))}, r"\(5, 4, 3\).*expected the same grid"),
    ],
)
def test_wrong_input_is_refused(change, message):
    mask, image = scan(12.0)
    call = {"mask": mask, "image": image, "reader": "A2"} | change
    with pytest.raises(DataError, match=message):
        reread(**call, patient_id="S001", settings=SETTINGS, seed=1)
