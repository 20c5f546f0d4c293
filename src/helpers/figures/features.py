"""Figures of features: grey levels, where they come from, how reliable and how redundant."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from helpers.figures.style import INK, MUTED, SURFACE, Figure, canvas, in_style

FEW_LEVELS = 16
FAMILIES = {
    "filtered images": "#56B4E9",
    "texture": "#009E73",
    "first order": "#D55E00",
    "shape": "#E69F00",
}
# Blue and vermilion of the palette around the page's own surface.
DIVERGING = LinearSegmentedColormap.from_list("he", ["#0072B2", "#f4f4f2", "#D55E00"])


@in_style
def grey_level_plot(grey: pd.DataFrame) -> Figure:
    """How many grey levels a lesion spans after preparation.

    Parameters
    ----------
    grey : DataFrame, grey_levels, one row a lesion
    """
    levels = grey["grey_levels"].to_numpy()
    drawing, axes = canvas(size=(6.4, 2.6))
    edges = np.arange(levels.min() - 0.5, levels.max() + 1.5)
    if len(edges) > 40:
        edges = np.linspace(levels.min() - 0.5, levels.max() + 0.5, 31)
    axes.hist(levels, bins=edges, color="#0072B2", edgecolor=SURFACE, linewidth=0.6)
    axes.axvline(FEW_LEVELS, color="#D55E00", linestyle="--", linewidth=1.4)
    axes.annotate(
        f"{FEW_LEVELS}: texture gets scarce below",
        (FEW_LEVELS, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, 2),
        textcoords="offset points",
        fontsize=8.5,
        color=INK,
    )
    axes.set(xlabel="grey levels in the lesion", ylabel="lesions")
    axes.yaxis.get_major_locator().set_params(integer=True)
    alt = (
        f"Histogram of grey levels in {len(levels)} lesions: median {np.median(levels):.0f}, "
        f"from {levels.min():.0f} to {levels.max():.0f}."
    )
    caption = f"Grey levels per lesion in {len(levels)} lesions after preparation and binning."
    return Figure(drawing, alt, caption, "grey-levels")


@in_style
def family_counts(counts: pd.DataFrame) -> Figure:
    """How many features each family holds.

    Parameters
    ----------
    counts : DataFrame, family and n, one row a family; a row `total` is not drawn
    """
    counts = counts[counts["family"] != "total"]
    drawing, axes = canvas(size=(6.4, 0.8 + 0.36 * len(counts)))
    names, numbers = list(counts["family"].astype(str)), counts["n"].to_numpy()
    axes.barh(names, numbers, color="#0072B2", height=0.62)
    axes.invert_yaxis()
    for place, number in enumerate(numbers):
        axes.annotate(
            str(number),
            (number, place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    axes.set(xlabel="features")
    axes.margins(x=0.12)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    listed = ", ".join(f"{name} {number}" for name, number in zip(names, numbers, strict=True))
    return Figure(
        drawing,
        f"Bar chart of features by family: {listed}.",
        f"The {int(numbers.sum())} features by family.",
        "families",
    )


@in_style
def icc_scatter(icc: pd.DataFrame, threshold: float = 0.85) -> Figure:
    """Intra- against inter-observer agreement, one mark a feature.

    Parameters
    ----------
    icc : DataFrame, feature, intra, inter, one row a feature
    threshold : of both coefficients
    """
    drawing, axes = canvas(size=(5.6, 5.0))
    table = icc.dropna(subset=["intra", "inter"])
    low = max(-0.25, min(0.0, table[["intra", "inter"]].min().min()))
    families = table["feature"].map(_family)
    for name, colour in FAMILIES.items():
        part = table[families == name]
        axes.scatter(
            part["intra"].clip(low),
            part["inter"].clip(low),
            s=9,
            alpha=0.6,
            linewidths=0,
            color=colour,
            label=f"{name} ({len(part)})",
            rasterized=True,
        )
    for line in (axes.axvline, axes.axhline):
        line(threshold, color=INK, linestyle="--", linewidth=1)
    kept = (table[["intra", "inter"]] > threshold).all(axis=1)
    axes.set(
        xlabel="intra-observer ICC (A1, A2)",
        ylabel="inter-observer ICC (A1, B1)",
        xlim=(low, 1.01),
        ylim=(low, 1.01),
    )
    axes.set_aspect("equal")
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.8), markerscale=2.2, handletextpad=0.2)
    alt = (
        f"Scatter plot of {len(table)} features, intra-observer ICC on x and inter-observer ICC on "
        f"y, with lines at {threshold:g}: {int(kept.sum())} features exceed both lines; median "
        f"intra {table['intra'].median():.2f}, median inter {table['inter'].median():.2f}."
    )
    caption = (
        f"Agreement of every feature within one reader and between two. Features right of and "
        f"above the lines at {threshold:g} have both estimates over it."
    )
    return Figure(drawing, alt, caption, "icc")


def _family(feature: str) -> str:
    image, kind, *_ = feature.split("_")
    if image != "original":
        return "filtered images"
    return {"shape": "shape", "firstorder": "first order"}.get(kind, "texture")


@in_style
def redundancy_heatmap(correlation: pd.DataFrame) -> Figure:
    """Correlation of the selected features with each other.

    Parameters
    ----------
    correlation : DataFrame, square, features as index and columns, -1 to 1
    """
    names, values = [str(name) for name in correlation.index], correlation.to_numpy()
    size = len(names)
    drawing, axes = canvas(size=(8.2, 1.0 + 0.34 * size))
    image = axes.imshow(values, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto")
    for row, column in np.ndindex(values.shape):
        value = values[row, column]
        axes.text(
            column,
            row,
            f"{value:.2f}".replace("0.", ".").replace("-", "−"),
            ha="center",
            va="center",
            fontsize=7,
            color="#ffffff" if abs(value) > 0.75 else "#111111",
        )
    axes.set_yticks(range(size), [f"{number + 1}  {name}" for number, name in enumerate(names)])
    axes.set_xticks(range(size), range(1, size + 1))
    axes.tick_params(length=0, labelsize=8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = drawing.colorbar(image, ax=axes, shrink=0.8, label="Pearson correlation")
    bar.outline.set_edgecolor(MUTED)
    off = values[~np.eye(size, dtype=bool)]
    strongest = f"{np.abs(off).max():.2f}" if off.size else "not defined"
    mean = f"{np.abs(off).mean():.2f}" if off.size else "not defined"
    alt = (
        f"Heat map of the correlations among {size} selected features: mean absolute correlation "
        f"{mean}, strongest {strongest}."
    )
    caption = f"Correlation among the {size} selected features, in the order of their selection."
    return Figure(drawing, alt, caption, "redundancy")
