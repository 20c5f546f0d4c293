import pytest

from helpers.features.families import (
    count_by_family,
    count_by_image,
    family,
    feature_class,
    image_of,
)


@pytest.mark.parametrize(
    ("name", "image", "kind", "of"),
    [
        ("original_shape_Sphericity", "original", "shape", "shape"),
        ("original_shape2D_Perimeter", "original", "shape2D", "shape"),
        ("original_firstorder_10Percentile", "original", "firstorder", "first order"),
        ("original_ngtdm_Busyness", "original", "ngtdm", "texture"),
        (
            "log-sigma-1-5-mm-3D_firstorder_Mean",
            "log-sigma-1-5-mm-3D",
            "firstorder",
            "higher order",
        ),
        ("wavelet-HHH_gldm_LowGrayLevelEmphasis", "wavelet-HHH", "gldm", "higher order"),
    ],
)
def test_a_name_says_image_class_and_family(name, image, kind, of):
    assert (image_of(name), feature_class(name), family(name)) == (image, kind, of)


@pytest.mark.parametrize("name", ["Mean", "original_Mean", "original_color_Mean", ""])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match="expected image_class_Feature"):
        family(name)


def test_counts_come_in_the_papers_order_with_their_total():
    table = count_by_family(["square_glcm_Contrast", "original_shape_Flatness"])
    assert table["family"].tolist() == ["shape", "first order", "texture", "higher order", "total"]
    assert table["n"].tolist() == [1, 0, 0, 1, 2]


def test_images_are_counted_in_order_of_appearance_and_shape_apart():
    names = ["original_shape_Flatness", "original_glcm_Id", "log-sigma-2-0-mm-3D_glcm_Id"]
    table = count_by_image([*names, "original_glcm_Idm"])
    assert dict(zip(table["image"], table["n"], strict=True)) == {
        "mask": 1,
        "original": 2,
        "log-sigma-2-0-mm-3D": 1,
    }
    assert table["image"].tolist() == ["mask", "original", "log-sigma-2-0-mm-3D"]
