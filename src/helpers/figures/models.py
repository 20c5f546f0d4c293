"""Figures of models: ROC curves, odds ratios, differences between two AUCs."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sklearn.metrics import roc_curve

from helpers.figures.style import (
    INK,
    MODEL_COLOURS,
    MODEL_LINES,
    MUTED,
    Figure,
    canvas,
    in_style,
    log_axis,
)
from helpers.statistics.roc import auc_ci
from helpers.tables.performance import compare_pairs

APPARENT, VALIDATED, EXTERNAL = "training (apparent)", "training (cross-validated)", "external"


@in_style
def roc_panel(scores: pd.DataFrame, confidence: float = 0.95) -> Figure:
    """ROC curves of all models: A the training cohort, B the external cohort.

    Parameters
    ----------
    scores : DataFrame, cohort, expansion (0/1), model, score (higher = expansion more likely)
    confidence : of the intervals in the legend
    """
    drawing, axes = canvas(2, 2, (8.2, 6.1), height_ratios=(2.3, 1))
    words = []
    for place, legend, title, cohorts in (
        (axes[0, 0], axes[1, 0], "A  Training cohort", (VALIDATED, APPARENT)),
        (axes[0, 1], axes[1, 1], "B  External cohort", (EXTERNAL,)),
    ):
        place.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":", label="chance, 0.500")
        for cohort in cohorts:
            words += _curves(place, scores[scores["cohort"] == cohort], cohort, confidence)
        place.set(title=title, xlabel="1 − specificity", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
        place.set_aspect("equal")
        place.grid()
        legend.axis("off")
        legend.legend(
            *place.get_legend_handles_labels(),
            loc="upper left",
            title=f"AUC ({confidence:.0%} CI)",
            alignment="left",
            handlelength=3.2,
            fontsize=8.5,
            title_fontsize=8.5,
        )
    axes[0, 0].set_ylabel("sensitivity (expansion detected)")
    alt = f"ROC curves with AUC and {confidence:.0%} confidence interval. {' '.join(words)}"
    caption = (
        "ROC curves of the models. A, training cohort: strong lines are cross-validated, faint "
        "ones apparent. B, external cohort. A higher score means that expansion is more likely."
    )
    return Figure(drawing, alt, caption, "roc")


def _curves(axes, scores: pd.DataFrame, cohort: str, confidence: float) -> list[str]:
    """Draw the curves of one cohort; return a sentence about them."""
    faint = {"alpha": 0.55, "linewidth": 1.3} if cohort == APPARENT else {}
    suffix = {APPARENT: ", apparent", VALIDATED: ", cross-validated"}.get(cohort, "")
    found = []
    for model in [name for name in MODEL_COLOURS if name in set(scores["model"])]:
        part = scores[scores["model"] == model]
        truth, score = part["expansion"].to_numpy(), part["score"].to_numpy()
        false_rate, true_rate, _ = roc_curve(truth, score, drop_intermediate=True)
        area = auc_ci(truth, score, confidence)
        text = f"{area.auc:.3f} ({area.low:.3f} to {area.high:.3f})"
        axes.plot(
            false_rate,
            true_rate,
            color=MODEL_COLOURS[model],
            linestyle=MODEL_LINES[model],
            label=f"{model}{suffix}  {text}",
            **faint,
        )
        found.append(f"{model} {text}")
    return [f"{cohort.capitalize()}: {', '.join(found)}."] if found else []


@in_style
def auc_overview(
    table2: pd.DataFrame, published: Mapping[tuple[str, str], float] | None = None
) -> Figure:
    """The AUC of every model with its interval, cohort by cohort, beside what the paper prints.

    Parameters
    ----------
    table2 : DataFrame, cohort, model, auc, auc_low, auc_high, as `tables.table_two` gives
    published : (cohort, model): AUC as printed, drawn as an open circle
    """
    published = published or {}
    table = table2.drop_duplicates(["cohort", "model"])
    cohorts = list(dict.fromkeys(table["cohort"]))
    models = [name for name in MODEL_COLOURS if name in set(table["model"])]
    drawing, axes = canvas(
        1,
        max(len(cohorts), 1),
        (8.2, 0.9 + 0.42 * len(models)),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    words = []
    for place, cohort in zip(axes[0], cohorts, strict=False):
        part = table[table["cohort"] == cohort].set_index("model").reindex(models)
        _forest(place, part, "auc", [MODEL_COLOURS[model] for model in models])
        for row, model in enumerate(models):
            if (cohort, model) in published:
                place.plot(
                    published[cohort, model], row, "o", ms=9, mfc="none", mec=INK, mew=1.3, zorder=3
                )
        place.axvline(0.5, color=MUTED, linewidth=1, linestyle=":")
        place.set_yticks(range(len(models)), models)
        place.set_title(cohort.capitalize(), fontsize=9.5)
        texts = [
            f"{row.Index} {row.auc:.3f} ({row.auc_low:.3f} to {row.auc_high:.3f})"
            + (
                f", paper {published[cohort, row.Index]:.3f}"
                if published.get((cohort, row.Index))
                else ""
            )
            for row in part.itertuples()
        ]
        words.append(f"{cohort.capitalize()}: {'; '.join(texts)}.")
    drawing.supxlabel("area under the ROC curve", fontsize=10, color=INK)
    caption = "AUC of each model with its confidence interval. Dotted: chance."
    caption += " Open circles: what the paper prints." if published else ""
    return Figure(drawing, f"AUC by model. {' '.join(words)}", caption, "overview")


@in_style
def odds_ratio_forest(univariate: pd.DataFrame, labels: Mapping[str, str] | None = None) -> Figure:
    """Odds ratio of expansion and its interval for each clinical variable.

    Parameters
    ----------
    univariate : DataFrame, variable, level, odds_ratio, odds_ratio_low, odds_ratio_high; rows
        without an estimate are counted in the caption, not drawn
    labels : variable: words for it
    """
    table = univariate.dropna(subset=["odds_ratio"])
    drawing, axes = canvas(size=(6.8, 1.1 + 0.34 * max(len(table), 1)))
    names = [_name(row, labels or {}) for row in table.itertuples()]
    _forest(axes, table, "odds_ratio", [INK] * len(table))
    axes.set_yticks(range(len(names)), names)
    log_axis(axes.xaxis)
    axes.axvline(1, color=MUTED, linewidth=1, linestyle="--")
    axes.set_xlabel("odds ratio of expansion, logarithmic")
    texts = [
        f"{name} {row.odds_ratio:.2f} ({row.odds_ratio_low:.2f} to {row.odds_ratio_high:.2f})"
        for name, row in zip(names, table.itertuples(), strict=True)
    ]
    absent = len(univariate) - len(table)
    caption = "Odds ratio of expansion for each variable alone, per unit or against its reference."
    if absent:
        caption += f" Not drawn, for want of an estimate: {absent} of {len(univariate)}."
    return Figure(drawing, f"Forest plot of odds ratios: {'; '.join(texts)}.", caption, "odds")


def _name(row, labels: Mapping[str, str]) -> str:
    level = getattr(row, "level", "")
    name = labels.get(row.variable, str(row.variable))
    return f"{name}: {level}" if isinstance(level, str) and level else name


def _forest(axes, table: pd.DataFrame, name: str, colours: list[str]) -> None:
    for place, colour in enumerate(colours):
        row = table.iloc[place]
        low, high = row[f"{name}_low"], row[f"{name}_high"]
        axes.plot([low, high], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot(row[name], place, "s", color=colour, ms=5, mew=0)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


@in_style
def difference_forest(scores: pd.DataFrame, confidence: float = 0.95) -> Figure:
    """Difference of the AUCs of each pair of models and its interval, cohort by cohort.

    Parameters
    ----------
    scores : DataFrame, patient_id, cohort, expansion (0/1), model, score
    confidence : of the intervals
    """
    compared = compare_pairs(scores, confidence)
    cohorts = list(dict.fromkeys(compared["cohort"]))
    drawing, axes = canvas(
        1, max(len(cohorts), 1), (8.2, 3.1), sharex=True, sharey=True, squeeze=False
    )
    words = []
    for place, cohort in zip(axes[0], cohorts, strict=False):
        part = compared[compared["cohort"] == cohort]
        colours = [MODEL_COLOURS[model] for model in part["model_a"]]
        _forest(place, part, "difference", colours)
        pairs = [f"{a} − {b}" for a, b in zip(part["model_a"], part["model_b"], strict=True)]
        place.set_yticks(range(len(part)), pairs)
        place.axvline(0, color=MUTED, linewidth=1, linestyle="--")
        place.set_title(cohort.capitalize(), fontsize=9.5)
        listed = [
            f"{pair} {row.difference:+.3f} "
            f"({row.difference_low:+.3f} to {row.difference_high:+.3f})"
            for pair, row in zip(pairs, part.itertuples(), strict=True)
        ]
        words.append(f"{cohort.capitalize()}: {'; '.join(listed)}.")
    drawing.supxlabel("difference of AUC, first model minus second", fontsize=10, color=INK)
    alt = f"Forest plot of differences of AUC with {confidence:.0%} intervals. {' '.join(words)}"
    caption = (
        f"Difference of AUC for each pair of models, with its {confidence:.0%} confidence interval "
        "(DeLong). Right of zero the first model of the pair has the larger AUC."
    )
    return Figure(drawing, alt, caption, "differences")
