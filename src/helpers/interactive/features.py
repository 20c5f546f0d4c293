"""Widgets about features: where they come from and how reliable they are, and mRMR's picks."""

from __future__ import annotations

import html

import pandas as pd
from IPython.display import HTML

from helpers.features.families import family, feature_class, image_of
from helpers.interactive.widget import widget


def feature_explorer(icc: pd.DataFrame, threshold: float) -> HTML:
    """Every feature by image and class, and its intra- against its inter-observer ICC.

    Parameters
    ----------
    icc : results table icc.csv
    threshold : of the study's reliability rule
    """
    columns = {
        "image": icc["feature"].map(image_of),
        "class": icc["feature"].map(feature_class),
        "family": icc["feature"].map(family),
    }
    coded = {name: pd.factorize(values) for name, values in columns.items()}
    data = {
        "threshold": threshold,
        "names": icc["feature"],
        "images": list(coded["image"][1]),
        "classes": list(coded["class"][1]),
        "families": list(coded["family"][1]),
        **{name: codes for name, (codes, _) in coded.items()},
        "intra": icc["intra"].round(4),
        "inter": icc["inter"].round(4),
        "stable": icc["stable"].astype(int),
    }
    static = (
        f"<p>In a browser this is an explorer of all {len(icc)} features by image, class and "
        "reliability. The figure above shows the same correlations.</p>"
    )
    return widget("feature-explorer", "Find a feature", data, static)


def mrmr_stepper(path: pd.DataFrame, scheme: str) -> HTML:
    """The leading candidates at every step of mRMR.

    Parameters
    ----------
    path : from `helpers.selection.mrmr_path`: step, feature, relevance, redundancy, score, best
        first within a step
    scheme : MID or MIQ, for the label of the score
    """
    steps = [
        part[["feature", "relevance", "redundancy", "score"]].to_dict("records")
        for _, part in path.groupby("step", sort=True)
    ]
    picks = "".join(f"<li>{html.escape(step[0]['feature'])}</li>" for step in steps)
    static = f"<p>The picks of mRMR in their order:</p><ol>{picks}</ol>"
    return widget("mrmr-stepper", "mRMR, pick by pick", {"scheme": scheme, "steps": steps}, static)
