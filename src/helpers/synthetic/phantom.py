"""The phantom: brain, ventricles and sulci in Hounsfield units, drawn anew for each patient.

Sizes are those of an adult brain in a radiological atlas, densities those of unenhanced CT
(Kamalian et al., Handb Clin Neurol 2016;135:3-20): grey matter 37-41, white matter 20-30,
cerebrospinal fluid 0-15, clotted blood 50-70 HU.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
from scipy import ndimage

from helpers.synthetic.fields import Grid, capsules, ellipsoid, occupancy, smooth_noise, step
from helpers.synthetic.head import Head, brainstem_level
from helpers.synthetic.outside import draw_outside

CSF, WHITE, GREY, CLOT = 8.0, 26.0, 38.0, 58.0
HARDENING = 3.0  # HU by which beam hardening lifts brain next to bone; falls with depth

# Lateral ventricle: from (x, y, z), to (x, y, z), radius at either end; mm, left side.
_LATERAL = (
    ((4.5, -31, 3), (5.5, -24, 10), 3.0, 4.2),
    ((12, -33, 5), (6, -22, 11), 2.0, 3.5),
    ((5.5, -24, 10), (7, -4, 19), 4.2, 3.8),
    ((7, -4, 19), (13, 24, 21), 4.4, 4.8),
    ((13, 24, 21), (24, 37, 8), 4.8, 5.4),
    ((24, 37, 8), (22, 58, 3), 4.6, 1.6),
    ((24, 37, 8), (32, 18, -12), 3.4, 1.4),
    ((32, 18, -12), (29, -4, -19), 1.4, 1.8),
)
# Deep grey matter: centre, half axes; mm, left side.
_NUCLEI = (
    ((12.5, -21, 10), (5, 9, 9)),
    ((17, -4, 21), (4, 15, 5)),
    ((24, -3, 3), (7.5, 16, 9)),
    ((10.5, 13, 8), (8.5, 14, 9)),
)


def fill_head(
    head: Head,
    displaced: tuple[np.ndarray, np.ndarray, np.ndarray],
    age: float,
    blood: dict[str, np.ndarray | None],
    rng: np.random.Generator,
) -> np.ndarray:
    """Densities of the whole head without the lesion itself.

    Parameters
    ----------
    head : from `draw_head`
    displaced : head coordinates (mm) after the lesion's mass effect, for what lies in the skull
    age : years; ventricles and sulci widen with it
    blood : "ivh" and "sah", each None or a level (0 to 1) of how much of the fluid there is clot
    rng : the patient's source of anatomy

    Returns
    -------
    ndarray of float32, shape = head.grid.shape, HU
    """
    atrophy = float(np.clip((age - 40) / 45, 0, 1) + rng.normal(0, 0.12))
    hu = draw_outside(head, rng)
    share = occupancy(head.table, head.width)
    share = np.minimum(share, occupancy(head.floor, 0.5 * head.grid.spacing[0]))
    cut = ndimage.find_objects((share > 0).astype(np.int8))[0]  # the brain fills half of the block
    blood = {name: None if level is None else level[cut] for name, level in blood.items()}
    inside = _brain(head.part(cut), [axis[cut] for axis in displaced], atrophy, blood, rng)
    hu[cut] += share[cut] * (inside - hu[cut])
    return hu


def _brain(head, displaced, atrophy, blood, rng) -> np.ndarray:
    x, y, z = displaced
    grid, depth = head.grid, head.depth
    sulci, ribbon, open_ = _cortex(head, atrophy, rng)
    side = np.abs(x)
    cerebellum = occupancy(head.below, 3.0)
    nuclei = np.zeros(grid.shape, np.float32)
    cut, _ = grid.box((-25, -75, -60), (45, 70, 60))
    small = [axis[cut] for axis in (side, y, z)]
    for centre, axes in _NUCLEI:
        nuclei[cut] = np.maximum(nuclei[cut], occupancy(ellipsoid(*small, centre, axes), 2.5))
    grey = np.maximum(ribbon * (1 - cerebellum), 0.85 * nuclei)
    stem = brainstem_level(x, y, z)
    stem_share = occupancy(stem, 2.0)
    folia = 0.25 * np.sin(1.7 * z + 1.1 * y + 2.5 * smooth_noise(rng, grid, 7.0))
    grey += cerebellum * (0.62 + folia * step(-(z + 16), 3) - grey)
    grey = grey * (1 - stem_share) + 0.35 * stem_share
    hu = WHITE + (GREY - WHITE) * grey + 0.9 * smooth_noise(rng, grid, 4.0)
    hu += HARDENING * np.exp(-np.maximum(depth, 0) / 12)
    fluid = np.maximum(sulci * (1 - cerebellum) * (1 - stem_share), 0.8 * occupancy(1.0 - depth, 2))
    cisterns = _cisterns(head, x, y, z, stem, atrophy, rng) * (1 - stem_share)
    fluid = np.maximum(fluid, cisterns)
    ventricles = np.zeros(grid.shape, np.float32)
    widen = 0.78 + 0.55 * atrophy
    level = capsules(*small, _LATERAL, widen)
    third = reduce(
        np.minimum,
        [1.2 + 1.6 * atrophy - small[0], 14 - np.abs(small[1] - 2), 8 - np.abs(small[2] - 1)],
    )
    ventricles[cut] = occupancy(np.maximum(level, third), 1.6)
    fourth = ellipsoid(x, y, z, (0, 34, -30), (6.5 + 2 * atrophy, 4.5, 11))
    ventricles = np.maximum(ventricles, occupancy(fourth, 2.0))
    liquid = np.full(grid.shape, CSF, np.float32)
    if blood["sah"] is not None:
        liquid += (CLOT - 6 - CSF) * blood["sah"]
        fluid = np.maximum(fluid, 0.9 * blood["sah"] * occupancy(open_ + 0.7, 1.2))
    hu += fluid * (liquid - hu)
    chamber = CSF if blood["ivh"] is None else CSF + (CLOT - CSF) * blood["ivh"]
    hu += ventricles * (chamber - hu)
    return _calcified(grid, _membranes(head, hu, x, y, z), x, y, z, rng)


def _cortex(head, atrophy, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sulci (share of fluid), the grey ribbon (share), and the sulcal level in mm.

    Sulci are the zero set of a random field read at points pulled towards the surface, which
    makes them run inward from the cortex.
    """
    grid, depth = head.grid, head.depth
    step, reach = 2.5, 96.0
    axis = np.arange(-reach, reach + step, step)
    folds = smooth_noise(rng, Grid(axis, axis, axis), 5.6)
    radius = np.sqrt(head.x**2 + head.y**2 + (1.05 * head.z) ** 2) + 1
    pull = 0.35 + 0.65 * 72 / radius
    points = np.stack([(part * pull + reach) / step for part in (head.z, head.y, head.x)])
    field = ndimage.map_coordinates(folds, points, order=1, mode="nearest", output=np.float32)
    dz, dy, dx = grid.spacing
    slope = np.gradient(field, dz, dy, dx)
    gap = np.abs(field) / (np.sqrt(slope[0] ** 2 + slope[1] ** 2 + slope[2] ** 2) + 0.04)
    vary = smooth_noise(rng, grid, 14.0)
    half = np.clip(0.4 + 0.75 * atrophy + 0.4 * vary, -0.5, 1.4)
    fade = occupancy(14 + 5 * vary - depth, 6.0)
    blur = 0.9 + 0.28 * dz * np.abs(slope[0]) / (np.abs(slope[1]) + np.abs(slope[2]) + 0.05)
    level = half - gap
    sulci = 0.85 * fade * np.clip(0.5 + level / np.minimum(blur, 2.5), 0, 1)
    ribbon = np.maximum(
        occupancy(4.4 - depth, 1.5),
        occupancy(3.6 - gap, 1.6) * occupancy(19 + 4 * vary - depth, 4.0),
    )
    return sulci, ribbon, np.where(depth < 22, level, -9).astype(np.float32)


