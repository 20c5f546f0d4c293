"""One patient's CT and mask: head, lesion, blood beside it, and the scanner's blur and noise."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import SimpleITK as sitk
from scipy import ndimage
from threadpoolctl import threadpool_limits

from helpers.synthetic.fields import Grid, upsample
from helpers.synthetic.head import SCAN_RANGE_MM, Head, draw_head
from helpers.synthetic.lesion import Lesion, Signs, draw_lesion, draw_signs
from helpers.synthetic.outside import AIR
from helpers.synthetic.phantom import fill_head
from helpers.synthetic.settings import Scanner, SyntheticSettings

MATRIX = 512
_HEAD_MM = (92.0, 109.0)  # half of the block that holds any head: x, y
_BRAIN_HU = 31.0


def simulate_case(
    patient: pd.Series, settings: SyntheticSettings, seed: int
) -> tuple[sitk.Image, sitk.Image]:
    """The CT and the first read of one patient.

    Depends on this patient, the settings and the seed only, so that one patient can be made alone
    and the number of processes changes nothing.

    Parameters
    ----------
    patient : a row of the patient table: patient_id, cohort, expansion, age (years),
        baseline_volume_ml, location, ivh, sah
    settings : effects and scanners are used
    seed : of the cohort

    Returns
    -------
    image : sitk.Image of int16, HU, 512 × 512 pixels a slice, air around the head exactly -1000
    mask : sitk.Image of uint8, the parenchymal hematoma

    Raises
    ------
    DataError
        when the lesion's location is unknown or its volume does not fit.
    """
    scanner: Scanner = getattr(settings.scanners, patient["cohort"])
    anatomy, signs, clot, noise = _streams(patient, seed)
    full = _full_grid(scanner)
    window, coarse = _coarse_grid(full)
    head_grid = Grid(full.z, full.y[window[1]], full.x[window[2]])
    with threadpool_limits(1):
        head = draw_head(coarse, anatomy)
        look = draw_signs(int(patient["expansion"]), settings.effects, signs)
        lesion = draw_lesion(patient, head, head_grid, look, clot)
        displaced = _mass_effect(head, lesion)
        blood = _blood(head, lesion, patient)
        hu = fill_head(head, displaced, float(patient["age"]), blood, anatomy)
        blur = scanner.kernel_mm / coarse.spacing[1]
        hu = ndimage.gaussian_filter(hu, (0, blur, blur), truncate=3)
        hu = upsample(upsample(hu, 1), 2)
        _insert(hu, lesion, scanner)
        hu = _acquire(hu, head_grid, scanner, noise)
    image = np.full((len(full.z), MATRIX, MATRIX), int(AIR), np.int16)
    image[window] = hu
    mask = np.zeros(image.shape, np.uint8)
    mask[window][lesion.block] = lesion.mask
    return _as_image(image, full), _as_image(mask, full)


def patient_signs(patient: pd.Series, settings: SyntheticSettings, seed: int) -> Signs:
    """The outline and density signs that `simulate_case` gives this patient's lesion."""
    return draw_signs(int(patient["expansion"]), settings.effects, _streams(patient, seed)[1])


def simulate_lesion(
    patient: pd.Series, settings: SyntheticSettings, seed: int
) -> tuple[sitk.Image, sitk.Image]:
    """The lesion alone, in uniform brain and with pixels twice as wide: quick to make.

    For studies of what the effects do, where many lesions are needed and the head is not: skull,
    fluid, edema and blood beside the lesion are left out; signs are those of the patient's scan.
    Parameters as in `simulate_case`.

    Returns
    -------
    image : sitk.Image of int16, HU, a block around the lesion
    mask : sitk.Image of uint8
    """
    scanner: Scanner = getattr(settings.scanners, patient["cohort"])
    sx, sy, sz = scanner.spacing_mm
    scanner = scanner.model_copy(update={"spacing_mm": (2 * sx, 2 * sy, sz)})
    anatomy, signs, clot, noise = _streams(patient, seed)
    full = _full_grid(scanner)
    window, coarse = _coarse_grid(full)
    with threadpool_limits(1):
        head = draw_head(coarse, anatomy)
        look = draw_signs(int(patient["expansion"]), settings.effects, signs)
        grid = Grid(full.z, full.y[window[1]], full.x[window[2]])
        lesion = draw_lesion(patient, head, grid, look, clot)
        hu = np.full(lesion.grid.shape, _BRAIN_HU, np.float32)
        _insert(hu, replace(lesion, block=(slice(None),) * 3), scanner)
        hu = _acquire(hu, lesion.grid, scanner, noise)
    return _as_image(hu, lesion.grid), _as_image(lesion.mask.astype(np.uint8), lesion.grid)


def _streams(patient: pd.Series, seed: int) -> list[np.random.Generator]:
    """Sources of anatomy, signs, clot and noise: this patient's own, whoever else is made."""
    source = np.random.SeedSequence([seed, zlib.crc32(str(patient["patient_id"]).encode())])
    return [np.random.default_rng(part) for part in source.spawn(4)]


def _full_grid(scanner: Scanner) -> Grid:
    sx, sy, sz = scanner.spacing_mm
    centred = np.arange(MATRIX) - (MATRIX - 1) / 2
    count = max(int(np.ceil((SCAN_RANGE_MM[1] - SCAN_RANGE_MM[0]) / sz)), 2)
    return Grid(SCAN_RANGE_MM[0] + sz * (np.arange(count) + 0.5), sy * centred, sx * centred)


