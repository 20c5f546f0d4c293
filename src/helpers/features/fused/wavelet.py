"""The undecimated wavelet transform of one level, as pyradiomics takes it from PyWavelets."""

from __future__ import annotations

import numpy as np
import pywt
from numba import njit

_DETAILS = ("LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH")


def wavelet_images(volume: np.ndarray, wavelet: str, box: np.ndarray):
    """The eight subbands of a volume inside a box, in pyradiomics' order: the approximation last.

    Parameters
    ----------
    volume : float64, shape (z, y, x)
    wavelet : PyWavelets' name, such as coif1
    box : first and one behind the last index along z, y, x: shape (3, 2)

    Yields
    ------
    name : three letters, for x, y and z: L low-pass, H high-pass
    image : float64, of the shape of the box
    """
    bank = pywt.Wavelet(wavelet)
    even = np.pad(volume, [(0, n % 2) for n in volume.shape], "wrap")
    cut = tuple(slice(*ends) for ends in box)
    if min(even.shape) < bank.dec_len:
        found = pywt.swtn(even, bank, level=1, axes=(2, 1, 0))[0]
        bands = {k.replace("a", "L").replace("d", "H"): band for k, band in found.items()}
    else:
        low, high = np.array(bank.dec_lo), np.array(bank.dec_hi)
        bands = {"": even}
        for axis in (2, 1, 0):
            bands = {
                name + letter: convolve(band, taps, axis)
                for name, band in bands.items()
                for letter, taps in (("L", low), ("H", high))
            }
    for name in (*_DETAILS, "LLL"):
        yield name, bands[name][cut]


@njit(cache=True)
def convolve(volume, taps, axis):
    """Periodic convolution along one axis, summed in PyWavelets' order.

    Parameters
    ----------
    volume : float64, shape (z, y, x), not shorter than the filter along the axis
    taps : the filter
    axis : 0 (z), 1 (y) or 2 (x)
    """
    nz, ny, nx = volume.shape
    out = np.zeros((nz, ny, nx))
    n, half = volume.shape[axis], taps.size // 2
    for z in range(nz):
        for y in range(ny):
            line = out[z, y]
            if axis == 2:
                _convolve_line(volume[z, y], taps, line)
                continue
            i = (z if axis == 0 else y) + half
            for t in range(taps.size):
                j = t if i < n else _wrapped_tap(t, i - n)
                at = (i - j) % n
                row = volume[at, y] if axis == 0 else volume[z, at]
                for x in range(nx):
                    line[x] += taps[j] * row[x]
    return out


@njit(cache=True, inline="always")
def _wrapped_tap(t, beyond):
    """PyWavelets adds the taps that reach over the end first, the last of them first."""
    return beyond - t if t <= beyond else t


@njit(cache=True)
def _convolve_line(line, taps, out):
    n, half = line.size, taps.size // 2
    for t in range(taps.size):
        first = max(t - half, 0)
        for o in range(first, n - half):
            out[o] += taps[t] * line[o + half - t]
        for o in range(min(first, n - half)):
            out[o] += taps[t] * line[o + half - t + n]
    for o in range(n - half, n):
        i = o + half
        for t in range(taps.size):
            j = _wrapped_tap(t, i - n)
            out[o] += taps[j] * line[(i - j) % n]