def _cisterns(head, x, y, z, stem, atrophy, rng) -> np.ndarray:
    """Share of fluid in the basal cisterns, Sylvian and interhemispheric fissures."""
    side = np.abs(x)
    wave = smooth_noise(rng, head.grid, 9.0)
    wide = 0.9 * wave + 1.1 * atrophy
    around = np.minimum(0.9 + wide - np.abs(stem + 1.6), np.minimum(z + 40, -11 - z))
    smile = np.minimum(
        1.6 + 0.6 * wide - np.abs(y - 31 + 0.05 * side**2), np.minimum(14 - side, 7 - np.abs(z + 6))
    )
    supra = ellipsoid(x, y, z, (0, -7, -15), (11 + 2 * atrophy, 9, 6)) + wave
    magna = ellipsoid(x, y, z, (0, 58, -58), (12, 10, 8))
    insula = reduce(
        np.minimum,
        [
            0.1 + 0.8 * wide - np.abs(side - 39 + 0.10 * y + 1.5 * wave),
            15 - np.abs(y + 5),
            11 - np.abs(z - 5),
        ],
    )
    bend = np.abs(y + 12 + 0.3 * (side - 40) + 0.5 * z + 3.0 * wave)
    lateral = reduce(np.minimum, [0.4 + 0.8 * wide - bend, side - 38, 12 - np.abs(z - 2)])
    fissure = np.minimum(0.2 + 0.5 * wide - side, np.maximum(np.maximum(z - 27, -y - 36), y - 44))
    level = reduce(np.maximum, [around, smile, supra, magna, insula, lateral])
    share = np.maximum(0.9 * occupancy(level, 1.8), 0.7 * occupancy(fissure, 1.4))
    return share * np.maximum(occupancy(3 - head.below, 4.0), (magna > -1) | (around > -2))


def _membranes(head, hu, x, y, z) -> np.ndarray:
    """Falx, tentorium and the superior sagittal sinus, brighter than brain."""
    edge = np.maximum(np.maximum(z - 32, -y - 40), y - 50)
    falx = occupancy(np.minimum(0.7 - np.abs(x), np.minimum(edge, -head.below)), 1.3)
    hu += 0.85 * falx * (58 - hu)
    sheet = np.minimum(0.5 - 0.6 * np.abs(head.below), y - 16)
    hu += 0.5 * occupancy(sheet, 1.5) * (48 - hu)
    sinus = np.minimum(6.5 - head.depth - 1.3 * np.abs(x), np.maximum(y - 30, z - 45))
    hu += 0.9 * occupancy(sinus, 2.0) * (54 - hu)
    return hu


def _calcified(grid, hu, x, y, z, rng) -> np.ndarray:
    """Pineal gland and choroid plexus, calcified in most adults."""
    spots = (((0, 24, 2), 2.4), ((19, 39, 10), 2.6), ((-19, 39, 10), 2.6))
    cut, _ = grid.box((-12, 5, -35), (30, 60, 35))
    near = [axis[cut] for axis in (x, y, z)]
    for centre, size in spots:
        radius = size * rng.uniform(0.3, 1.0)
        gap = np.sqrt(sum((a - c) ** 2 for a, c in zip(near, centre, strict=True)))
        hu[cut] += occupancy(radius - gap, 2.0) * (rng.uniform(80, 160) - hu[cut])
    return hu
