"""Small tables for the text of a chapter, from the results of a step."""

from __future__ import annotations

import pandas as pd

from helpers.classifiers import FULL_NAMES
from helpers.features.settings import ImagingSettings
from helpers.imaging.slices import Crop
from helpers.model_files import ModelDescription


def geometry_summary(volumes: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Voxel size, matrix and slices by cohort: median and range."""
    table = volumes.merge(patients[["patient_id", "cohort"]], on="patient_id")
    columns = {
        "in-plane spacing (mm)": "spacing_x_mm",
        "slice spacing (mm)": "spacing_z_mm",
        "matrix": "rows",
        "slices": "slices",
        "lesion volume (ml)": "volume_ml",
        "mean density (HU)": "mean_hu",
    }
    return pd.DataFrame(
        [
            {"cohort": cohort, "scans": len(part)}
            | {label: _spread(part[column]) for label, column in columns.items()}
            for cohort, part in table.groupby("cohort", sort=False)
        ],
        columns=["cohort", "scans", *columns],
    )


def agreement_summary(dice: pd.DataFrame) -> pd.DataFrame:
    """Dice coefficient and volume difference of each re-read against the first read."""
    who = {"A2": "same reader again", "B1": "second reader"}
    return pd.DataFrame(
        [
            {
                "read": f"{read} ({who[read]})" if read in who else read,
                "patients": len(part),
                "Dice": _spread(part["dice"], 3),
                "volume difference (ml)": _spread(part["volume_difference_ml"]),
            }
            for read, part in dice.groupby("read")
        ],
        columns=["read", "patients", "Dice", "volume difference (ml)"],
    )


def example_slices(lesions: list[tuple[pd.Series, Crop]]) -> list[dict]:
    """The largest slice of each lesion with its first outline, as `figures.lesion_panel` wants it.

    Returns
    -------
    list of dict: pixels (HU), mask, spacing_mm (y, x), cohort, expansion, volume_ml
    """
    return [
        {
            "pixels": crop.pixels[crop.largest],
            "mask": next(iter(crop.masks.values()))[crop.largest],
            "spacing_mm": crop.spacing_mm[1:],
            "cohort": patient["cohort"],
            "expansion": int(patient["expansion"]),
            "volume_ml": float(patient.get("baseline_volume_ml", float("nan"))),
        }
        for patient, crop in lesions
    ]


def imaging_summary(settings: ImagingSettings) -> pd.DataFrame:
    """How an image is prepared before anything is measured, a step a row."""
    window = settings.window_hu
    steps = [
        ("clip", f"{window[0]:g} to {window[1]:g} HU" if window else "no"),
        (
            "normalise",
            f"mean 0, SD {settings.scale:g}, over voxels inside the window"
            if settings.normalize and window
            else f"mean 0, SD {settings.scale:g}, over the whole image"
            if settings.normalize
            else "no",
        ),
        ("resample", f"{settings.spacing_mm:g} mm cubes" if settings.spacing_mm else "no"),
        ("grey levels", f"bins of width {settings.bin_width:g}"),
        ("images", ", ".join(_described(name, settings) for name in settings.filters)),
    ]
    return pd.DataFrame(steps, columns=["step", "setting"])


def _described(name: str, settings: ImagingSettings) -> str:
    if name == "log":
        sigmas = ", ".join(f"{sigma:g}" for sigma in settings.log_sigmas_mm)
        return f"Laplacian of Gaussian (σ {sigmas} mm)"
    return f"wavelet ({settings.wavelet})" if name == "wavelet" else name


def _spread(values: pd.Series, digits: int = 1) -> str:
    """Median and range, or one value where all are equal."""
    if values.empty:
        return ""
    if values.nunique() == 1:
        return f"{values.iloc[0]:.{digits}f}".removesuffix(".0")
    low, middle, high = values.min(), values.median(), values.max()
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def model_summary(cards: list[ModelDescription]) -> pd.DataFrame:
    """Each model's settings, the columns it uses and its threshold."""
    return pd.DataFrame(
        [
            {
                "model": f"{card.model} ({FULL_NAMES[card.model]})",
                "radiomic features": len(card.features),
                "clinical columns": ", ".join(card.clinical) or "none",
                "settings": ", ".join(f"{k} {_short(v)}" for k, v in card.parameters.items()),
                "threshold of the score": f"{card.threshold:.3g}",
            }
            for card in cards
        ]
    )


def performance_summary(table2: pd.DataFrame) -> pd.DataFrame:
    """AUC with its interval, a column for each way patients were related to the model."""
    chosen = table2[table2["positive"] == "expansion"]
    text = [f"{r.auc:.3f} ({r.auc_low:.3f} to {r.auc_high:.3f})" for r in chosen.itertuples()]
    wide = chosen.assign(text=text).pivot(index="model", columns="cohort", values="text")
    order = list(chosen["cohort"].unique())
    return wide.loc[chosen["model"].unique(), order].rename_axis(columns=None).reset_index()


def input_summary(cards: list[ModelDescription]) -> pd.DataFrame:
    """Every column that a model needs, its range in training, and the models that use it."""
    rows = {}
    for card in cards:
        for name in [*card.features, *card.clinical]:
            low, high = card.training_ranges.get(name, (None, None))
            span = "levels" if low is None else f"{low:.4g} to {high:.4g}"
            rows.setdefault(name, {"input": name, "range in training": span, "models": []})
            rows[name]["models"].append(card.model)
    table = pd.DataFrame(rows.values())
    return table.assign(models=table["models"].str.join(", "))


def version_summary(cards: list[ModelDescription]) -> pd.DataFrame:
    """Packages that decide a model's scores and their versions."""
    return pd.DataFrame(cards[0].versions.items(), columns=["package", "version"])


def _short(value) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
