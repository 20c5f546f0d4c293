"""The lesion's voxels and who is whose neighbour: the same for all filtered images."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

# half of the 26 neighbours (z, y, x): the other half are their opposites
DIRECTIONS = np.array(
    [
        (0, 0, 1),
        (0, 1, -1),
        (0, 1, 0),
        (0, 1, 1),
        (1, -1, -1),
        (1, -1, 0),
        (1, -1, 1),
        (1, 0, -1),
        (1, 0, 0),
        (1, 0, 1),
        (1, 1, -1),
        (1, 1, 0),
        (1, 1, 1),
    ],
    dtype=np.int64,
)


class Roi(NamedTuple):
    """The lesion's voxels in raster order and how to reach their neighbours.

    The frame is the lesion's own box with one voxel of padding all around. All kernels walk over
    flat indices into it; a neighbour lies one of `steps` behind a voxel.
    """

    position: np.ndarray  # flat indices into the padded volume that was resampled
    place: np.ndarray  # flat indices into the frame, uint64
    frame: tuple[int, int, int]  # shape (z, y, x)
    steps: np.ndarray  # one per direction in which the lesion is longer than one voxel, uint64
    lined: np.ndarray  # per direction: do two voxels share a line, adjacent or not?
    neighbours: np.ndarray  # how many each voxel has, int32
    box: np.ndarray  # the lesion, uint8, cropped to it
    bounds: np.ndarray  # of that box in the volume: (first, one behind the last) along z, y, x
    extent: int  # voxels along the longest side of that box


def find_roi(mask: np.ndarray) -> Roi:
    """Voxels and neighbours of a mask.

    Parameters
    ----------
    mask : uint8, shape (z, y, x), 1 in the lesion; at least one voxel
    """
    position = np.flatnonzero(mask)
    where = np.unravel_index(position, mask.shape)
    bounds = np.array([(axis.min(), axis.max() + 1) for axis in where])
    box = np.ascontiguousarray(mask[tuple(slice(*ends) for ends in bounds)])
    frame = np.pad(box, 1)
    place = np.flatnonzero(frame)
    alone = np.array(box.shape) == 1
    directions = DIRECTIONS[~(DIRECTIONS[:, alone] != 0).any(axis=1)]
    steps = directions @ np.array([frame.shape[1] * frame.shape[2], frame.shape[2], 1])
    flat = frame.ravel()
    lined = [
        bool(flat[place - s].any()) or _share_line(box, d)
        for s, d in zip(steps, directions, strict=True)
    ]
    around = sum_neighbours(frame.astype(np.int32)).ravel()[place]
    return Roi(
        position,
        place.astype(np.uint64),
        frame.shape,
        steps.astype(np.uint64),
        np.array(lined, bool),
        around,
        box,
        bounds,
        max(box.shape),
    )


def _share_line(box: np.ndarray, direction: np.ndarray) -> bool:
    """Whether two voxels that are not adjacent lie on one line; rare, so without hurry."""
    points = np.argwhere(box != 0)
    axis = int(np.flatnonzero(direction)[0])
    lines = points - (points[:, axis] * direction[axis])[:, None] * direction
    return len(np.unique(lines, axis=0)) < len(points)


@njit(cache=True)
def sum_neighbours(values):
    """Sum over the 26 neighbours of every voxel, by sums along x, y and z.

    Parameters
    ----------
    values : int32, shape (z, y, x), 0 outside the lesion and on all sides
    """
    nz, ny, nx = values.shape
    rows = np.zeros(values.shape, np.int32)
    planes = np.zeros(values.shape, np.int32)
    for z in range(nz):
        for y in range(ny):
            for x in range(1, nx - 1):
                rows[z, y, x] = values[z, y, x - 1] + values[z, y, x] + values[z, y, x + 1]
        for y in range(1, ny - 1):
            for x in range(nx):
                planes[z, y, x] = rows[z, y - 1, x] + rows[z, y, x] + rows[z, y + 1, x]
    out = np.zeros(values.shape, np.int32)
    for z in range(1, nz - 1):
        for y in range(ny):
            for x in range(nx):
                column = planes[z - 1, y, x] + planes[z, y, x] + planes[z + 1, y, x]
                out[z, y, x] = column - values[z, y, x]
    return out
