import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage
from small_lesions import small_scan

from helpers.features.perturbation import Perturbation, Perturber, perturb
from helpers.imaging.geometry import dice, volume_ml
from helpers.settings import PerturbationSettings

AMPLITUDES = (
    "growth_mm",
    "boundary_mm",
    "slice_mm",
    "rotation_deg",
    "translation_mm",
    "noise_hu",
)
STILL = {name: 0.0 for name in AMPLITUDES}
CT = {"shape": (10, 140, 140), "spacing": (0.45, 0.45, 5.0), "radius_mm": 13.0}


def settings_of(**amplitudes):
    return PerturbationSettings(**(STILL | amplitudes))


def draw(settings, number=1, patient="P1", seed=5, lesion=None):
    image, mask = lesion or small_scan(**CT)
    return perturb(image, mask, Perturbation(patient, number, seed, settings))


def growth_of(settings, number):
    """The growth in mm that a read draws, its first draw for the contour."""
    contour = Perturbation("P1", number, 5, settings).generators()[1]
    return settings.growth_mm * float(np.clip(contour.standard_normal(), -3, 3))


def values_of(image):
    return sitk.GetArrayFromImage(image)


@pytest.fixture(scope="module")
def lesion():
    return small_scan(**CT)


@pytest.fixture(scope="module")
def reads(lesion):
    settings = PerturbationSettings()
    perturber = Perturber(*lesion, settings)
    return [perturber.perturb(Perturbation("P1", n, 5, settings)) for n in range(1, 21)]


def test_without_amplitudes_nothing_changes(lesion):
    image, mask = draw(settings_of(), lesion=lesion)
    for before, after in zip(lesion, (image, mask), strict=True):
        assert np.array_equal(values_of(before), values_of(after))
        assert before.GetPixelID() == after.GetPixelID()
        assert before.GetOrigin() == after.GetOrigin()
        assert before.GetSpacing() == after.GetSpacing()


