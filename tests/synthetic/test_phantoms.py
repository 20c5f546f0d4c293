"""Phantoms measured as one would measure a scan: volumes, densities, noise, places, signs."""

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from scipy import ndimage

from helpers.errors import DataError
from helpers.synthetic.case import simulate_case
from helpers.synthetic.settings import Effects, Scanners, SyntheticSettings

SETTINGS = SyntheticSettings()
SPACING = {"training": (0.45, 0.45, 5.0), "external": (0.45, 0.45, 4.8)}
BASAL = "basal ganglia or thalamus"
CASES = [  # location, volume in ml, cohort
    (BASAL, 0.6, "training"),
    (BASAL, 24.0, "external"),
    (BASAL, 130.0, "training"),
    ("lobar", 5.0, "external"),
    ("lobar", 75.0, "training"),
    ("brainstem", 1.3, "training"),
    ("brainstem", 14.0, "external"),
    ("cerebellum", 4.0, "training"),
    ("cerebellum", 39.0, "external"),
]


def patient(**changes):
    usual = {
        "patient_id": "S001",
        "cohort": "training",
        "expansion": 0,
        "age": 66,
        "baseline_volume_ml": 20.0,
        "location": BASAL,
        "ivh": 0,
        "sah": 0,
    }
    return pd.Series(usual | changes)


def arrays(*images):
    return [sitk.GetArrayFromImage(image) for image in images]


def noiseless(**changes):
    scanners = {
        name: getattr(SETTINGS.scanners, name).model_copy(update={"noise_hu": 0.0})
        for name in SPACING
    }
    return SETTINGS.model_copy(update={"scanners": Scanners(**scanners), **changes})


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]} {case[1]} ml")
def phantom(request):
    location, volume, cohort = request.param
    who = patient(location=location, baseline_volume_ml=volume, cohort=cohort)
    return who, *simulate_case(who, SETTINGS, 11)


def test_geometry_is_the_scanners(phantom):
    who, image, mask = phantom
    assert image.GetSpacing() == pytest.approx(SPACING[who["cohort"]])
    assert image.GetSize()[:2] == (512, 512)
    for read in (mask.GetSize, mask.GetSpacing, mask.GetOrigin, mask.GetDirection):
        assert read() == getattr(image, read.__name__)()
    assert (image.GetPixelID(), mask.GetPixelID()) == (sitk.sitkInt16, sitk.sitkUInt8)


def test_lesion_has_the_tables_volume_in_one_piece(phantom):
    who, image, mask = phantom
    voxel = np.prod(image.GetSpacing()) / 1000
    (lesion,) = arrays(mask)
    assert set(np.unique(lesion)) == {0, 1}
    assert abs(lesion.sum() * voxel - who["baseline_volume_ml"]) <= voxel
    assert ndimage.label(lesion)[1] == 1


def test_lesion_is_clotted_blood_inside_the_skull(phantom):
    _, image, mask = phantom
    hu, lesion = arrays(image, mask)
    inside = lesion > 0
    assert 45 < hu[inside].mean() < 70
    assert hu[inside].max() < 100  # no voxel that bone shares
    assert ndimage.gaussian_filter(hu.astype(float), (0, 2, 2))[inside].min() > 15
    rim = ndimage.binary_dilation(inside, iterations=12) & ~ndimage.binary_dilation(inside)
    tissue = rim & (hu > 0) & (hu < 60)
    assert hu[inside].mean() > hu[tissue].mean() + 12


def test_lesion_is_where_the_table_says(phantom):
    """Centre of the mask in mm: x left, y back, z up, from the middle of the head."""
    who, _, mask = phantom
    (lesion,) = arrays(mask)
    index = [float(axis.mean()) for axis in np.nonzero(lesion)[::-1]]
    x, y, z = mask.TransformContinuousIndexToPhysicalPoint(index)
    if who["location"] == "brainstem":
        assert abs(x) < 10 and 0 < y < 30 and -60 < z < -5
    elif who["location"] == "cerebellum":
        assert abs(x) > 5 and y > 25 and -65 < z < -15
    elif who["location"] == BASAL:
        assert 8 < abs(x) < 45 and abs(y) < 30 and abs(z) < 25
    else:
        assert z > -25 and abs(x) > 12 and np.hypot(np.hypot(x, y), z) > 35


