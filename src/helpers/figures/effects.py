"""Figures of the synthetic cohort's effects."""

from __future__ import annotations

import pandas as pd

from helpers.figures.style import INK, MUTED, Figure, canvas, in_style

_COLOURS = {"image": "#0072B2", "image and clinical": "#D55E00"}
_MARKS = {"image": "o", "image and clinical": "s"}


@in_style
def dose_response_plot(areas: pd.DataFrame) -> Figure:
    """External AUC against the size of the declared effects, with intervals.

    Parameters
    ----------
    areas : DataFrame, factor, predictors, auc, auc_low, auc_high, as `effects.dose_response` gives
    """
    drawing, axes = canvas(size=(6.4, 3.4))
    kinds = list(dict.fromkeys(areas["predictors"]))
    factors = areas["factor"].drop_duplicates()
    step = 0.025 * max(float(factors.max() - factors.min()), 1.0)
    words = []
    for place, kind in enumerate(kinds):
        part = areas[areas["predictors"] == kind].sort_values("factor")
        x = part["factor"] + step * (place - (len(kinds) - 1) / 2)
        axes.plot(x, part["auc"], color=_COLOURS.get(kind, INK), linewidth=1.2, alpha=0.6)
        axes.errorbar(
            x,
            part["auc"],
            yerr=[part["auc"] - part["auc_low"], part["auc_high"] - part["auc"]],
            fmt=_MARKS.get(kind, "o"),
            ms=5,
            color=_COLOURS.get(kind, INK),
            label=kind.capitalize(),
        )
        words += [
            f"{kind} at {row.factor:g}: {row.auc:.2f} ({row.auc_low:.2f} to {row.auc_high:.2f})"
            for row in part.itertuples()
        ]
    axes.axhline(0.5, color=MUTED, linewidth=1, linestyle=":")
    axes.set_xticks(list(factors))
    axes.set_xlabel("Size of all effects (1: as declared)")
    axes.set_ylabel("AUC, external")
    axes.set_ylim(min(0.35, float(areas["auc_low"].min()) - 0.03), 1.0)
    axes.grid(axis="y")
    axes.legend(loc="upper left")
    caption = (
        "Discrimination on external lesions as the declared effects grow, with confidence "
        "intervals. The dotted line is chance."
    )
    alt = f"External AUC by size of the effects. {'; '.join(words)}."
    return Figure(drawing, alt, caption, "effects")
