"""One quick look at a whole scan: where the lesion is, and what normalises the image."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from numba import njit

from helpers.features.fused.grid import Box
from helpers.features.prepare import Normalisation, normalisation
from helpers.features.settings import ImagingSettings

_CHUNK = 128  # values whose sums fit 32 bits: 128 × 4000²
_LARGEST = 4000


def lesion_box(mask: np.ndarray) -> Box | None:
    """The box around the voxels of value 1, or None where there are none.

    Parameters
    ----------
    mask : integers, shape (z, y, x)
    """
    if mask.dtype not in (np.uint8, np.int16, np.int32, np.uint16, np.uint32):
        mask = (mask == 1).astype(np.uint8)
    low, high = find_box(mask)
    return None if high[0] < 0 else Box(low, high)


@njit(cache=True)
def find_box(mask):
    """First and last index (x, y, z) of the value 1; the last is -1 where there is none."""
    nz, ny, nx = mask.shape
    low = np.array([nx, ny, nz])
    high = np.array([-1, -1, -1])
    for z in range(nz):
        for y in range(ny):
            row = mask[z, y]
            found = 0
            for x in range(nx):
                found |= row[x] == 1
            if found == 0:
                continue
            left, right = 0, nx - 1
            while row[left] != 1:
                left += 1
            while row[right] != 1:
                right -= 1
            low[0], high[0] = min(low[0], left), max(high[0], right)
            low[1], high[1] = min(low[1], y), max(high[1], y)
            low[2], high[2] = min(low[2], z), max(high[2], z)
    return low, high


def find_normalisation(image: sitk.Image, settings: ImagingSettings) -> Normalisation:
    """`helpers.features.prepare.normalisation` to the last bit, in one pass where HU are int16.

    Sums of whole numbers are exact, whatever their order; all else goes to that function.
    """
    values = sitk.GetArrayViewFromImage(image)
    window = settings.window_hu
    exact = window is not None and all(float(h).is_integer() and abs(h) < _LARGEST for h in window)
    if not (settings.normalize and exact and values.dtype == np.int16):
        return normalisation(image, settings)
    low, high = window
    count, total, squares = sum_window(values.reshape(-1), np.int16(low), np.int16(high))
    middle = (low + high) / 2
    centred = total - count * middle
    spread = squares - 2 * middle * total + count * middle * middle
    if count < 2 or spread * count <= centred * centred:
        return normalisation(image, settings)  # which raises and says why
    variance = max(spread - centred * centred / count, 0.0) / (count - 1)
    return Normalisation(low, high, middle + centred / count, float(np.sqrt(variance)))


@njit(cache=True)
def sum_window(values, low, high):
    """Count, sum and sum of squares of the int16 values between low and high, both exclusive."""
    count, total, squares = 0, 0, 0
    whole = values.size // _CHUNK * _CHUNK
    for first in range(0, whole, _CHUNK):
        n, s, q = np.int32(0), np.int32(0), np.int32(0)
        for i in range(first, first + _CHUNK):
            kept, inside = _keep(values[i], low, high)
            n += inside
            s += kept
            q += kept * kept
        count += n
        total += s
        squares += q
    for i in range(whole, values.size):
        kept, inside = _keep(values[i], low, high)
        count += inside
        total += kept
        squares += kept * kept
    return count, total, squares


@njit(cache=True, inline="always")
def _keep(value, low, high):
    inside = value > low and value < high
    return np.int32(value) if inside else np.int32(0), np.int32(inside)
