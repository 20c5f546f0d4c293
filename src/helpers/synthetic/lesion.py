"""The hematoma: where it lies, its outline, and the density signs that announce expansion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage

from helpers.errors import DataError
from helpers.synthetic.fields import Grid, smooth_noise, upsample
from helpers.synthetic.head import Head, brainstem_level
from helpers.synthetic.settings import Effects

# Share of lesions without later expansion that carry each sign; the settings add to it for those
# that expand, and name the studies.
BASE_RATES = {"hypodensity": 0.22, "swirl": 0.25, "black_hole": 0.09, "blend": 0.11}
# Possible centres in the head frame (mm: x left, y back, z up) and the lesion's proportions.
SITES = {
    "basal ganglia or thalamus": (((27, -2, 4), (0.8, 1.3, 1.0)), ((14, 13, 9), (0.95, 1.1, 0.95))),
    "lobar": (
        ((30, -44, 22), (0.95, 1.1, 1.0)),
        ((38, 30, 34), (0.95, 1.15, 1.0)),
        ((44, 12, -8), (0.85, 1.2, 0.95)),
        ((28, 56, 14), (0.9, 1.1, 1.0)),
    ),
    "brainstem": (((0, 14, -27), (1.05, 0.9, 1.05)),),
    "cerebellum": (((23, 50, -38), (1.05, 1.05, 0.9)),),
}
FROM_BONE_MM = 1.5  # dura and fluid; a reader keeps off the skull (Liu & He 2025, section 1.3)


@dataclass(frozen=True)
class Signs:
    """What one lesion looks like.

    irregularity : SD of the outline's displacement, as a share of the lesion's radius
    heterogeneity : SD of the density inside, HU
    hypodensity, swirl, black_hole, blend : whether the sign is there
    """

    irregularity: float
    heterogeneity: float
    hypodensity: bool
    swirl: bool
    black_hole: bool
    blend: bool


@dataclass
class Lesion:
    """A lesion on the full grid: the block it fills, its voxels there, and its density in HU."""

    block: tuple[slice, ...]
    grid: Grid
    mask: np.ndarray
    density: np.ndarray
    centre: np.ndarray
    radius: float


def draw_signs(expansion: int, effects: Effects, rng: np.random.Generator) -> Signs:
    """Outline and density signs of one lesion; with all effects zero, the outcome plays no part.

    Parameters
    ----------
    expansion : 0 or 1
    effects : standardised differences and differences of rates between the two outcomes
    rng : the patient's source of signs

    Returns
    -------
    Signs
    """
    ragged, mottled = rng.standard_normal(2)
    chance = rng.random(len(BASE_RATES))
    present = {
        name: bool(u < rate + expansion * getattr(effects, f"{name}_rate"))
        for u, (name, rate) in zip(chance, BASE_RATES.items(), strict=True)
    }
    return Signs(
        irregularity=float(0.13 * np.exp(0.4 * (ragged + expansion * effects.margin_irregularity))),
        heterogeneity=float(2.5 * np.exp(0.4 * (mottled + expansion * effects.heterogeneity))),
        **present,
    )


def draw_lesion(
    patient: pd.Series, head: Head, full: Grid, signs: Signs, rng: np.random.Generator
) -> Lesion:
    """Outline and density of one hematoma.

    The level set of an ellipsoid displaced by a smooth random field orders the voxels; the lowest
    ones are taken until the volume is the table's, to the nearest voxel, and the lesion is in one
    piece. Voxels out of the lesion's compartment come late, those out of the brain never.

    Parameters
    ----------
    patient : with patient_id, baseline_volume_ml (ml) and location
    head : the head on the coarse grid, each in-plane pixel of which is 2×2 of `full`
    full : the grid of the image, mm
    signs : from `draw_signs`
    rng : the patient's source of lesions

    Raises
    ------
    DataError
        when the location is unknown or the volume does not fit into the head.
    """
    location, volume = patient["location"], float(patient["baseline_volume_ml"])
    if location not in SITES:
        raise DataError(
            f"patient {patient['patient_id']}: location is {location!r}; expected one of "
            f"{', '.join(SITES)}."
        )
    voxel = float(np.prod(full.spacing))
    count = max(round(volume * 1000 / voxel), 1)
    radius = float(np.cbrt(0.75 * volume * 1000 / np.pi))
    sites = SITES[location]
    point, proportions = sites[rng.integers(len(sites))]
    side = float(rng.choice([-1.0, 1.0]))
    point = np.multiply(point, (side, 1, 1)) + rng.normal(0, 2.0, 3)
    centre = head.place(tuple(point))
    reach = 2.2 * radius + 8
    coarse, _ = head.grid.box(tuple(centre - reach), tuple(centre + reach))
    block, grid = _doubled(coarse, full)
    clear = _fine(head.depth[coarse] - 0.5 * head.width[coarse])  # of voxels that bone shares
    level = _ragged_ellipsoid(grid, centre, radius, proportions, signs, rng)
    level += 2.5 * np.maximum(-_fine(_compartment(head, coarse, location, side)), 0)
    allowed = clear > FROM_BONE_MM
    if allowed.sum() < count:
        raise DataError(
            f"patient {patient['patient_id']}: baseline_volume_ml is {volume}, which does not fit "
            f"into this head ({allowed.sum() * voxel / 1000:.0f} ml around {location}). Lower it."
        )
    mask = lowest_connected(np.where(allowed, level, np.inf), count)
    density = _density(grid, mask, level, radius, signs, rng)
    return Lesion(block, grid, mask, density, centre, radius)


def _ragged_ellipsoid(grid, centre, radius, proportions, signs, rng) -> np.ndarray:
    """Distance from the centre in mm along the lesion's axes, less where the outline bulges."""
    x, y, z = grid.mesh
    axes = np.array(proportions) * np.exp(rng.normal(0, 0.12, 3))
    axes = axes / np.cbrt(np.prod(axes))
    turn = rng.normal(0, 0.25)
    dx, dy, dz = x - float(centre[2]), y - float(centre[1]), z - float(centre[0])
    c, s = float(np.cos(turn)), float(np.sin(turn))
    level = np.sqrt(
        ((c * dx + s * dy) / float(axes[0])) ** 2
        + ((c * dy - s * dx) / float(axes[1])) ** 2
        + (dz / float(axes[2])) ** 2
    )
    bulges = 0.8 * smooth_noise(rng, grid, 0.45 * radius)
    bulges += 0.6 * smooth_noise(rng, grid, 0.2 * radius)
    return level - signs.irregularity * radius * bulges


