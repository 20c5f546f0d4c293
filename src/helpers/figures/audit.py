"""Figures of the audit: which t test fits, and how far a printed AUC lies from expected ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.figures.style import INK, MUTED, Figure, canvas

TEST_COLOURS = {"Welch": "#0072B2", "Student": "#D55E00"}


def t_ranges(ranges: pd.DataFrame) -> Figure:
    """Range of each test's t around the printed t, one line a row of the table.

    Parameters
    ----------
    ranges : DataFrame, row (in words), test, low, high (t minus the printed t)
    """
    rows = list(dict.fromkeys(ranges["row"]))
    drawing, axes = canvas(size=(6.4, 0.5 * len(rows) + 1.2))
    for offset, (test, colour) in zip((-0.15, 0.15), TEST_COLOURS.items(), strict=True):
        part = ranges[ranges["test"] == test].set_index("row").loc[rows]
        places = np.arange(len(rows)) + offset
        axes.hlines(places, part["low"], part["high"], color=colour, linewidth=5, label=test)
    axes.axvline(0, color=INK, linewidth=1, linestyle="--")
    axes.set_yticks(range(len(rows)), rows)
    axes.invert_yaxis()
    axes.set_xlabel("possible t minus printed t")
    axes.legend(loc="upper right", title="test")
    fits = ranges[(ranges["low"] <= 0) & (ranges["high"] >= 0)].groupby("test")["row"].agg(list)
    words = "; ".join(
        f"{test} reaches the printed t of {', '.join(fits[test])}"
        if test in fits
        else f"{test} reaches no printed t"
        for test in TEST_COLOURS
    )
    caption = (
        "What the printed means, SDs and group sizes leave possible for t. A bar that meets the "
        "dashed line can be the test that was run."
    )
    return Figure(drawing, f"Bars of possible t by row. {words}.", caption, "t-ranges")


def auc_expectation(aucs: Mapping[str, np.ndarray], printed: float) -> Figure:
    """Distribution of simulated AUCs, with a printed one marked.

    Parameters
    ----------
    aucs : words for an assumption: AUCs simulated under it, shape = (n_draws,)
    printed : the AUC of the paper
    """
    drawing, axes = canvas(size=(6.4, 3.2))
    every = np.unique(np.concatenate(list(aucs.values())).round(9))
    step = np.diff(every).min()  # bars hold a whole number of steps, so that none holds one more
    width = step * np.ceil((1 - every[0]) / 50 / step)
    edges = np.arange(1 + step / 2, every[0] - width, -width)[::-1]
    for (words, values), colour in zip(aucs.items(), TEST_COLOURS.values(), strict=False):
        axes.hist(values, edges, density=True, histtype="step", color=colour, label=words, lw=1.8)
    axes.axvline(printed, color=INK, linewidth=1.2, linestyle="--")
    axes.annotate(
        f"printed {printed:.3f}",
        (printed, axes.get_ylim()[1]),
        xytext=(-4, -2),
        textcoords="offset points",
        ha="right",
        va="top",
        color=MUTED,
    )
    axes.set(xlabel="AUC in an external cohort of this size", yticks=[], xlim=(edges[0], 1.005))
    axes.spines["left"].set_visible(False)
    axes.legend(loc="upper left", title="true AUC")
    ranges = "; ".join(
        f"{words}: middle 95% from {np.quantile(values, 0.025):.3f} to "
        f"{np.quantile(values, 0.975):.3f}"
        for words, values in aucs.items()
    )
    alt = f"Histograms of simulated AUCs, {ranges}. The printed {printed:.3f} is marked."
    caption = (
        "AUCs that an external cohort of this size would show by chance if the true AUC were that "
        "of training."
    )
    return Figure(drawing, alt, caption, "auc-expectation")
