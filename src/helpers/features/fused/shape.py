"""Shape features: a marching-cubes surface, its diameters, and principal axes."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np
from numba import njit


def shape_features(box: np.ndarray, spacing: np.ndarray) -> dict:
    """The 14 shape features by name, in pyradiomics' order.

    Parameters
    ----------
    box : the lesion, uint8, shape (z, y, x), cropped to it
    spacing : mm along z, y, x
    """
    padded = np.pad(box, 1)
    area, volume = _surface(padded, spacing)
    widest = diameters(padded, spacing)
    least, minor, major = _axes(padded, spacing)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "Elongation": np.sqrt(minor / major),
            "Flatness": np.sqrt(least / major),
            "LeastAxisLength": np.sqrt(least) * 4,
            "MajorAxisLength": np.sqrt(major) * 4,
            "Maximum2DDiameterColumn": widest[1],
            "Maximum2DDiameterRow": widest[2],
            "Maximum2DDiameterSlice": widest[0],
            "Maximum3DDiameter": widest[3],
            "MeshVolume": volume,
            "MinorAxisLength": np.sqrt(minor) * 4,
            "Sphericity": (36 * np.pi * volume**2) ** (1.0 / 3.0) / area,
            "SurfaceArea": area,
            "SurfaceVolumeRatio": area / volume,
            "VoxelVolume": np.count_nonzero(box) * (spacing[0] * spacing[2] * spacing[1]),
        }


def _axes(padded: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Eigenvalues of the voxels' covariance, ascending; what is negative by rounding is 0."""
    points = np.argwhere(padded) * spacing[None, :]
    points -= points.mean(axis=0)
    points /= np.sqrt(len(points))
    values = np.linalg.eigvals(points.T.copy() @ points)
    values[(values < 0) & (values > -1e-10)] = 0
    values.sort()
    return values


def _surface(padded: np.ndarray, spacing: np.ndarray) -> tuple[float, float]:
    """Area (mm²) and volume (mm³) of the surface mesh."""
    area, volume, shift = _cube_table(tuple(float(s) for s in spacing))
    count, place = count_cubes(padded)
    return float(count @ area), float(count @ volume + (place * shift).sum())


