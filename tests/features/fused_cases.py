"""Small lesions of every kind, drawn at random, for comparing the two engines."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from helpers.features.settings import ImagingSettings

SHAPES = ("blob", "ragged", "border", "slice", "scattered", "line", "two", "whole")
CONTENTS = ("brain", "noise", "flat", "steps", "clipped")
SPACINGS = (
    (0.45, 0.45, 5.0),
    (0.5, 0.5, 1.0),
    (1.0, 1.0, 1.0),
    (0.7, 0.9, 3.0),
    (2.0, 2.0, 2.0),
    (1.0, 1.0, 2.5),
    (0.5, 0.5, 0.5),
)
# upright, feet first, turned in plane, tilted gantry
_TILT = np.deg2rad(18.5)
DIRECTIONS = (
    np.eye(3),
    np.diag([-1.0, -1.0, 1.0]),
    np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]),
    np.array([[1, 0, 0], [0, np.cos(_TILT), -np.sin(_TILT)], [0, np.sin(_TILT), np.cos(_TILT)]]),
)


def draw_mask(kind: str, shape: tuple, rng: np.random.Generator) -> np.ndarray:
    """A mask of one of `SHAPES`, uint8, (z, y, x)."""
    nz, ny, nx = shape
    axes = np.ogrid[:nz, :ny, :nx]
    centre = [rng.uniform(0.3, 0.7) * n for n in shape]
    if kind == "border":
        centre[rng.integers(3)] = 0
    reach = [max(rng.uniform(0.15, 0.45) * n, 0.8) for n in shape]
    distance = sum(((a - c) / r) ** 2 for a, c, r in zip(axes, centre, reach, strict=True))
    mask = distance < 1
    if kind == "ragged":
        mask &= ndimage.gaussian_filter(rng.normal(size=shape), 0.7) > -0.1
    elif kind == "slice":
        mask[: int(centre[0])] = False
        mask[int(centre[0]) + 1 :] = False
    elif kind == "scattered":
        mask = rng.random(shape) < 0.02
    elif kind == "line":
        mask[:] = False
        mask[nz // 2, ny // 2, 2 : nx - 2] = True
    elif kind == "two":
        mask[:, ny // 2 - 1 : ny // 2 + 2] = False
    elif kind == "whole":
        mask[:] = True
    return mask.astype(np.uint8)


def draw_values(kind: str, shape: tuple, rng: np.random.Generator) -> np.ndarray:
    """HU of one of `CONTENTS`, int16, (z, y, x)."""
    smooth = ndimage.gaussian_filter(rng.normal(size=shape), (0.5, 2, 2))
    brain = 35 + 40 * smooth / smooth.std() + rng.normal(0, 6, shape)
    if kind == "noise":
        brain = rng.normal(40, 60, shape)
    elif kind == "flat":
        brain = np.full(shape, 60.0)
        brain[:, : shape[1] // 4] = rng.normal(30, 8, brain[:, : shape[1] // 4].shape)
    elif kind == "steps":
        brain = 25.0 * np.rint(brain / 25)
    elif kind == "clipped":
        brain = np.where(smooth > 0, 400.0, -1000.0) + rng.integers(0, 2, shape)
        brain[0] = rng.normal(40, 30, shape[1:])
    return np.rint(brain).astype(np.int16)


def random_case(seed: int) -> tuple[sitk.Image, sitk.Image, ImagingSettings, str]:
    """Image, mask, settings and a description of one random case."""
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(5, 13)), int(rng.integers(20, 44)), int(rng.integers(20, 44)))
    kind = SHAPES[rng.choice(len(SHAPES), p=[0.25, 0.2, 0.15, 0.12, 0.06, 0.02, 0.15, 0.05])]
    content = CONTENTS[rng.choice(len(CONTENTS), p=[0.5, 0.2, 0.1, 0.1, 0.1])]
    spacing = SPACINGS[rng.integers(len(SPACINGS))]
    turned = rng.choice(len(DIRECTIONS), p=[0.55, 0.15, 0.15, 0.15])
    origin = rng.uniform(-200, 200, 3)
    settings = ImagingSettings(
        window_hu=(-20.0, 120.0) if rng.random() < 0.8 else None,
        normalize=bool(rng.random() < 0.93),
        spacing_mm=[1.0, 2.0, None][rng.choice(3, p=[0.8, 0.1, 0.1])],
        bin_width=float(rng.choice([25.0, 19.0, 31.7])),
    )
    pair = draw_values(content, shape, rng), draw_mask(kind, shape, rng)
    image, mask = (place_image(array, spacing, DIRECTIONS[turned], origin) for array in pair)
    told = f"seed {seed}: {kind} {content} {shape} spacing {spacing} direction {turned} {settings}"
    return image, mask, settings, told


def place_image(array, spacing, direction=DIRECTIONS[0], origin=(0.0, 0.0, 0.0)) -> sitk.Image:
    """An array (z, y, x) with geometry (x, y, z)."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(tuple(float(s) for s in spacing))
    image.SetDirection(np.asarray(direction, float).ravel().tolist())
    image.SetOrigin(tuple(float(o) for o in origin))
    return image