def test_the_same_patient_number_and_seed_give_the_same_bits(lesion):
    settings = PerturbationSettings()
    first, second = (draw(settings, lesion=lesion) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(values_of(one), values_of(other))


@pytest.mark.parametrize("other", [{"number": 2}, {"patient": "P2"}, {"seed": 6}])
def test_another_patient_number_or_seed_gives_another_read(lesion, other):
    settings = PerturbationSettings()
    first, second = draw(settings, lesion=lesion), draw(settings, lesion=lesion, **other)
    for one, another in zip(first, second, strict=True):
        assert not np.array_equal(values_of(one), values_of(another))


def test_one_lesion_perturbed_twice_in_a_row_is_not_perturbed_further(lesion):
    settings = PerturbationSettings()
    perturber = Perturber(*lesion, settings)
    perturber.perturb(Perturbation("P1", 1, 5, settings))
    later = perturber.perturb(Perturbation("P1", 2, 5, settings))
    for one, other in zip(later, draw(settings, 2, lesion=lesion), strict=True):
        assert np.array_equal(values_of(one), values_of(other))


def test_reads_agree_about_as_well_as_readers_do(lesion, reads):
    agreement = np.array([dice(lesion[1], mask) for _, mask in reads])
    assert 0.88 < np.median(agreement) < 0.97
    assert agreement.min() > 0.75
    assert agreement.max() < 1


def test_volumes_scatter_about_the_first_one_and_stay_bounded(lesion, reads):
    volume = volume_ml(lesion[1])
    ratio = np.array([volume_ml(mask) for _, mask in reads]) / volume
    assert ratio.min() > 0.6 and ratio.max() < 1.6
    assert (ratio < 1).any() and (ratio > 1).any()
    assert abs(ratio.mean() - 1) < 3 * ratio.std() / np.sqrt(len(ratio)) + 0.03
    assert ratio.std() > 0.01


def test_growth_adds_a_shell_of_the_drawn_thickness(lesion):
    """Against morphology: the mask dilated or eroded by the drawn distance."""
    _, mask = lesion
    settings = settings_of(growth_mm=1.0)
    spacing = np.array(mask.GetSpacing()[::-1])
    inside = values_of(mask) > 0
    for number in range(1, 6):
        growth = growth_of(settings, number)
        grown = values_of(draw(settings, number, lesion=lesion)[1]) > 0
        beyond = ndimage.distance_transform_edt(~inside, sampling=spacing)
        within = ndimage.distance_transform_edt(inside, sampling=spacing)
        step = spacing.min()
        if growth > 0:
            assert grown[inside].all()
            assert not grown[beyond > growth + step].any()
            assert grown[(beyond < growth - step) & (beyond > 0)].all()
        else:
            assert not grown[~inside].any()
            assert grown[within > -growth + spacing.max() / 2 + step].all()
            assert not grown[(within < -growth - step) & inside].any()


def test_moving_is_a_cubic_spline_and_a_linear_interpolation_in_three_dimensions(lesion):
    settings = settings_of(rotation_deg=8.0, translation_mm=2.0)
    perturber = Perturber(*lesion, settings)
    perturbation = Perturbation("P1", 3, 5, settings)
    hu, level = perturber._moved(perturbation.generators()[0])
    place = perturbation.generators()[0]
    angle = np.deg2rad(8.0) * place.standard_normal()
    shift = 2.0 * place.standard_normal(3)
    turn = np.array(
        [
            [1, 0, 0],
            [0, np.cos(angle), -np.sin(angle)],
            [0, np.sin(angle), np.cos(angle)],
        ]
    )
    spacing, centre = perturber._spacing, perturber._centre
    matrix = np.diag(1 / spacing) @ turn @ np.diag(spacing)
    offset = centre - matrix @ centre + shift / spacing
    for found, start, order in ((hu, perturber._hu, 3), (level, perturber._level, 1)):
        expected = ndimage.affine_transform(start, matrix, offset, order=order, mode="mirror")
        np.testing.assert_allclose(found, expected, atol=1e-8)


def test_translation_moves_the_lesion_by_the_drawn_distance_and_keeps_its_volume(lesion):
    settings = settings_of(translation_mm=1.5)
    _, moved = draw(settings, lesion=lesion)
    place = Perturbation("P1", 1, 5, settings).generators()[0]
    place.standard_normal()
    shift = 1.5 * place.standard_normal(3)
    spacing = np.array(moved.GetSpacing()[::-1])
    centres = [np.array(ndimage.center_of_mass(values_of(m))) for m in (lesion[1], moved)]
    apart = (centres[1] - centres[0]) * spacing
    np.testing.assert_allclose(apart[1:], -shift[1:], atol=0.2)
    assert volume_ml(moved) == pytest.approx(volume_ml(lesion[1]), rel=0.05)


def test_noise_has_the_asked_sd_near_the_lesion_and_leaves_the_rest(lesion):
    image, mask = lesion
    noisy, same = draw(settings_of(noise_hu=3.0), lesion=lesion)
    assert np.array_equal(values_of(mask), values_of(same))
    added = values_of(noisy).astype(float) - values_of(image)
    inside = values_of(mask) > 0
    assert added[inside].std() == pytest.approx(np.sqrt(9 + 1 / 12), rel=0.05)  # whole HU
    assert abs(added[inside].mean()) < 0.2
    box = Perturber(image, mask, PerturbationSettings()).box
    added[box] = 0
    assert box[1] != slice(0, added.shape[1])
    assert not added.any()


def test_neither_air_nor_bone_is_added(lesion):
    image, mask = lesion
    hu = values_of(image)
    hu[(values_of(mask) == 0) & (np.indices(hu.shape)[2] > 70)] = 900
    walled = sitk.GetImageFromArray(hu)
    walled.CopyInformation(image)
    settings = settings_of(growth_mm=2.0)
    number = next(n for n in range(1, 20) if growth_of(settings, n) > 1)
    _, grown = draw(settings, number, lesion=(walled, mask))
    _, free = draw(settings, number, lesion=(image, mask))
    added = (values_of(grown) > 0) & (values_of(mask) == 0)
    assert not added[hu == 900].any()
    assert volume_ml(free) > volume_ml(grown)


@pytest.mark.parametrize("radius_mm", [1.0, 2.5])
def test_a_tiny_lesion_never_vanishes(radius_mm):
    lesion = small_scan(shape=(6, 40, 40), spacing=(0.45, 0.45, 5.0), radius_mm=radius_mm)
    if not values_of(lesion[1]).any():
        labels = values_of(lesion[1])
        labels[3, 20, 20] = 1
        mask = sitk.GetImageFromArray(labels)
        mask.CopyInformation(lesion[1])
        lesion = lesion[0], mask
    settings = PerturbationSettings(growth_mm=3.0, boundary_mm=2.0, slice_mm=2.0)
    sizes = [values_of(draw(settings, n, lesion=lesion)[1]).sum() for n in range(1, 30)]
    assert min(sizes) >= 1


def test_a_lesion_at_the_border_of_the_scan_can_be_perturbed():
    image, mask = small_scan(**CT)
    labels = values_of(mask)
    labels[:2, :20, :20] = 1
    labels[-1] = 0
    border = sitk.GetImageFromArray(labels)
    border.CopyInformation(mask)
    _, moved = draw(PerturbationSettings(), lesion=(image, border))
    assert moved.GetSize() == mask.GetSize()
    assert values_of(moved).any()


def test_the_displacement_field_has_unit_variance_and_persists_over_its_length():
    from helpers.features.perturbation import _smooth_field

    spacing = np.array([2.0, 1.0, 1.0])
    fields = np.array(
        [_smooth_field(np.random.default_rng(n), (6, 24, 24), spacing, 4.0) for n in range(300)]
    )
    assert fields.std() == pytest.approx(1, rel=0.05)
    assert abs(fields.mean()) < 0.05
    near = np.mean(fields[:, 3, 12, 10] * fields[:, 3, 12, 12])
    far = np.mean(fields[:, 3, 12, 2] * fields[:, 3, 12, 22])
    assert near > 0.8
    assert abs(far) < 0.2


def test_single_precision_images_are_not_rounded(lesion):
    image, mask = lesion
    smooth = sitk.Cast(image, sitk.sitkFloat32) + 0.25
    noisy, _ = draw(settings_of(noise_hu=1.0), lesion=(smooth, mask))
    inside = values_of(mask) > 0
    assert noisy.GetPixelID() == sitk.sitkFloat32
    assert len(np.unique(values_of(noisy)[inside] % 1)) > 100
