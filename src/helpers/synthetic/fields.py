"""Grids in mm, smooth random fields, and partial volume: the raw material of the phantoms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Grid:
    """Voxel centres of an axis-parallel block, each axis in mm, in the order z, y, x.

    x grows to the patient's left, y to the back, z to the vertex (LPS, as DICOM has it).
    """

    z: np.ndarray
    y: np.ndarray
    x: np.ndarray

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Distance of neighbouring voxel centres in mm, in the order z, y, x."""
        return tuple(float(axis[1] - axis[0]) for axis in (self.z, self.y, self.x))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels in the order z, y, x."""
        return len(self.z), len(self.y), len(self.x)

    @property
    def mesh(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """X, Y and Z in mm as arrays that broadcast to `shape`."""
        return (
            self.x[None, None, :].astype(np.float32),
            self.y[None, :, None].astype(np.float32),
            self.z[:, None, None].astype(np.float32),
        )

    def box(
        self, low: tuple[float, ...], high: tuple[float, ...]
    ) -> tuple[tuple[slice, ...], Grid]:
        """The part between two corners (mm; z, y, x), as slices and as a grid of its own.

        At least two voxels remain on each axis.
        """
        cuts = []
        for axis, start, stop in zip((self.z, self.y, self.x), low, high, strict=True):
            first = min(max(int(np.searchsorted(axis, start)), 0), len(axis) - 2)
            last = max(int(np.searchsorted(axis, stop, side="right")), first + 2)
            cuts.append(slice(first, min(last, len(axis))))
        inner = Grid(self.z[cuts[0]], self.y[cuts[1]], self.x[cuts[2]])
        return tuple(cuts), inner


def smooth_noise(
    rng: np.random.Generator, grid: Grid, length_mm: float | tuple[float, float, float]
) -> np.ndarray:
    """A Gaussian random field of mean 0 and variance 1 on a grid.

    White noise on control points, smoothed by a Gaussian kernel on each axis in turn; each row of
    the kernel is scaled to unit norm, so the variance is 1 at every voxel. The autocorrelation is
    exp(-distance² / (4 length²)).

    Parameters
    ----------
    rng : source of the noise
    grid : where the field is wanted
    length_mm : SD of the kernel in mm, one or (z, y, x)

    Returns
    -------
    ndarray of float32, shape = grid.shape
    """
    lengths = np.broadcast_to(np.asarray(length_mm, float), 3)
    kernels = []
    for axis, length in zip((grid.z, grid.y, grid.x), lengths, strict=True):
        knots = np.arange(axis[0] - 3 * length, axis[-1] + 4 * length, length)
        kernel = np.exp(-0.5 * ((axis[:, None] - knots) / length) ** 2)
        kernels.append((kernel / np.linalg.norm(kernel, axis=1, keepdims=True)).astype(np.float32))
    white = rng.standard_normal([kernel.shape[1] for kernel in kernels], dtype=np.float32)
    flat = kernels[0] @ white.reshape(len(white), -1)
    return kernels[1] @ flat.reshape(-1, *white.shape[1:]) @ kernels[2].T


def occupancy(level: np.ndarray, width: np.ndarray | float) -> np.ndarray:
    """The share of each voxel that lies where `level` (mm) is positive.

    `width` (mm) is the voxel's extent along the surface's normal: the partial volume of a plane
    that cuts a box. Returns float32 between 0 and 1.
    """
    return np.clip(0.5 + level / width, 0, 1).astype(np.float32)


def upsample(coarse: np.ndarray, axis: int) -> np.ndarray:
    """Twice the samples along an axis by linear interpolation, voxel centres aligned."""
    field = np.moveaxis(coarse, axis, -1)
    before = np.concatenate([field[..., :1], field[..., :-1]], axis=-1)
    after = np.concatenate([field[..., 1:], field[..., -1:]], axis=-1)
    fine = np.empty((*field.shape[:-1], 2 * field.shape[-1]), np.float32)
    fine[..., 0::2] = 0.75 * field + 0.25 * before
    fine[..., 1::2] = 0.75 * field + 0.25 * after
    return np.moveaxis(fine, -1, axis)


def step(level: np.ndarray, scale: float) -> np.ndarray:
    """A logistic step from 0 to 1 where `level` passes zero, `scale` wide (both mm)."""
    return 1 / (1 + np.exp(-np.clip(level / scale, -20, 20)))


def ellipsoid(x, y, z, centre, axes) -> np.ndarray:
    """Level of an ellipsoid, positive inside; in mm along its shortest half axis."""
    r = np.sqrt(sum(((a - c) / h) ** 2 for a, c, h in zip((x, y, z), centre, axes, strict=True)))
    return (1 - r) * min(axes)


def capsules(x, y, z, parts, widen: float = 1.0) -> np.ndarray:
    """Level in mm, positive inside, of tapering capsules that melt into one another.

    `parts` holds (start, end, radius at start, radius at end), points as (x, y, z), all mm.
    """
    total = np.zeros(np.broadcast(x, y, z).shape, np.float32)
    for start, end, r0, r1 in parts:
        way = [float(b - a) for a, b in zip(start, end, strict=True)]
        off = [axis - a for axis, a in zip((x, y, z), start, strict=True)]
        t = sum(o * w for o, w in zip(off, way, strict=True)) / sum(w * w for w in way)
        t = np.clip(t, 0, 1)
        gap = np.sqrt(sum((o - t * w) ** 2 for o, w in zip(off, way, strict=True)))
        total += np.exp(np.clip((widen * (r0 + t * (r1 - r0)) - gap) / 0.9, -25, 12))
    return 0.9 * np.log(total + 1e-11)
