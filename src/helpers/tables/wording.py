"""How single values and column names are worded: numbers, P values, headers, aligned digits."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

FIGURE_SPACE = "\u2007"  # as wide as a digit
ABSENT = "–"
HEADERS = {
    "no_expansion": "No expansion",
    "expansion": "Expansion",
    "auc": "AUC",
    "f1": "F1",
    "icc": "ICC",
    "p": "P",
    "z": "z",
    "recall": "Recall (sensitivity)",
    "n": "n",
    "model_a": "Model A",
    "model_b": "Model B",
    "difference": "AUC of A − AUC of B",
    "odds_ratio": "Odds ratio",
    "mrmr": "mRMR",
    "published": "Paper",
    "run": "This run",
    "row": "Item",
    "column": "Quantity",
}
UNITS = {"ml": "ml", "mm": "mm", "hu": "HU", "hours": "h", "percent": "%"}
AS_PERCENT = ("accuracy", "precision", "recall", "specificity", "sensitivity")
DIGITS = {"auc": 3, "f1": 3, "z": 3, "statistic": 3, "difference": 3, "dice": 3, "odds_ratio": 2}
P_COLUMNS = ("p", "P", "p_value")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MINUS = re.compile(r"(?<![\w.)-])-(?=\d)")  # a sign, not the hyphen of a name or a range
_BRACKETED = re.compile(rf"(\(?)({_NUMBER.pattern})")


def true_minus(text: str) -> str:
    """A text in which the hyphens that stand for a sign are minus signs."""
    return _MINUS.sub("−", text)


def p_text(p: float) -> str:
    """A P value with three digits; smaller ones as <0.001."""
    if pd.isna(p):
        return ABSENT
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def header(name: str) -> str:
    """A column's name as a reader sees it, with its unit: `volume_ml` is "Volume (ml)"."""
    if name in HEADERS:
        text = HEADERS[name]
    elif "_" in name or name[:1].islower():
        words = name.split("_")
        unit = f" ({UNITS[words[-1]]})" if len(words) > 1 and words[-1] in UNITS else ""
        text = " ".join(words[:-1] if unit else words)
        text = text[:1].upper() + text[1:] + unit
    else:
        text = name
    return f"{text}, %" if name in AS_PERCENT else text


def column_texts(name: str, values: pd.Series) -> list[str]:
    """The values of one column as text, all with the same number of decimals."""
    if name in P_COLUMNS:
        return [p_text(value) for value in values]
    if pd.api.types.is_bool_dtype(values):
        return ["yes" if value else "no" for value in values]
    if pd.api.types.is_numeric_dtype(values):
        scale = 100 if name in AS_PERCENT else 1
        digits = 1 if name in AS_PERCENT else DIGITS.get(name, _digits(values))
        return [number_text(scale * value, digits) for value in values]
    return [ABSENT if pd.isna(value) else true_minus(str(value)) for value in values]


def number_text(value: float, digits: int) -> str:
    """A number with a fixed number of decimals and a true minus sign; infinity as ∞."""
    if pd.isna(value):
        return ABSENT
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.{digits}f}".replace("-", "−")


def _digits(values: pd.Series) -> int:
    finite = values[np.isfinite(values.astype(float))].astype(float)
    if finite.empty or (finite == finite.round()).all():
        return 0
    largest = finite.abs().max()
    return 3 if largest < 10 else 2 if largest < 100 else 1


def aligned(texts: list[str]) -> list[str]:
    """Texts of one column padded with figure spaces so that their decimal points stand in line.

    Texts that are alike but for their numbers ("12.5 ± 3.4" and "173.0 ± 29.7") are padded number
    by number, intervals ("0.80 (0.70 to 0.90)") at their first number only.
    """
    shapes = {}
    for text in texts:
        shapes.setdefault(_NUMBER.sub("#", text.lstrip("<>≥−")), []).append(text)
    if any(shape.startswith("#") for shape in shapes):
        first = max(_widths(text)[0] for text in texts if _widths(text))
        return [_padded(text, first, shapes) for text in texts]
    return texts


def _padded(text: str, first: int, shapes: dict[str, list[str]]) -> str:
    """One text with every number as wide, before its point, as the widest of the same shape."""
    bare = text.lstrip("<>≥−")
    signs = len(text) - len(bare)
    shape = _NUMBER.sub("#", bare)
    if not shape.startswith("#"):
        return text
    wide = np.max([_widths(other.lstrip("<>≥−")) for other in shapes[shape]], axis=0)
    wide[0] = first
    if " to " in shape:
        wide[1:] = 0
    widths = iter(wide)
    out = _BRACKETED.sub(lambda found: _pad(found, next(widths)), bare)
    spaces = len(out) - len(out.lstrip(FIGURE_SPACE))
    return out[:spaces] + text[:signs] + out[spaces:]


def _pad(number: re.Match, width: int) -> str:
    """Fill before the number, or before the bracket it stands in."""
    return FIGURE_SPACE * (width - len(number[2].split(".")[0])) + number.group()


def _widths(text: str) -> list[int]:
    return [len(number.split(".")[0]) for number in _NUMBER.findall(text)]