def lowest_connected(level: np.ndarray, count: int) -> np.ndarray:
    """The `count` lowest voxels of a level, in one piece (faces touching).

    Stray pieces are dropped and the largest one grows at its rim, lowest voxels first.

    Parameters
    ----------
    level : ndarray, infinite where no voxel may be taken
    count : number of voxels wanted

    Returns
    -------
    ndarray of bool, shape = level.shape
    """
    limit = np.partition(level, count - 1, axis=None)[count - 1]
    pieces, found = ndimage.label(level <= limit)
    if found > 1:
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        mask = pieces == sizes.argmax()
    else:
        mask = pieces > 0
    missing = count - int(mask.sum())
    while missing > 0:
        rim = ndimage.binary_dilation(mask) & ~mask & np.isfinite(level)
        spots = np.flatnonzero(rim)
        if not len(spots):
            raise DataError(f"{missing} of {count} voxels find no room next to the lesion.")
        order = np.argsort(level.ravel()[spots], kind="stable")
        mask.ravel()[spots[order[: min(missing, max(len(spots) // 2, 1))]]] = True
        missing = count - int(mask.sum())
    return mask


def _compartment(head: Head, coarse, location: str, side: float) -> np.ndarray:
    """Level in mm, positive in the part of the brain where this lesion belongs."""
    x, y, z, below = (part[coarse] for part in (head.x, head.y, head.z, head.below))
    depth = head.depth[coarse] - 2.0
    if location == "brainstem":
        return np.minimum(depth, brainstem_level(x, y, z) + 0.5)
    if location == "cerebellum":
        return np.minimum(np.minimum(depth, below - 1.5), -brainstem_level(x, y, z))
    midline = side * x - (2.0 if location == "lobar" else -1.0)
    return np.minimum(np.minimum(depth, -below - 1.5), midline)


def _fine(coarse: np.ndarray) -> np.ndarray:
    """A level of the coarse grid on the full one."""
    return upsample(upsample(coarse, 1), 2)


def _doubled(coarse: tuple[slice, ...], full: Grid) -> tuple[tuple[slice, ...], Grid]:
    """A block of the coarse grid as the same block of the full grid."""
    block = (coarse[0], *(slice(2 * cut.start, 2 * cut.stop) for cut in coarse[1:]))
    return block, Grid(full.z[block[0]], full.y[block[1]], full.x[block[2]])


def _density(grid, mask, level, radius, signs, rng) -> np.ndarray:
    """HU of the clot: 50 to 70 (Kamalian 2016), less where blood is fresh or clot retracted."""
    length = np.clip(0.25 * radius, 2.0, 5.0)
    hu = np.full(grid.shape, 61 + 2.5 * rng.standard_normal(), np.float32)
    hu += signs.heterogeneity * smooth_noise(rng, grid, float(length))
    limit = float(level[mask].max())
    hu -= 4 * np.clip(level / (limit + 1e-3), 0, 1.2) ** 4
    centre = np.array(
        [
            axis[mask.any(axis=tuple({0, 1, 2} - {i}))].mean()
            for i, axis in enumerate((grid.z, grid.y, grid.x))
        ]
    )
    x, y, z = grid.mesh
    dz, dy, dx = z - float(centre[0]), y - float(centre[1]), x - float(centre[2])
    bend = smooth_noise(rng, grid, 0.5 * radius)
    way = rng.normal(size=2)
    way /= np.linalg.norm(way)
    spot = rng.uniform(-0.35, 0.35, 3) * radius
    size = rng.uniform(0.2, 0.32) * radius
    cloud = smooth_noise(rng, grid, 0.3 * radius)
    thread = smooth_noise(rng, grid, 0.35 * radius)
    if signs.blend:
        across = float(way[0]) * dx + float(way[1]) * dy + 0.2 * radius * bend
        hu -= 19 * np.clip(0.5 + (across - 0.2 * radius) / 2.0, 0, 1)
    if signs.swirl:
        hu -= 15 * np.exp(-((thread / 0.28) ** 2)) * (cloud > -0.6)
    if signs.hypodensity:
        hu -= 14 * np.clip((cloud - 0.5) / 0.6, 0, 1)
    if signs.black_hole:
        gap = np.sqrt((dx - spot[0]) ** 2 + (dy - spot[1]) ** 2 + (dz - spot[2]) ** 2)
        hu -= 24 * np.clip(0.5 + (size - gap) / 1.2, 0, 1)
    return np.maximum(hu, 24).astype(np.float32)
