"""Both engines on many lesions: are names, order and values the same?

    python benchmarks/extraction_equality.py [--random 200] [--skip-large]

Synthetic lesions of 0.5 to 100 ml by two scanners, small random ones of every shape (ragged,
touching the border, one slice, scattered, several parts, oblique, mixed spacings, flat or clipped
values), and pyradiomics' own example images where ../shared/data has them. Fails unless all values
are within 1e-6 (relative; differences under 1e-10 do not count), 99.9% within 1e-9, and all
refusals are worded alike. About ten minutes, most of it pyradiomics.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk

from helpers.features.agreement import relative_difference
from helpers.features.fused import extract_fused
from helpers.features.settings import ImagingSettings
from helpers.features.stock import extract_stock
from helpers.synthetic.settings import SyntheticSettings
from helpers.synthetic.simulate import simulate_case

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data" / "pyradiomics_reference"
VOLUMES_ML = (0.5, 2, 5, 10, 20, 40, 60, 100)
sys.path.append(str(ROOT / "tests" / "features"))


def synthetic_lesions(large: bool) -> Iterator[tuple]:
    """Lesions of the twin: image, mask, settings, description."""
    for volume in VOLUMES_ML:
        if volume > 20 and not large:
            continue
        for cohort in ("training", "external"):
            patient = {
                "patient_id": f"{cohort} {volume} ml",
                "cohort": cohort,
                "expansion": 1,
                "age": 60,
                "baseline_volume_ml": volume,
                "location": "lobar" if volume > 40 else "basal ganglia or thalamus",
                "ivh": int(volume > 20),
                "sah": 0,
            }
            image, mask = simulate_case(pd.Series(patient), SyntheticSettings(), 1)
            yield image, mask, ImagingSettings(), patient["patient_id"]


def real_lesions() -> Iterator[tuple]:
    """pyradiomics' example images with several settings."""
    for name in ("brain1", "brain2", "breast1") if REAL.is_dir() else ():
        image, mask = (sitk.ReadImage(REAL / f"{name}_{k}.nrrd") for k in ("image", "label"))
        for settings in (
            ImagingSettings(window_hu=None),
            ImagingSettings(window_hu=None, spacing_mm=2.0, bin_width=10.0),
            ImagingSettings(window_hu=None, normalize=False),
            ImagingSettings(window_hu=(50.0, 600.0)),
        ):
            yield image, mask, settings, f"{name} {settings}"


def random_lesions(count: int) -> Iterator[tuple]:
    """Small lesions of every kind."""
    from fused_cases import random_case

    for seed in range(count):
        yield random_case(seed)


def measure(engine, image, mask, settings) -> pd.Series | str:
    """The features, or what the engine says against the lesion."""
    try:
        return engine(image, mask, settings)
    except (ValueError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"


def compare(group: str, lesions: Iterator[tuple]) -> dict:
    """One row of the table; what differs is printed."""
    gaps, refused, wrong = [], 0, 0
    for image, mask, settings, told in lesions:
        expected = measure(extract_stock, image, mask, settings)
        found = measure(extract_fused, image, mask, settings)
        if isinstance(expected, str) or isinstance(found, str):
            refused += 1
            if not (isinstance(expected, str) and isinstance(found, str) and expected == found):
                wrong += 1
                print(f"{told}\n  pyradiomics: {expected}\n  fused: {found}")
            continue
        if list(expected.index) != list(found.index):
            wrong += 1
            print(f"{told}: {len(expected)} names in pyradiomics, {len(found)} in fused")
            continue
        gap = relative_difference(found, expected)
        gaps.append(gap)
        for place in np.flatnonzero(gap > 1e-9):
            name = expected.index[place]
            print(f"{told}: {name} {expected.iloc[place]!r} {found.iloc[place]!r}")
    gap = np.concatenate(gaps) if gaps else np.zeros(0)
    return {
        "lesions": group,
        "compared": len(gaps),
        "refused": refused,
        "names or refusals differ": wrong,
        "values": gap.size,
        "largest difference": gap.max(initial=0),
        "within 1e-9": (gap <= 1e-9).mean() if gap.size else 1.0,
        "over 1e-6": int((gap > 1e-6).sum()),
    }


def main() -> None:
    """Compare all groups, print the table, exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=200, help="number of random lesions")
    parser.add_argument("--skip-large", action="store_true", help="only up to 20 ml")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    table = pd.DataFrame(
        [
            compare("synthetic, 0.5 to 100 ml", synthetic_lesions(not options.skip_large)),
            compare("pyradiomics' examples", real_lesions()),
            compare("random", random_lesions(options.random)),
        ]
    )
    print(table.to_string(index=False, float_format=lambda v: f"{v:.6g}"))
    missed = table["names or refusals differ"].any() or table["over 1e-6"].any()
    sys.exit(int(bool(missed or (table["within 1e-9"] < 0.999).any())))


if __name__ == "__main__":
    main()
