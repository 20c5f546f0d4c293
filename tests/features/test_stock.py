"""pyradiomics as this book calls it, against its own baselines and against the standard."""

import ast
import csv

import numpy as np
import pytest
import SimpleITK as sitk
from small_lesions import small_scan

from helpers.errors import DataError
from helpers.features import extract
from helpers.features.families import count_by_family, count_by_image
from helpers.features.grey_levels import count_grey_levels
from helpers.features.settings import ImagingSettings
from helpers.features.stock import extract_stock

CLASSES = ("shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
# The baseline of brain1's mesh is of pyradiomics 2.0; later versions place its triangles anew.
MESH = ("MeshVolume", "SurfaceArea", "SurfaceVolumeRatio", "Sphericity")
PASSED_ON = ("force2D", "weightingNorm", "resegmentRange", "resegmentMode", "voxelArrayShift")


def baselines(folder, kind):
    """Values of one class by case, and the settings of each case, as pyradiomics keeps them."""
    with (folder / f"baseline_{kind}.csv").open(encoding="utf-8") as file:
        rows = {row[0]: row[1:] for row in csv.reader(file)}
    for column, case in enumerate(rows["featureName"]):
        settings = ast.literal_eval(rows["diagnostics_Configuration_Settings"][column])
        values = {
            name: float(row[column])
            for name, row in rows.items()
            if name.startswith("original_") and row[column]
        }
        yield case, settings, values


def settings_of(theirs):
    """pyradiomics' settings of a baseline as a study has them."""
    extra = {name: theirs[name] for name in PASSED_ON if theirs.get(name) not in (None, False)}
    if theirs.get("binCount"):
        extra["binCount"] = theirs["binCount"]
    spacing = theirs.get("resampledPixelSpacing")
    return ImagingSettings(
        window_hu=None,
        normalize=theirs["normalize"],
        scale=theirs["normalizeScale"],
        spacing_mm=spacing[0] if spacing else None,
        bin_width=theirs.get("binWidth", 25),
        filters=["original"],
        extra=extra,
    )


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("who", ["brain1", "brain2", "breast1"])
def test_pyradiomics_own_baselines_on_real_images(shared_data, who, kind):
    folder = shared_data / "pyradiomics_reference"
    image = sitk.ReadImage(str(folder / f"{who}_image.nrrd"))
    mask = sitk.ReadImage(str(folder / f"{who}_label.nrrd"))
    compared = 0
    for case, theirs, expected in baselines(folder, kind):
        if case.split("_")[0] != who:
            continue
        found = extract_stock(image, mask, settings_of(theirs))
        for name, value in expected.items():
            old_mesh = case == "brain1" and name.endswith(MESH)
            near = pytest.approx(value, rel=1e-3 if old_mesh else 1e-9, abs=1e-12)
            assert found[name] == near, f"{case} {name}"
            compared += 1
    assert compared >= 28


# IBSI's tag: pyradiomics' name, where both define the same quantity
IBSI = {
    "morph_volume": "shape_MeshVolume",
    "morph_vol_approx": "shape_VoxelVolume",
    "morph_area_mesh": "shape_SurfaceArea",
    "morph_av": "shape_SurfaceVolumeRatio",
    "morph_sphericity": "shape_Sphericity",
    "morph_diam": "shape_Maximum3DDiameter",
    "morph_pca_maj_axis": "shape_MajorAxisLength",
    "morph_pca_min_axis": "shape_MinorAxisLength",
    "morph_pca_least_axis": "shape_LeastAxisLength",
    "morph_pca_elongation": "shape_Elongation",
    "morph_pca_flatness": "shape_Flatness",
    "stat_mean": "firstorder_Mean",
    "stat_var": "firstorder_Variance",
    "stat_skew": "firstorder_Skewness",
    "stat_median": "firstorder_Median",
    "stat_min": "firstorder_Minimum",
    "stat_p10": "firstorder_10Percentile",
    "stat_p90": "firstorder_90Percentile",
    "stat_max": "firstorder_Maximum",
    "stat_iqr": "firstorder_InterquartileRange",
    "stat_range": "firstorder_Range",
    "stat_mad": "firstorder_MeanAbsoluteDeviation",
    "stat_rmad": "firstorder_RobustMeanAbsoluteDeviation",
    "stat_energy": "firstorder_Energy",
    "stat_rms": "firstorder_RootMeanSquared",
    "ih_entropy": "firstorder_Entropy",
    "ih_uniformity": "firstorder_Uniformity",
    "cm_joint_max_3D_avg": "glcm_MaximumProbability",
    "cm_joint_avg_3D_avg": "glcm_JointAverage",
    "cm_joint_var_3D_avg": "glcm_SumSquares",
    "cm_joint_entr_3D_avg": "glcm_JointEntropy",
    "cm_diff_avg_3D_avg": "glcm_DifferenceAverage",
    "cm_diff_var_3D_avg": "glcm_DifferenceVariance",
    "cm_diff_entr_3D_avg": "glcm_DifferenceEntropy",
    "cm_sum_avg_3D_avg": "glcm_SumAverage",
    "cm_sum_entr_3D_avg": "glcm_SumEntropy",
    "cm_energy_3D_avg": "glcm_JointEnergy",
    "cm_contrast_3D_avg": "glcm_Contrast",
    "cm_inv_diff_3D_avg": "glcm_Id",
    "cm_inv_diff_norm_3D_avg": "glcm_Idn",
    "cm_inv_diff_mom_3D_avg": "glcm_Idm",
    "cm_inv_diff_mom_norm_3D_avg": "glcm_Idmn",
    "cm_inv_var_3D_avg": "glcm_InverseVariance",
    "cm_corr_3D_avg": "glcm_Correlation",
    "cm_auto_corr_3D_avg": "glcm_Autocorrelation",
    "cm_clust_tend_3D_avg": "glcm_ClusterTendency",
    "cm_clust_shade_3D_avg": "glcm_ClusterShade",
    "cm_clust_prom_3D_avg": "glcm_ClusterProminence",
    "cm_info_corr1_3D_avg": "glcm_Imc1",
    "cm_info_corr2_3D_avg": "glcm_Imc2",
    "rlm_sre_3D_avg": "glrlm_ShortRunEmphasis",
    "rlm_lre_3D_avg": "glrlm_LongRunEmphasis",
    "rlm_lgre_3D_avg": "glrlm_LowGrayLevelRunEmphasis",
    "rlm_hgre_3D_avg": "glrlm_HighGrayLevelRunEmphasis",
    "rlm_srlge_3D_avg": "glrlm_ShortRunLowGrayLevelEmphasis",
    "rlm_srhge_3D_avg": "glrlm_ShortRunHighGrayLevelEmphasis",
    "rlm_lrlge_3D_avg": "glrlm_LongRunLowGrayLevelEmphasis",
    "rlm_lrhge_3D_avg": "glrlm_LongRunHighGrayLevelEmphasis",
    "rlm_glnu_3D_avg": "glrlm_GrayLevelNonUniformity",
    "rlm_glnu_norm_3D_avg": "glrlm_GrayLevelNonUniformityNormalized",
    "rlm_rlnu_3D_avg": "glrlm_RunLengthNonUniformity",
    "rlm_rlnu_norm_3D_avg": "glrlm_RunLengthNonUniformityNormalized",
    "rlm_r_perc_3D_avg": "glrlm_RunPercentage",
    "rlm_gl_var_3D_avg": "glrlm_GrayLevelVariance",
    "rlm_rl_var_3D_avg": "glrlm_RunVariance",
    "rlm_rl_entr_3D_avg": "glrlm_RunEntropy",
    "szm_sze_3D": "glszm_SmallAreaEmphasis",
    "szm_lze_3D": "glszm_LargeAreaEmphasis",
    "szm_lgze_3D": "glszm_LowGrayLevelZoneEmphasis",
    "szm_hgze_3D": "glszm_HighGrayLevelZoneEmphasis",
    "szm_szlge_3D": "glszm_SmallAreaLowGrayLevelEmphasis",
    "szm_szhge_3D": "glszm_SmallAreaHighGrayLevelEmphasis",
    "szm_lzlge_3D": "glszm_LargeAreaLowGrayLevelEmphasis",
    "szm_lzhge_3D": "glszm_LargeAreaHighGrayLevelEmphasis",
    "szm_glnu_3D": "glszm_GrayLevelNonUniformity",
    "szm_glnu_norm_3D": "glszm_GrayLevelNonUniformityNormalized",
    "szm_zsnu_3D": "glszm_SizeZoneNonUniformity",
    "szm_zsnu_norm_3D": "glszm_SizeZoneNonUniformityNormalized",
    "szm_z_perc_3D": "glszm_ZonePercentage",
    "szm_gl_var_3D": "glszm_GrayLevelVariance",
    "szm_zs_var_3D": "glszm_ZoneVariance",
    "szm_zs_entr_3D": "glszm_ZoneEntropy",
    "ngt_coarseness_3D": "ngtdm_Coarseness",
    "ngt_contrast_3D": "ngtdm_Contrast",
    "ngt_busyness_3D": "ngtdm_Busyness",
    "ngt_complexity_3D": "ngtdm_Complexity",
    "ngt_strength_3D": "ngtdm_Strength",
    "ngl_lde_3D": "gldm_SmallDependenceEmphasis",
    "ngl_hde_3D": "gldm_LargeDependenceEmphasis",
    "ngl_lgce_3D": "gldm_LowGrayLevelEmphasis",
    "ngl_hgce_3D": "gldm_HighGrayLevelEmphasis",
    "ngl_ldlge_3D": "gldm_SmallDependenceLowGrayLevelEmphasis",
    "ngl_ldhge_3D": "gldm_SmallDependenceHighGrayLevelEmphasis",
    "ngl_hdlge_3D": "gldm_LargeDependenceLowGrayLevelEmphasis",
    "ngl_hdhge_3D": "gldm_LargeDependenceHighGrayLevelEmphasis",
    "ngl_glnu_3D": "gldm_GrayLevelNonUniformity",
    "ngl_dcnu_3D": "gldm_DependenceNonUniformity",
    "ngl_dcnu_norm_3D": "gldm_DependenceNonUniformityNormalized",
    "ngl_gl_var_3D": "gldm_GrayLevelVariance",
    "ngl_dc_var_3D": "gldm_DependenceVariance",
    "ngl_dc_entr_3D": "gldm_DependenceEntropy",
}


# IBSI divides the covariance of the voxels' places by n - 1, pyradiomics by n.
SAMPLE_COVARIANCE = ("morph_pca_maj_axis", "morph_pca_min_axis", "morph_pca_least_axis")


def test_the_ibsi_digital_phantom(shared_data):
    phantom = shared_data / "ibsi_digital_phantom" / "nifti"
    image = sitk.ReadImage(str(phantom / "image" / "phantom.nii.gz"))
    mask = sitk.Cast(sitk.ReadImage(str(phantom / "mask" / "mask.nii.gz")), sitk.sitkUInt8)
    settings = ImagingSettings(
        normalize=False, spacing_mm=None, bin_width=1, filters=["original"], window_hu=None
    )
    found = extract_stock(image, mask, settings)
    table = shared_data / "ibsi_reference_values" / "ibsi_1_dig_phantom.csv"
    with table.open(encoding="utf-8-sig") as file:
        consensus = {row["tag"]: row for row in csv.DictReader(file, delimiter=";")}
    voxels = int(sitk.GetArrayFromImage(mask).sum())
    outside = {}
    for tag, name in IBSI.items():
        printed, tolerance = consensus[tag]["reference value"], float(consensus[tag]["tolerance"])
        value = found[f"original_{name}"]
        if tag in SAMPLE_COVARIANCE:
            value *= np.sqrt(voxels / (voxels - 1))
        rounding = 0.5 * 10.0 ** -_decimals(printed)
        if abs(value - float(printed)) > tolerance + rounding * (1 + 1e-9):
            outside[tag] = (value, printed)
    assert not outside


def _decimals(printed: str) -> int:
    """Decimals of a number printed to three significant digits, negative left of the point."""
    value = abs(float(printed))
    return len(printed.split(".")[1]) if "." in printed else min(0, 2 - int(np.log10(value or 1)))


@pytest.fixture(scope="module")
def lesion():
    return small_scan(2)


def test_the_default_settings_give_the_papers_1688_features(lesion):
    values = extract(*lesion, ImagingSettings(engine="pyradiomics"))
    assert count_by_family(values.index)["n"].tolist() == [14, 18, 75, 1581, 1688]
    images = count_by_image(values.index)
    assert images["n"].tolist() == [14] + 18 * [93]
    assert values.index.is_unique
    assert np.isfinite(values).all()


def test_the_window_leaves_texture_alive_and_the_whole_image_does_not(lesion):
    air = count_grey_levels(*lesion, ImagingSettings(window_hu=None))
    brain = count_grey_levels(*lesion, ImagingSettings())
    assert air <= 3 < 8 <= brain


@pytest.mark.parametrize("spacing", [None, 2.0])
def test_grey_levels_are_the_bins_pyradiomics_fills(lesion, spacing):
    from radiomics import imageoperations

    from helpers.features.prepare import prepare

    settings = ImagingSettings(spacing_mm=spacing)
    image, mask = prepare(lesion[0], settings), sitk.Cast(lesion[1], sitk.sitkUInt32)
    if spacing:
        image, mask = imageoperations.resampleImage(
            image, mask, resampledPixelSpacing=[spacing] * 3, interpolator="sitkBSpline"
        )
    inside = sitk.GetArrayFromImage(mask) == 1
    binned, _ = imageoperations.binImage(sitk.GetArrayFromImage(image), inside, binWidth=25)
    assert count_grey_levels(*lesion, settings) == len(np.unique(binned[inside]))


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"binWidth": 10}, "decided by imaging.bin_width"),
        ({"label": 2}, "cannot be changed"),
        ({"force2d": True}, "force2d"),
        ({"padDistance": "wide"}, "padDistance"),
        ({"removeOutliers": 3}, "only where imaging.window_hu is null"),
    ],
)
def test_further_settings_are_checked_by_name(lesion, extra, message):
    settings = ImagingSettings(extra=extra, filters=["original"])
    with pytest.raises(DataError, match=message):
        extract_stock(*lesion, settings)