def _coarse_grid(full: Grid) -> tuple[tuple[slice, ...], Grid]:
    """The block around the head, and that block with 2 × 2 pixels in one."""
    cuts = [slice(None)]
    for axis, half in ((full.y, _HEAD_MM[1]), (full.x, _HEAD_MM[0])):
        kept = np.flatnonzero(np.abs(axis) < half)
        cuts.append(slice(kept[0] - kept[0] % 2, kept[-1] + 1 + (kept[-1] + 1) % 2))
    y, x = (
        axis[cut].reshape(-1, 2).mean(1)
        for axis, cut in zip((full.y, full.x), cuts[1:], strict=True)
    )
    return tuple(cuts), Grid(full.z, y, x)


def _mass_effect(head: Head, lesion: Lesion) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Head coordinates of the tissue that the lesion pushed to each voxel.

    Tissue keeps about two thirds of its volume when it is pushed aside (the rest of the clot
    replaces it), and nothing moves at the bone.
    """
    gx, gy, gz = head.grid.mesh
    z0, y0, x0 = (float(part) for part in lesion.centre)
    distance = np.sqrt((gx - x0) ** 2 + (gy - y0) ** 2 + (gz - z0) ** 2) + 0.5
    pulled = np.cbrt(np.maximum(1 - 0.6 * (lesion.radius / distance) ** 3, 0.1)) - 1
    pulled *= np.clip(head.depth / 14, 0, 1) * np.exp(-((distance / 55) ** 2))
    return head.x + pulled * (gx - x0), head.y + pulled * (gy - y0), head.z + pulled * (gz - z0)


def _blood(head: Head, lesion: Lesion, patient: pd.Series) -> dict[str, np.ndarray | None]:
    """How much of the ventricular and of the subarachnoid fluid is clot, 0 to 1."""
    gx, gy, gz = head.grid.mesh
    z0, y0, x0 = (float(part) for part in lesion.centre)
    near = np.sqrt((gx - x0) ** 2 + (gy - y0) ** 2 + (gz - z0) ** 2) - lesion.radius
    ivh = sah = None
    if patient["ivh"]:  # around the breach, and settled in the occipital horns
        ivh = np.clip(np.maximum((22 - near) / 8, (head.y - 36) / 5), 0, 1)
    if patient["sah"]:
        sah = np.clip((26 - near) / 12, 0, 1)
    return {"ivh": ivh, "sah": sah}


def _insert(hu: np.ndarray, lesion: Lesion, scanner: Scanner) -> None:
    """Put the lesion and its rim of edema into the image, blurred as the scanner blurs."""
    _, dy, dx = lesion.grid.spacing
    sharp = (0.3, scanner.kernel_mm / dy, scanner.kernel_mm / dx)
    weight = lesion.mask.astype(np.float32)
    alpha = ndimage.gaussian_filter(weight, sharp, truncate=3)
    rim = ndimage.uniform_filter(weight, (1, round(9 / dy), round(9 / dx)))
    region = hu[lesion.block]
    brain = (region > 15) & (region < 50)
    region -= 9 * brain * rim * (1 - alpha)
    region += alpha * (ndimage.gaussian_filter(lesion.density, sharp, truncate=3) - region)


def _acquire(hu: np.ndarray, grid: Grid, scanner: Scanner, rng: np.random.Generator) -> np.ndarray:
    """Noise of the scanner, correlated in plane by its kernel, HU as int16.

    Air around the head stays constant, and bone and fat are rounded to 10 HU: both keep files
    small, and neither is measured.
    """
    _, dy, dx = grid.spacing
    size = max(0.62 * scanner.kernel_mm, 0.2 * dy)
    grain_size = (size / dy, size / dx)
    base = 1 + 0.4 / (1 + np.exp((grid.z + 20) / 6))  # more noise behind the bony base
    levels = scanner.noise_hu * base / _white_noise_left(grain_size)
    image = np.empty(hu.shape, np.int16)
    for clean, level, acquired in zip(hu, levels, image, strict=True):
        grain = rng.standard_normal(clean.shape, dtype=np.float32)
        grain = ndimage.gaussian_filter(grain, grain_size, mode="wrap", truncate=3)
        noisy = clean + np.float32(level) * grain
        coarse = (clean <= -40) | (clean >= 150)
        noisy[coarse] = 10 * np.rint(noisy[coarse] / 10)
        noisy[clean < AIR + 8] = AIR
        acquired[:] = np.rint(np.clip(noisy, -1024, 3071))
    return image


def _white_noise_left(sigma: tuple[float, float]) -> float:
    """SD of white noise of SD 1 after the Gaussian filter: the norm of its kernel."""
    point = np.zeros((65, 65))
    point[32, 32] = 1
    return float(np.linalg.norm(ndimage.gaussian_filter(point, sigma, truncate=3)))


def _as_image(array: np.ndarray, grid: Grid) -> sitk.Image:
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(tuple(float(step) for step in grid.spacing[::-1]))
    image.SetOrigin((float(grid.x[0]), float(grid.y[0]), float(grid.z[0])))
    return image
