"""The frame of a head: its pose, size and warp, and how deep each voxel lies in the skull.

Surfaces are level functions in mm in a head frame (origin between the commissures, x left, y back,
z up); a slowly varying random warp and pose make each head its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.synthetic.fields import Grid, capsules, ellipsoid, smooth_noise, step

SCAN_RANGE_MM = (-62.0, 90.0)
_CAVITY = (66.0, 83.0, 78.0)  # half axes of the inner table in mm: x, y, z


@dataclass
class Head:
    """A patient's head on a coarse grid, before the lesion is in it.

    x, y, z are head coordinates (mm) of each voxel; depth (mm) is the distance under the inner
    table, negative outside the brain; below is positive (mm) under the tentorium.
    """

    grid: Grid
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    table: np.ndarray
    floor: np.ndarray
    below: np.ndarray
    width: np.ndarray
    angle: float
    shift: tuple[float, float]
    size: float

    @property
    def depth(self) -> np.ndarray:
        """Distance under the inner table or above the skull base, mm."""
        return np.minimum(self.table, self.floor)

    def part(self, cut: tuple[slice, slice, slice]) -> Head:
        """The same head in a block of its grid."""
        names = ("x", "y", "z", "table", "floor", "below", "width")
        axes = (self.grid.z, self.grid.y, self.grid.x)
        grid = Grid(*(axis[piece] for axis, piece in zip(axes, cut, strict=True)))
        return replace(self, grid=grid, **{name: getattr(self, name)[cut] for name in names})

    def place(self, point: tuple[float, float, float]) -> np.ndarray:
        """Where a point of the head frame (x, y, z) lies in the scanner: (z, y, x) in mm."""
        x, y = self.size * point[0], self.size * point[1]
        c, s = np.cos(self.angle), np.sin(self.angle)
        return np.array(
            [self.size * point[2], s * x + c * y + self.shift[1], c * x - s * y + self.shift[0]]
        )


def draw_head(grid: Grid, rng: np.random.Generator) -> Head:
    """Pose, size, warp and bony outline of one head.

    Parameters
    ----------
    grid : the coarse grid of the scanner, mm
    rng : the patient's source of anatomy

    Returns
    -------
    Head, its arrays float32 of grid.shape
    """
    gx, gy, gz = grid.mesh
    angle = float(np.deg2rad(rng.normal(0, 4)))
    size = float(np.clip(rng.normal(1, 0.025), 0.94, 1.05))
    shift = tuple(float(part) for part in rng.normal(0, 1.5, 2))
    c, s = float(np.cos(angle)), float(np.sin(angle))
    warp = [rng.uniform(1.4, 2.2) * smooth_noise(rng, grid, 26.0) for _ in range(3)]
    x = (c * (gx - shift[0]) + s * (gy - shift[1])) / size + warp[0]
    y = (-s * (gx - shift[0]) + c * (gy - shift[1])) / size + warp[1]
    z = gz / size + warp[2]
    broad = _CAVITY[0] + float(rng.normal(0, 1.2))
    ax = broad * (1 + 0.09 * np.clip((y - 5) / _CAVITY[1], -1, 0.6))
    upper = np.where(z > 0, z / _CAVITY[2], z / 125.0)
    radius = np.sqrt((np.abs(x) / ax) ** 2.15 + (np.abs(y) / _CAVITY[1]) ** 2.15 + upper**2)
    slope = np.gradient(radius, *grid.spacing)
    steep = np.sqrt(sum(part**2 for part in slope)) + np.float32(1e-4)
    table = (1 - radius) / steep
    dz, dy, dx = grid.spacing
    width = (np.abs(slope[0]) * dz + np.abs(slope[1]) * dy + np.abs(slope[2]) * dx) / steep
    floor = z - _skull_base(x, y)
    fall = np.hypot(*np.gradient(floor, dy, dx, axis=(1, 2)))
    floor = floor / np.sqrt(1 + np.minimum(fall, 3) ** 2)
    side = np.abs(x)
    petrous = capsules(side, y, z, [((16, 1, -33), (62, 24, -27), 4.5, 9.0)])
    floor = np.minimum(floor, -petrous)
    tent = -20 + 27 * np.exp(-((x / 26) ** 2) - ((y - 24) / 42) ** 2)
    below = np.minimum(tent - z, 0.8 * (y - 4 - 0.36 * side)).astype(np.float32)
    return Head(grid, x, y, z, table, floor, below, width, angle, shift, size)


def _skull_base(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Height of the skull's floor in mm: anterior, middle and posterior fossa."""
    side = np.abs(x)
    front = step(-(y + 17 + 25 * np.exp(-(((side - 38) / 17) ** 2))), 2.0)
    back = step(y - 8 - 0.36 * side, 3.0)
    lateral = step(side - 15, 2.0)
    anterior = -25 + 13 * np.exp(-(((side - 30) / 15) ** 2) - ((y + 50) / 25) ** 2)
    middle = lateral * (-40 + 0.006 * (y + 5) ** 2) - (1 - lateral) * 21
    posterior = -68 + 0.011 * (x**2 + (y - 34) ** 2)
    return front * anterior + (1 - front) * ((1 - back) * middle + back * posterior)


def brainstem_level(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Level of midbrain, pons and medulla in mm, positive inside; head coordinates in mm."""
    stem = [((0, 16, -6), (0, 17, -16), 13.0, 12.5), ((0, 17, -28), (0, 27, -62), 12.5, 7.0)]
    pons = ellipsoid(x, y, z, (0, 13, -27), (16, 12, 13))
    return np.maximum(capsules(x, y, z, stem), pons)
