"""The grid that pyradiomics resamples to, and where its voxels lie in the source image."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import SimpleITK as sitk


class Box(NamedTuple):
    """First and last index (inclusive) of the lesion along x, y, z."""

    low: np.ndarray
    high: np.ndarray


class TargetGrid(NamedTuple):
    """The padded box around the lesion after resampling; x, y, z order, mm."""

    size: tuple[int, int, int]
    spacing: np.ndarray
    frame: sitk.Image  # one voxel that carries origin, spacing and direction


class ScanLines(NamedTuple):
    """Continuous source index (x, y, z) of the start and the end of every line of a grid.

    Both of shape (nz, ny, 3). The end is one voxel behind the last one: ITK places the voxels of a
    line between the two.
    """

    start: np.ndarray
    end: np.ndarray


def target_grid(mask: sitk.Image, box: Box, spacing_mm: float, padding: int) -> TargetGrid:
    """The grid of `radiomics.imageoperations.resampleImage`.

    It is aligned with the corner of the image, not with the lesion. A direction in which the
    lesion has one slice keeps its spacing.

    Parameters
    ----------
    mask : the lesion's mask before resampling
    box : of the lesion in that mask
    spacing_mm : edge of the new voxel
    padding : voxels around the lesion, in new voxels
    """
    old = np.array(mask.GetSpacing())
    extent = box.high - box.low + 1
    new = np.where(extent != 1, spacing_mm, old)
    ratio = old / new
    low = np.maximum(np.floor((box.low - 0.5) * ratio - padding), 0)
    last = np.ceil(np.array(mask.GetSize()) * ratio) - 1
    high = np.minimum(np.ceil((box.low + extent - 0.5) * ratio + padding), last)
    corner = 0.5 * (new - old) / old + low / ratio
    frame = sitk.Image(1, 1, 1, sitk.sitkUInt8)
    frame.SetSpacing(new.tolist())
    frame.SetDirection(mask.GetDirection())
    frame.SetOrigin(mask.TransformContinuousIndexToPhysicalPoint(corner.tolist()))
    size = tuple(int(n) for n in high - low + 1)
    return TargetGrid(size, new, frame)


def scan_lines(source: sitk.Image, grid: TargetGrid) -> ScanLines:
    """Where the lines of a grid lie in an image, with ITK's own arithmetic.

    Where axes are parallel each index depends on its own axis only, so that a few calls of ITK
    serve for all lines.

    Parameters
    ----------
    source : the image that is sampled
    grid : the grid to sample it on
    """
    nx, ny, nz = grid.size

    def place(x: int, y: int, z: int) -> tuple[float, float, float]:
        point = grid.frame.TransformIndexToPhysicalPoint((x, y, z))
        return source.TransformPhysicalPointToContinuousIndex(point)

    if not _parallel(source):
        lines = [[(place(0, y, z), place(nx, y, z)) for y in range(ny)] for z in range(nz)]
        ends = np.array(lines)
        return ScanLines(ends[:, :, 0].copy(), ends[:, :, 1].copy())
    start = np.empty((nz, ny, 3))
    start[..., 0] = place(0, 0, 0)[0]
    start[..., 1] = [place(0, y, 0)[1] for y in range(ny)]
    start[..., 2] = np.array([place(0, 0, z)[2] for z in range(nz)])[:, None]
    end = start.copy()
    end[..., 0] = place(nx, 0, 0)[0]
    return ScanLines(start, end)


def _parallel(image: sitk.Image) -> bool:
    direction = np.array(image.GetDirection()).reshape(3, 3)
    return np.array_equal(direction, np.diag(np.diag(direction)))