def test_further_settings_reach_pyradiomics(lesion):
    plain = extract_stock(*lesion, ImagingSettings(filters=["original"]))
    flat = extract_stock(*lesion, ImagingSettings(filters=["original"], extra={"force2D": True}))
    assert flat["original_glcm_Contrast"] != plain["original_glcm_Contrast"]


def test_a_mask_of_one_voxel_is_refused_as_pyradiomics_refuses_it(lesion):
    image, mask = lesion
    dot = sitk.Image(mask.GetSize(), sitk.sitkUInt8)
    dot.CopyInformation(mask)
    dot[20, 20, 4] = 1
    with pytest.raises(ValueError, match=r"1 segmented voxel|too few dimensions"):
        extract_stock(image, dot, ImagingSettings(filters=["original"], spacing_mm=None))


def test_what_the_fused_engine_does_not_cover_goes_to_pyradiomics_with_a_message(
    lesion, caplog, monkeypatch
):
    monkeypatch.setattr("helpers.features.lesion._told", set())  # said once a process
    settings = ImagingSettings(engine="fused", filters=["original"], extra={"force2D": True})
    values = extract(*lesion, settings)
    expected = extract_stock(*lesion, settings)
    assert values.equals(expected)
    assert "pyradiomics extracts instead" in caplog.text


def test_reading_a_study_loads_no_engine():
    import subprocess
    import sys

    code = (
        "import sys, helpers.study, helpers.features; "
        "print([m for m in ('radiomics', 'SimpleITK', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
