"""Lesion crops for the CT viewer: 8-bit pictures whose grey levels stand for HU."""

from __future__ import annotations

import base64
import io

import numpy as np
import pandas as pd
from IPython.display import HTML
from PIL import Image

from helpers.imaging.slices import Crop
from helpers.interactive.widget import widget

READS = ("A1", "A2", "B1")
READ_NAMES = ("first reader", "same reader again", "second reader")
COLOURS = ("#56b4e9", "#f0e442", "#e377c2")
LARGEST_PIXELS = 1_100_000  # of all lesions together, so that the page stays light

# One level per HU where blood and brain lie, coarser ones for air, fat and bone.
HU_OF_LEVEL = np.concatenate(
    [np.linspace(-1000, -60, 20, endpoint=False), np.arange(-60, 160), np.linspace(200, 1700, 16)]
).round()


def ct_viewer(lesions: list[tuple[pd.Series, Crop]]) -> HTML:
    """A slice viewer over a few lesions with the outline of each reader.

    Parameters
    ----------
    lesions : pairs of a patient's row (expansion, baseline_volume_ml) and a Crop; lesions are
        added in this order until the page would become heavy

    Returns
    -------
    HTML; it holds no patient identifier
    """
    shown, pixels = [], 0
    for patient, crop in lesions:
        pixels += crop.pixels.size
        if shown and pixels > LARGEST_PIXELS:
            break
        shown.append(_lesion(len(shown) + 1, patient, crop))
    data = {
        "hu": HU_OF_LEVEL,
        "reads": READS,
        "read_names": READ_NAMES,
        "colours": COLOURS,
        "lesions": shown,
    }
    static = "<p>In a browser this is a slice viewer over the lesions of the figure above.</p>"
    return widget("ct-viewer", "Look through the slices", data, static)


def _lesion(number: int, patient: pd.Series, crop: Crop) -> dict:
    outcome = "expansion" if patient["expansion"] else "no expansion"
    volume = patient.get("baseline_volume_ml")
    size = "" if volume is None or pd.isna(volume) else f", {float(volume):.1f} ml"
    depth, rows, columns = crop.pixels.shape
    masks = np.zeros(crop.pixels.shape, np.uint8)
    for bit, read in enumerate(READS):
        if read in crop.masks:
            masks |= crop.masks[read].astype(np.uint8) << bit
    return {
        "label": f"Lesion {number} ({outcome}{size})",
        "slices": depth,
        "rows": rows,
        "columns": columns,
        "pixel_mm": crop.spacing_mm[2],
        "largest": crop.largest,
        "pixels": _png(hu_to_level(crop.pixels)),
        "masks": _png(masks),
    }


def hu_to_level(hu: np.ndarray) -> np.ndarray:
    """The nearest grey level of each HU value, as uint8 of the same shape."""
    middle = (HU_OF_LEVEL[1:] + HU_OF_LEVEL[:-1]) / 2
    return np.searchsorted(middle, hu).astype(np.uint8)


def _png(levels: np.ndarray) -> str:
    """Slices one below the other as a data URI of a grey PNG."""
    buffer = io.BytesIO()
    Image.fromarray(levels.reshape(-1, levels.shape[2])).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
