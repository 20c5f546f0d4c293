"""What a feature's name says: its image, its class and the paper's family."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

FAMILIES = ("shape", "first order", "texture", "higher order")
CLASSES = ("shape", "shape2D", "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")


def image_of(name: str) -> str:
    """The image a feature is measured on.

    Examples
    --------
    >>> image_of("wavelet-LLH_glcm_Contrast")
    'wavelet-LLH'
    """
    return _parts(name)[0]


def feature_class(name: str) -> str:
    """The class of a feature by pyradiomics' name: shape, firstorder, glcm, ...

    Examples
    --------
    >>> feature_class("original_firstorder_Mean")
    'firstorder'
    """
    return _parts(name)[1]


def family(name: str) -> str:
    """The paper's family of a feature (section 2.2).

    Features of the original image go by their class; all those of filtered images are
    "higher order".

    Returns
    -------
    one of "shape", "first order", "texture", "higher order"

    Examples
    --------
    >>> family("original_glcm_Contrast"), family("square_glcm_Contrast")
    ('texture', 'higher order')
    """
    image, kind, _ = _parts(name)
    if image != "original":
        return "higher order"
    if kind.startswith("shape"):
        return "shape"
    return "first order" if kind == "firstorder" else "texture"


def count_by_family(names: Iterable[str]) -> pd.DataFrame:
    """How many features of each family there are, in the paper's order, and their total.

    Returns
    -------
    DataFrame: family, n

    Examples
    --------
    >>> count_by_family(["original_shape_Sphericity", "square_glcm_Contrast"])["n"].tolist()
    [1, 0, 0, 1, 2]
    """
    found = [family(name) for name in names]
    counts = [found.count(one) for one in FAMILIES]
    return pd.DataFrame({"family": [*FAMILIES, "total"], "n": [*counts, len(found)]})


def count_by_image(names: Iterable[str]) -> pd.DataFrame:
    """How many features are measured on each image, in the order in which the images appear.

    Shape, which is measured on the mask, has a row of its own.

    Returns
    -------
    DataFrame: image, n
    """
    found = ["mask" if family(name) == "shape" else image_of(name) for name in names]
    counts = pd.Series(found, dtype=str).value_counts(sort=False)
    return pd.DataFrame({"image": counts.index, "n": counts.to_numpy()})


def _parts(name: str) -> list[str]:
    parts = name.split("_", 2)
    if len(parts) != 3 or parts[1] not in CLASSES:
        raise ValueError(
            f"feature is named {name!r}; expected image_class_Feature as pyradiomics names it, "
            f"with a class among {', '.join(CLASSES)}"
        )
    return parts
