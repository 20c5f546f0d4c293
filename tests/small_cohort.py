"""A files cohort small enough for tests: 64 × 64 × 12 heads with one ellipsoid of blood each."""

from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
import yaml

SPACING = (3.0, 3.0, 6.0)
SHAPE = (12, 64, 64)
VARIABLES = {
    "age": {"kind": "continuous", "label": "Age", "unit": "years"},
    "sex": {"kind": "binary", "label": "Sex"},
    "location": {"kind": "categorical", "label": "Location"},
    "baseline_volume_ml": {"kind": "continuous", "label": "Baseline volume", "unit": "ml"},
    "hours_to_ct": {"kind": "continuous", "label": "Onset to CT", "unit": "h"},
}


def head(rng, grown):
    """HU of a head with a hematoma on one side, and the hematoma's mask."""
    z, y, x = np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in SHAPE), indexing="ij")
    distance = np.hypot(x / 26, y / 30)
    hu = np.full(SHAPE, -1000.0)
    hu[distance < 1] = 900
    hu[distance < 0.92] = 33
    radii = rng.uniform((1.6, 4, 4), (3.2, 8, 7)) * (1.15 if grown else 1)
    centre = rng.uniform((-1.5, -6, 8), (1.5, 6, 12))
    shape = [((a - c) / r) ** 2 for a, c, r in zip((z, y, x), centre, radii, strict=True)]
    mask = sum(shape) < 1
    hu[mask] = 62 - (8 * rng.random() if grown else 0)
    inside = distance < 0.92
    hu[inside] += rng.normal(0, 6 if grown else 4, int(inside.sum()))
    return np.rint(hu).astype(np.int16), mask.astype(np.uint8)


def as_image(array):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(SPACING)
    image.SetOrigin((-95.0, -95.0, -30.0))
    return image


def write(image, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(file), useCompression=True)


def write_cohort(folder, n_training=30, n_external=12, n_rereads=6, seed=1, prefix="P", notes=""):
    """Images, masks, re-reads and patients.csv; returns the table.

    prefix : of the identifiers; notes : a text that image and mask carry in their headers
    """
    folder, rng = Path(folder), np.random.default_rng(seed)
    rows = []
    for number in range(n_training + n_external):
        grown = number % 3 == 0
        name = f"{prefix}{number + 1:03d}"
        hu, mask = head(rng, grown)
        scan = as_image(hu)
        if notes:
            scan.SetMetaData("ITK_FileNotes", notes)
        write(scan, folder / "images" / f"{name}.nii.gz")
        write(as_image(mask), folder / "masks" / f"{name}.nii.gz")
        if number < n_rereads:
            again = np.roll(mask, 1, axis=2)
            write(as_image(again), folder / "rereads" / "A2" / f"{name}.nii.gz")
            write(as_image(mask | again), folder / "rereads" / "B1" / f"{name}.nii.gz")
        volume = round(float(mask.sum() * np.prod(SPACING) / 1000), 2)
        rows.append(
            {
                "patient_id": name,
                "cohort": "training" if number < n_training else "external",
                "age": int(rng.integers(35, 90)),
                "sex": rng.choice(["female", "male"]),
                "location": rng.choice(["deep", "lobar", "other"]),
                "hours_to_ct": round(float(rng.gamma(2, 1.2)) + 0.2, 1),
                "baseline_volume_ml": volume,
                "followup_volume_ml": round(volume * (1.6 if grown else 1.02), 2),
            }
        )
    table = pd.DataFrame(rows)
    table.to_csv(folder / "patients.csv", index=False)
    return table


def write_study(file, folder, **keys):
    """The YAML of a small study of a files cohort; returns its path."""
    settings = {
        "name": Path(file).stem,
        "title": "A small cohort",
        "source": "files",
        "compare_with_paper": False,
        "cohort": {"folder": str(folder), "variables": VARIABLES},
        "imaging": {"filters": ["original"], "spacing_mm": 3.0},
        "selection": {"k": 3},
        "models": {"folds": 2, "n_iter": 2},
    }
    cohort = settings["cohort"] | keys.pop("cohort", {})
    text = yaml.safe_dump(settings | keys | {"cohort": cohort}, allow_unicode=True)
    Path(file).write_text(text, "utf-8")
    return Path(file)
