"""What surrounds the brain: vault and skull base, scalp, orbits, air sinuses, muscles."""

from __future__ import annotations

from functools import reduce

import numpy as np

from helpers.synthetic.fields import Grid, capsules, ellipsoid, occupancy, smooth_noise, step
from helpers.synthetic.head import Head

AIR, FAT, MUSCLE = -1000.0, -90.0, 52.0


def draw_outside(head: Head, rng: np.random.Generator) -> np.ndarray:
    """Everything outside the brain: vault, scalp, air, and under the brain the face.

    Parameters
    ----------
    head : from `draw_head`
    rng : the patient's source of anatomy

    Returns
    -------
    ndarray of float32, shape = head.grid.shape, HU; rounded to 10 HU, which nobody measures there
    and which keeps files small
    """
    grid, y, z, table = head.grid, head.y, head.z, head.table
    bone = 850 + 140 * smooth_noise(rng, grid, 8.0)
    vault = 4.8 + 0.8 * smooth_noise(rng, grid, 22.0) + 2.0 * np.exp(-(((y - 80) / 22) ** 2))
    neck = step(-(z + 26), 6) * step(y - 20, 8)
    scalp = vault + 5.5 + 0.8 * smooth_noise(rng, grid, 25.0) + 8 * neck
    temporal = ellipsoid(np.abs(head.x), y, z, (68, -22, -12), (13, 26, 30))
    planes = np.abs(np.mod(table + 1.5 * np.sin(y / 9), 6) - 3) < 2.2
    hu = FAT + (MUSCLE - FAT) * np.maximum(occupancy(temporal, 2.0), (neck > 0.5) * planes)
    skin = occupancy(2.6 - table - scalp, 1.5)
    hu += skin * (45 - hu)
    diploe = occupancy(np.minimum(-table - 2.0, table + vault - 2.0), 2.0)
    hu += occupancy(table + vault, head.width) * (bone - 330 * diploe - hu)
    low = slice(0, int(np.searchsorted(grid.z, 12.0)))
    if low.stop > 1:
        _add_face(head, hu, bone, vault, low, rng)
    hu = AIR + occupancy(table + scalp, head.width) * (hu - AIR)
    return 10 * np.rint(hu / 10)


def _add_face(head, hu, bone, vault, low, rng) -> None:
    """Skull base, orbits, air sinuses, mastoids and muscles, in the slices `low` of `hu`."""
    grid = Grid(head.grid.z[low], head.grid.y, head.grid.x)
    x, y, z, table, floor = (a[low] for a in (head.x, head.y, head.z, head.table, head.floor))
    hu, bone, side = hu[low], bone[low], np.abs(x)
    grain = smooth_noise(rng, grid, 4.0)
    under = occupancy(-floor - 4.0, 2.0) * (table > -5)
    flesh = np.where(np.abs(grain) < 0.3, FAT, MUSCLE + 4 * grain)
    hu += under * (flesh - hu)
    plate = np.minimum(-floor + 0.5, 5.0 + 1.2 * grain + floor)
    struts = capsules(
        side,
        y,
        z,
        [
            ((13, -20, -36), (14, -26, -70), 3.5, 3.0),
            ((55, -8, -44), (50, -4, -70), 3.5, 4.0),
            ((62, -42, -38), (68, -2, -34), 2.5, 2.5),
            ((38, -68, -50), (62, -42, -38), 4.0, 2.5),
            ((0, 2, -30), (0, 14, -66), 9.0, 5.0),
            ((40, 26, -44), (26, 32, -60), 13.0, 11.0),
            ((16, -64, -50), (40, -62, -48), 2.0, 2.0),
            ((48, -62, -18), (50, -58, -42), 4.0, 4.0),
        ],
    )
    orbit = np.maximum(
        ellipsoid(side, y, z, (31, -72, -33), (17, 24, 15)),
        ellipsoid(side, y, z, (22, -48, -32), (9, 20, 9)),
    )
    globe = ellipsoid(side, y, z, (32, -78, -33), (12, 12, 12))
    air = reduce(
        np.maximum,
        [
            ellipsoid(side, y, z, (6, -52, -42), (7, 30, 17)),
            ellipsoid(side, y, z, (8, -16, -32), (8, 9, 8)),
            ellipsoid(side, y, z, (30, -55, -62), (14, 17, 13)),
            ellipsoid(side, y, z, (9, -85, -20), (10, 5, 8)),
        ],
    )
    outer = (floor < -2) & (table > -vault[low] - 2)
    eye = np.where(globe > 0.9, 14.0, np.where(globe > -0.8, 48.0, FAT))
    eye = np.where((np.abs(orbit - 4.5) < 1.4) & (globe < -0.8), MUSCLE, eye)
    eye = np.where(
        (np.abs(side - 27 - 0.2 * (y + 66)) < 1.8) & (y > -66) & (np.abs(z + 33) < 4), MUSCLE, eye
    )
    hu += occupancy(np.maximum(orbit, globe), 1.5) * outer * (eye - hu)
    solid = np.maximum(np.minimum(plate, table + 6), np.minimum(struts, table + 12))
    hu += occupancy(solid, 2.0) * (globe < -1) * (bone - hu)
    hu += 0.7 * occupancy(1.1 - np.abs(air), 1.5) * outer * (bone - hu)
    septa = (np.abs(np.mod(y + 3 * grain, 10) - 5) < 0.7) | (np.abs(x + 0.8 * grain) < 0.9)
    hu += occupancy(air, 1.5) * outer * (1 - 0.75 * septa.astype(np.float32)) * (AIR - hu)
    mastoid = ellipsoid(side, y, z, (62, 26, -34), (12, 16, 14))
    cells = (np.minimum(mastoid, -floor - 1) > 0) & (smooth_noise(rng, grid, 1.8) > 0.2)
    hu += cells * (table > -vault[low]) * (-700 - hu)
