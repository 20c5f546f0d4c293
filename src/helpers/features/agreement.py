"""How closely the engine of a study agrees with pyradiomics on a sample of its own lesions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.features import extract
from helpers.features.settings import ImagingSettings
from helpers.imaging.files import read_image, read_mask


@dataclass(frozen=True)
class Agreement:
    """Largest relative difference over a sample of reads.

    engine : who computed the study's features
    n_reads, n_values : size of the sample
    largest : largest relative difference (absolute below 1e-10), nan for an empty sample
    within_1e9 : share of values within 1e-9
    """

    engine: str
    n_reads: int
    n_values: int
    largest: float
    within_1e9: float

    @property
    def sentence(self) -> str:
        """One sentence for a page."""
        if not self.n_reads:
            return "The features came ready with the study; nothing was extracted here."
        if self.engine == "pyradiomics":
            return "pyradiomics itself computed the features of this study."
        return (
            f"The fused engine computed the features of this study. On {self.n_reads} of its own "
            f"lesions pyradiomics was run as well: the largest relative difference among "
            f"{self.n_values} values is {self.largest:.1e}, and {self.within_1e9:.2%} of them "
            "agree within 1e-9."
        )


def engine_agreement(reads: Sequence, settings: ImagingSettings) -> Agreement:
    """Extract a sample of reads with the study's engine and with pyradiomics.

    Parameters
    ----------
    reads : objects with patient_id, image_path and mask_path
    settings : of the study

    Returns
    -------
    Agreement
    """
    if not reads or settings.engine == "pyradiomics":
        return Agreement(settings.engine, len(reads), 0, float("nan"), float("nan"))
    stock = settings.model_copy(update={"engine": "pyradiomics"})
    gaps = []
    for read in reads:
        image = read_image(read.image_path, read.patient_id)
        mask = read_mask(read.mask_path, read.patient_id)
        gaps.append(
            relative_difference(extract(image, mask, settings), extract(image, mask, stock))
        )
    gap = np.concatenate(gaps)
    return Agreement(
        settings.engine, len(reads), len(gap), float(gap.max()), float((gap <= 1e-9).mean())
    )


def relative_difference(found, expected, floor: float = 1e-10) -> np.ndarray:
    """Relative differences of two Series of features; 0 where both are not a number.

    Differences under `floor` count as none, and a value that is a number in one and not in the
    other as infinite.
    """
    if list(found.index) != list(expected.index):
        raise ValueError("the two engines do not name the same features in the same order")
    a, b = found.to_numpy(float), expected.to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.abs(a - b)
        relative = np.where(gap <= floor, 0.0, gap / np.abs(b))
    both = np.isnan(a) & np.isnan(b)
    return np.where(both, 0.0, np.where(np.isnan(a) != np.isnan(b), np.inf, relative))
