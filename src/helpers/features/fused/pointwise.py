"""Filters that change each grey value by itself, scaled to the range of the whole image."""

from __future__ import annotations

import numpy as np


def transform(name: str, values: np.ndarray, largest: float) -> np.ndarray:
    """Square, square root, logarithm or exponential of grey values.

    Parameters
    ----------
    name : square, squareroot, logarithm or exponential
    values : float64, the lesion's grey values
    largest : largest absolute grey value of the padded image, above 0
    """
    if name == "square":
        return (1 / np.sqrt(largest) * values) ** 2
    if name == "exponential":
        return np.exp(np.log(largest) / largest * values)
    size = np.abs(values)
    if name == "squareroot":
        return np.copysign(np.sqrt(size * largest), values)
    scale = largest / np.log(np.array([largest + 1]))[0]
    return np.copysign(np.log(size + 1), values) * scale