@lru_cache(maxsize=64)
def _cube_table(spacing: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Area and signed volume that each of the 256 cubes adds, measured by pyradiomics itself.

    The volume is that between surface and origin; `shift` is what it gains per step along z, y, x.
    A cube one step from the origin is measured behind a copy of its near side.
    """
    from radiomics import cShape

    steps = np.array(spacing)
    area, volume, shift = np.zeros(256), np.zeros(256), np.zeros((256, 3))

    def measure(block: np.ndarray) -> tuple[float, float]:
        return cShape.calculate_coefficients(np.ascontiguousarray(block), steps)[:2]

    corners = [np.array(c, bool).reshape(2, 2, 2) for c in product((0, 1), repeat=8)]
    for cube in corners:
        code = _code(cube)
        area[code], volume[code] = measure(cube)
    for cube in corners:
        code = _code(cube)
        for axis in range(3):
            near = cube.take([0], axis)
            longer = np.concatenate([near, cube], axis)
            before = _code(np.concatenate([near, near], axis))
            shift[code, axis] = measure(longer)[1] - volume[before] - volume[code]
    return area, volume, shift


def _code(cube: np.ndarray) -> int:
    return int(cube.ravel() @ (1 << np.arange(8)))


@njit(cache=True)
def count_cubes(padded):
    """How often each of the 256 cubes occurs, and the sums of the places (z, y, x) where it does.

    Parameters
    ----------
    padded : uint8, shape (z, y, x), 0 and 1
    """
    nz, ny, nx = padded.shape
    count = np.zeros(256)
    place = np.zeros((256, 3))
    for z in range(nz - 1):
        for y in range(ny - 1):
            a, b = padded[z, y], padded[z, y + 1]
            c, d = padded[z + 1, y], padded[z + 1, y + 1]
            for x in range(nx - 1):
                code = a[x] | a[x + 1] << 1 | b[x] << 2 | b[x + 1] << 3
                code |= c[x] << 4 | c[x + 1] << 5 | d[x] << 6 | d[x + 1] << 7
                if code != 0 and code != 255:
                    count[code] += 1
                    place[code, 0] += z
                    place[code, 1] += y
                    place[code, 2] += x
    return count, place


def diameters(padded: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Largest distance (mm) between mesh vertices in one slice, column and row, and anywhere.

    Only the corners of convex hulls can be farthest apart: those of each plane serve for its own
    diameter, and those that are corners in all three of their planes for the diameter in space.

    Parameters
    ----------
    padded : uint8, shape (z, y, x), 0 at all sides
    spacing : mm along z, y, x
    """
    points = mesh_vertices(padded)
    base = 2 * max(padded.shape) + 1
    radix = np.array([base * base, base, 1])
    widest = np.zeros(4)
    kept = None
    for axis in range(3):
        order = [axis, *(a for a in range(3) if a != axis)]
        key = np.sort(points[:, order] @ radix)
        turned = np.stack([key // radix[0], key // base % base, key % base], axis=1)
        widest[axis], corner = hull_planes(turned, spacing[order])
        corners = np.empty((corner.sum(), 3), np.int64)
        corners[:, order] = turned[corner]
        found = corners @ radix
        kept = found if kept is None else np.intersect1d(kept, found, assume_unique=True)
    last = np.stack([kept // radix[0], kept // base % base, kept % base], axis=1)
    widest[3] = farthest(last * (spacing / 2))
    return np.sqrt(widest)


@njit(cache=True)
def mesh_vertices(padded):
    """Midpoints between a voxel of the lesion and one outside, in half voxels (z, y, x)."""
    nz, ny, nx = padded.shape
    count = 0
    for step in range(2):
        if step == 1:
            points = np.empty((count, 3), np.int64)
            count = 0
        for z in range(nz - 1):
            for y in range(ny - 1):
                for x in range(nx - 1):
                    here = padded[z, y, x]
                    for d in range(3):
                        dz, dy, dx = int(d == 0), int(d == 1), int(d == 2)
                        if here != padded[z + dz, y + dy, x + dx]:
                            if step == 1:
                                points[count, 0] = 2 * z + dz
                                points[count, 1] = 2 * y + dy
                                points[count, 2] = 2 * x + dx
                            count += 1
    return points


@njit(cache=True)
def hull_planes(points, spacing):
    """Convex hulls of the points of each plane (Andrew 1979), and the widest of them.

    Parameters
    ----------
    points : int64, shape (n, 3), sorted; those with the same first coordinate are one plane
    spacing : of the three coordinates; a coordinate counts half voxels

    Returns
    -------
    widest : largest squared distance between two points of one plane
    corner : bool, shape (n,), which points are corners of their plane's hull
    """
    n = len(points)
    corner = np.zeros(n, np.bool_)
    hull = np.empty(n + 1, np.int64)
    widest = 0.0
    first = 0
    while first < n:
        end = first
        while end < n and points[end, 0] == points[first, 0]:
            end += 1
        size = _hull(points, first, end, hull)
        for i in range(size):
            corner[hull[i]] = True
            for j in range(i):
                dy = (points[hull[i], 1] - points[hull[j], 1]) * spacing[1] / 2
                dx = (points[hull[i], 2] - points[hull[j], 2]) * spacing[2] / 2
                widest = max(widest, dy * dy + dx * dx)
        first = end
    return widest, corner


@njit(cache=True)
def _hull(points, first, end, hull):
    """Corners of the hull of points[first:end] in `hull`; returns how many."""
    if end - first < 3:
        for i in range(first, end):
            hull[i - first] = i
        return end - first
    size = 0
    for i in range(first, end):
        size = _push(points, hull, size, i, 2)
    lower = size
    for i in range(end - 2, first - 1, -1):
        size = _push(points, hull, size, i, lower + 1)
    return size - 1


@njit(cache=True)
def _push(points, hull, size, i, least):
    while size >= least:
        a, b = hull[size - 2], hull[size - 1]
        turn = (points[b, 1] - points[a, 1]) * (points[i, 2] - points[a, 2]) - (
            points[b, 2] - points[a, 2]
        ) * (points[i, 1] - points[a, 1])
        if turn > 0:
            break
        size -= 1
    hull[size] = i
    return size + 1


@njit(cache=True)
def farthest(points):
    """Largest squared distance between two of some points, shape (n, 3), mm."""
    widest = 0.0
    for i in range(len(points)):
        for j in range(i):
            dz = points[i, 0] - points[j, 0]
            dy = points[i, 1] - points[j, 1]
            dx = points[i, 2] - points[j, 2]
            widest = max(widest, dz * dz + dy * dy + dx * dx)
    return widest
