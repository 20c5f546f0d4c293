"""Figures of patients and their lesions: who is in, what was outlined, how large it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import FancyBboxPatch

from helpers.figures.style import (
    INK,
    MUTED,
    OUTCOME_COLOURS,
    OUTCOME_WORDS,
    Figure,
    canvas,
    in_style,
    log_axis,
)

WINDOW_HU = (0.0, 80.0)  # level 40, width 80: the brain window


@in_style
def flow_diagram(counts: pd.DataFrame) -> Figure:
    """From all patients to the cohorts and their outcome.

    Parameters
    ----------
    counts : DataFrame, cohort, patients, no_expansion, expansion, as `tables.flow_counts` gives
    """
    drawing, axes = canvas(size=(6.4, 3.2))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    total = int(counts["patients"].sum())
    _box(axes, 0.5, 0.88, 0.5, f"Patients with spontaneous ICH\nn = {total}")
    centres = (np.arange(len(counts)) + 0.5) / len(counts)
    for centre, row in zip(centres, counts.itertuples(), strict=True):
        width = 0.86 / len(counts)
        _arrow(axes, (0.5, 0.77), (centre, 0.61))
        _box(axes, centre, 0.5, width, f"{row.cohort.capitalize()} cohort\nn = {row.patients}")
        for side, code, number in ((-1, 0, row.no_expansion), (1, 1, row.expansion)):
            place = centre + side * width / 4
            share = f" ({number / row.patients:.0%})" if isinstance(number, int) else ""
            _arrow(axes, (centre, 0.39), (place, 0.23))
            _box(
                axes,
                place,
                0.12,
                width * 0.47,
                f"{OUTCOME_WORDS[code].capitalize()}\n{number}{share}",
                OUTCOME_COLOURS[code],
            )
    sentences = [
        f"{row.cohort} cohort {row.patients}, of whom {row.no_expansion} without and "
        f"{row.expansion} with expansion"
        for row in counts.itertuples()
    ]
    alt = f"Flow chart: {total} patients; {'; '.join(sentences)}."
    return Figure(drawing, alt, "Patients of this study by cohort and outcome.", "flow")


def _box(axes, x: float, y: float, width: float, text: str, colour: str = MUTED) -> None:
    style = "round,pad=0,rounding_size=0.02"
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - 0.11), width, 0.22, boxstyle=style, fc="none", ec=colour, lw=1.6
        )
    )
    axes.text(x, y, text, ha="center", va="center", fontsize=9, color=INK, linespacing=1.5)


def _arrow(axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": MUTED, "lw": 1, "shrinkB": 0}
    )


@in_style
def lesion_panel(slices: list[dict]) -> Figure:
    """Slices through lesions in the brain window (level 40, width 80 HU) with their outline.

    Parameters
    ----------
    slices : list of dict: pixels (2-D, HU), mask (2-D, bool), spacing_mm (y, x), cohort,
        expansion (0/1), volume_ml; see `helpers.summaries.example_slices`
    """
    columns = min(3, len(slices))
    rows = -(-len(slices) // columns)
    drawing, axes = canvas(rows, columns, (6.4, 2.35 * rows), squeeze=False)
    for place in axes.flat:
        place.axis("off")
    for place, lesion in zip(axes.flat, slices, strict=False):
        _lesion(place, lesion)
    words = "; ".join(_lesion_words(lesion) for lesion in slices)
    alt = f"{len(slices)} axial CT slices with the outline of the hematoma: {words}."
    caption = (
        "Axial slices through the largest section of the hematoma, brain window (level 40, width "
        "80 HU), with the outline of the first read. The bar is 20 mm long."
    )
    return Figure(drawing, alt, caption, "lesions")


def _lesion(axes, lesion: dict) -> None:
    pixels, mask = np.asarray(lesion["pixels"], dtype=float), np.asarray(lesion["mask"])
    step_y, step_x = lesion["spacing_mm"]
    height, width = pixels.shape
    extent = (0, width * step_x, height * step_y, 0)
    low, high = WINDOW_HU
    axes.imshow(pixels, cmap="gray", vmin=low, vmax=high, extent=extent, interpolation="none")
    colour = OUTCOME_COLOURS[int(lesion["expansion"])]
    if mask.any():
        x = (np.arange(width) + 0.5) * step_x
        y = (np.arange(height) + 0.5) * step_y
        axes.contour(x, y, mask.astype(float), levels=[0.5], colors=[colour], linewidths=1.4)
    start, bottom = 0.06 * width * step_x, 0.93 * height * step_y
    axes.plot([start, start + 20], [bottom, bottom], color="white", lw=2.5, solid_capstyle="butt")
    axes.text(start, bottom - 0.02 * height * step_y, "20 mm", color="white", fontsize=8)
    axes.set_title(_lesion_words(lesion).replace(", ", "\n", 1), fontsize=8.5, fontweight="normal")


def _lesion_words(lesion: dict) -> str:
    volume = lesion.get("volume_ml", float("nan"))
    size = "" if pd.isna(volume) else f", {volume:.0f} ml"
    return f"{lesion['cohort']}, {OUTCOME_WORDS[int(lesion['expansion'])]}{size}"


@in_style
def volume_distribution(volumes: pd.DataFrame, points: bool = True) -> Figure:
    """Baseline hematoma volume by outcome, on a logarithmic axis.

    Parameters
    ----------
    volumes : DataFrame, volume_ml and expansion (0/1), one row a patient
    points : draw one mark per patient; otherwise the box only, its whiskers at the 5th and 95th
        percentile, which shows no single patient
    """
    table = volumes[volumes["volume_ml"] > 0]
    drawing, axes = canvas(size=(6.4, 2.5))
    rng = np.random.default_rng(0)  # jitter only
    words = []
    for code, name in OUTCOME_WORDS.items():
        values = table.loc[table["expansion"] == code, "volume_ml"].to_numpy()
        if not len(values):
            continue
        _box_plot(axes, values, code, OUTCOME_COLOURS[code])
        if points:
            height = code + rng.uniform(-0.16, 0.16, len(values))
            axes.plot(values, height, "o", ms=3.2, mew=0, alpha=0.65, color=OUTCOME_COLOURS[code])
        quarter, middle, three = np.percentile(values, [25, 50, 75])
        words.append(f"{name} {middle:.1f} ml ({quarter:.1f} to {three:.1f}), n = {len(values)}")
    log_axis(axes.xaxis)
    axes.set(xlabel="baseline hematoma volume (ml, logarithmic)", yticks=list(OUTCOME_WORDS))
    axes.set_yticklabels([name.capitalize() for name in OUTCOME_WORDS.values()])
    axes.set_ylim(-0.6, 1.6)
    axes.grid(axis="x")
    alt = f"Baseline volume by outcome, median and quartiles: {'; '.join(words)}."
    caption = "Baseline volume by outcome. Boxes hold the middle half; whiskers reach from the "
    caption += "5th to the 95th percentile" + ("; each dot is a patient." if points else ".")
    return Figure(drawing, alt, caption, "volumes")


def _box_plot(axes, values: np.ndarray, place: float, colour: str, width: float = 0.5) -> None:
    axes.boxplot(
        values,
        positions=[place],
        orientation="horizontal",
        widths=width,
        whis=(5, 95),
        showfliers=False,
        manage_ticks=False,
        patch_artist=True,
        boxprops={"facecolor": "none", "edgecolor": MUTED},
        medianprops={"color": INK, "linewidth": 2},
        whiskerprops={"color": MUTED},
        capprops={"color": MUTED},
    )


@in_style
def dice_plot(dice: pd.DataFrame, points: bool = True) -> Figure:
    """Dice coefficient of each re-read against the first read.

    Parameters
    ----------
    dice : DataFrame, read and dice (0 to 1), one row a patient and re-read
    points : draw one mark per patient; otherwise boxes only
    """
    reads = sorted(dice["read"].unique())
    drawing, axes = canvas(size=(6.4, 1.1 + 0.65 * len(reads)))
    rng = np.random.default_rng(0)  # jitter only
    words = []
    for place, read in enumerate(reads):
        values = dice.loc[dice["read"] == read, "dice"].to_numpy()
        _box_plot(axes, values, place, MUTED)
        if points:
            height = place + rng.uniform(-0.16, 0.16, len(values))
            axes.plot(values, height, "o", ms=3.5, mew=0, alpha=0.7, color="#0072B2")
        quarter, middle, three = np.percentile(values, [25, 50, 75])
        words.append(f"{read} {middle:.3f} ({quarter:.3f} to {three:.3f}), n = {len(values)}")
    axes.set(xlabel="Dice coefficient with the first read A1", yticks=range(len(reads)))
    axes.set_yticklabels(reads)
    axes.set_ylim(-0.6, len(reads) - 0.4)
    axes.set_xlim(right=1)
    axes.grid(axis="x")
    alt = f"Dice coefficient by re-read, median and quartiles: {'; '.join(words)}."
    caption = "Overlap of each re-read with the first read: A2 by the same reader, B1 by a second "
    caption += "one" + ("; each dot is a patient." if points else ".")
    return Figure(drawing, alt, caption, "dice")