def test_air_around_the_head_is_constant(phantom):
    hu = arrays(phantom[1])[0]
    frame = np.concatenate([hu[:, :30].ravel(), hu[:, -8:].ravel(), hu[:, :, :40].ravel()])
    assert set(np.unique(frame)) == {-1000}
    assert hu.min() >= -1024 and 700 < hu.max() < 2500


@pytest.fixture(scope="module")
def old():
    """An atrophic head with wide ventricles, with and without noise."""
    who = patient(age=85, location="cerebellum", baseline_volume_ml=5.0)
    return [arrays(*simulate_case(who, made, 3)) for made in (SETTINGS, noiseless())]


def test_densities_are_those_of_unenhanced_ct(old):
    hu = old[1][0]
    middle = hu[int(np.searchsorted(-62 + 5 * (np.arange(len(hu)) + 0.5), 12))]
    bone = ndimage.binary_fill_holes(middle > 300)
    inside = ndimage.binary_erosion(bone & (middle < 300), iterations=12)
    fluid = np.percentile(middle[inside], 1)
    white, grey = np.percentile(middle[inside], [30, 92])
    assert 4 < fluid < 15
    assert 22 < white < 30 and 33 < grey < 42


def test_noise_is_the_declared_one(old):
    noisy, clean = (made[0].astype(float) for made in old)
    upper = slice(16, 28)  # above the skull base, which adds noise
    soft = (clean > 15) & (clean < 60)
    noise = np.where(soft, noisy - clean, np.nan)[upper]
    assert np.nanstd(noise) == pytest.approx(4.0, rel=0.05)
    assert abs(np.nanmean(noise)) < 0.1
    variance = np.nanvar(noise)
    beside = np.nanmean(noise[:, :, 1:] * noise[:, :, :-1]) / variance
    across = np.nanmean(noise[1:] * noise[:-1]) / variance
    assert 0.4 < beside < 0.9 and abs(across) < 0.05


def test_external_scanner_is_noisier_and_blurrier():
    who = [patient(cohort=name, baseline_volume_ml=25.0) for name in SPACING]
    sharp, blunt = (arrays(*simulate_case(one, noiseless(), 5))[0] for one in who)
    steepest = [
        np.percentile(np.abs(np.diff(hu.astype(float), axis=2)), 99.9) for hu in (sharp, blunt)
    ]
    assert steepest[0] > 1.1 * steepest[1]


@pytest.mark.parametrize("sign", ["ivh", "sah"])
def test_blood_beside_the_lesion_is_there_when_the_table_says_so(sign):
    """Noise and anatomy are the same in both images: what differs is blood."""
    who = {"baseline_volume_ml": 30.0, "location": BASAL if sign == "ivh" else "lobar"}
    (dry, lesion), (wet, same) = (
        arrays(*simulate_case(patient(**who, **{sign: k}), SETTINGS, 8)) for k in (0, 1)
    )
    assert (lesion == same).all()
    more = wet.astype(float) - dry
    blood = more > 15
    assert blood.sum() * 0.45 * 0.45 * 5.0 / 1000 > 0.5  # ml
    assert 40 < np.median(wet[blood]) < 65
    assert np.median(dry[blood]) < 30
    assert more.min() > -15 and blood[lesion > 0].mean() < 0.02  # its faint edge at most


def test_same_seed_same_bytes_and_another_seed_another_head():
    first, again, other = (arrays(*simulate_case(patient(), SETTINGS, s)) for s in (4, 4, 5))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[0] != other[0]).mean() > 0.1 and (first[1] != other[1]).any()


def test_with_no_effects_the_outcome_changes_no_voxel():
    none = SETTINGS.model_copy(update={"effects": Effects().scaled(0)})
    for settings, same in ((none, True), (SETTINGS, False)):
        grown, stable = (arrays(*simulate_case(patient(expansion=k), settings, 6)) for k in (1, 0))
        assert all((a == b).all() for a, b in zip(grown, stable, strict=True)) == same


def test_impossible_lesions_are_refused_by_name():
    with pytest.raises(DataError, match=r"patient S001: location is 'pineal'; expected one of"):
        simulate_case(patient(location="pineal"), SETTINGS, 1)
    with pytest.raises(DataError, match=r"S001: baseline_volume_ml is 4000\.0.*Lower it"):
        simulate_case(patient(baseline_volume_ml=4000.0), SETTINGS, 1)
