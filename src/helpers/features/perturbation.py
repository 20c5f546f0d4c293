"""Perturbed reads: what another contour, another position and another noise would have measured."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from helpers.settings import PerturbationSettings

# Beyond the lesion that much of the image is perturbed (mm): pyradiomics measures 5 voxels of 1 mm
# more than the mask, and the spline that interpolates them hardly sees further than this.
_MARGIN_MM = 12.0
_LARGEST = 3.0  # SDs at which a displacement is cut off
_KEPT = 0.8  # share of the lesion's depth that shrinkage may take
_SOFT_HU = (-50.0, 150.0)  # neither air nor bone is added to a contour


@dataclass(frozen=True)
class Perturbation:
    """One perturbed read: together these decide every random draw."""

    patient_id: str
    number: int
    seed: int
    settings: PerturbationSettings

    @property
    def key(self) -> str:
        """All that decides this read as text: not how many others there are."""
        amplitudes = self.settings.model_dump_json(exclude={"count"})
        return f"{self.patient_id} {self.number} {self.seed} {amplitudes}"

    def generators(self) -> list[np.random.Generator]:
        """Independent sources for the position, the contour and the noise."""
        patient = zlib.crc32(self.patient_id.encode())
        seeds = np.random.SeedSequence([self.seed, patient, self.number]).spawn(3)
        return [np.random.default_rng(seed) for seed in seeds]


def perturb(
    image: sitk.Image, mask: sitk.Image, perturbation: Perturbation
) -> tuple[sitk.Image, sitk.Image]:
    """Perturb an image and the contour of its lesion.

    Parameters
    ----------
    image : CT in HU
    mask : the lesion, 0 and 1, not empty, on the image's grid
    perturbation : amplitudes, and which draw of whom

    Returns
    -------
    image : sitk.Image of the image's type (whole HU, if that is an integer); unchanged further
        than 12 mm from the lesion
    mask : sitk.Image of uint8

    Notes
    -----
    Four of the perturbations of Zwanenburg 2019 are chained. The lesion turns in the slice plane
    and shifts against the voxel grid (cubic spline for the image). Its contour is where the
    signed distance to the turned surface (mm, positive inside) plus a displacement is positive;
    the displacement is one draw for the lesion (growth), one for each slice, and a smooth random
    field. White noise is added to the image. All draws are normal with the SDs of the settings;
    displacements are cut off at 3 SD, never take the lesion's core and never add air or bone.
    The same seed, patient and number give the same read on any machine of one architecture.

    References
    ----------
    Zwanenburg 2019, Sci Rep 9:614, doi 10.1038/s41598-018-36938-4
    """
    return Perturber(image, mask, perturbation.settings).perturb(perturbation)


class Perturber:
    """One lesion made ready to be perturbed many times."""

    def __init__(self, image: sitk.Image, mask: sitk.Image, settings: PerturbationSettings):
        """Cut out the lesion's surroundings and measure the distance to its surface."""
        self.settings = settings
        self._image = image
        inside = sitk.GetArrayViewFromImage(mask) != 0
        self._spacing = np.array(image.GetSpacing()[::-1])
        self.box = _box(inside, self._spacing)
        self._inside = inside[self.box].copy()
        self._hu = sitk.GetArrayViewFromImage(image)[self.box].astype(np.float64)
        self._spline = ndimage.spline_filter(self._hu, order=3, mode="mirror")
        self._level = _signed_distance(self._inside, self._spacing)
        self._centre = np.array(ndimage.center_of_mass(self._inside))

    def perturb(self, perturbation: Perturbation) -> tuple[sitk.Image, sitk.Image]:
        """Image and mask of one perturbed read, see `perturb`.

        The whole grid is kept: its corner decides where the resampled voxels will lie.
        """
        hu, inside = self.draw(perturbation)
        values = sitk.GetArrayFromImage(self._image)
        labels = np.zeros(values.shape, np.uint8)
        values[self.box] = hu if values.dtype.kind == "f" else np.rint(hu)
        labels[self.box] = inside
        results = sitk.GetImageFromArray(values), sitk.GetImageFromArray(labels)
        for result in results:
            result.CopyInformation(self._image)
        return results

    def draw(self, perturbation: Perturbation) -> tuple[np.ndarray, np.ndarray]:
        """HU and contour in `box`: arrays of float64 and bool, axes z, y, x."""
        place, contour, noise = perturbation.generators()
        hu, level = self._moved(place)
        displacement = self._displacement(contour)
        inside = level + np.maximum(displacement, -_KEPT * max(level.max(), 0.0)) > 0
        inside &= (level > 0) | ((hu > _SOFT_HU[0]) & (hu < _SOFT_HU[1]))
        inside.flat[level.argmax()] = True  # a lesion of one voxel can fall between voxels
        if self.settings.noise_hu:
            hu = hu + self.settings.noise_hu * noise.standard_normal(hu.shape)
        return hu, inside

    def _moved(self, place: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Image and signed distance, turned and shifted."""
        angle = np.deg2rad(self.settings.rotation_deg) * place.standard_normal()
        shift = self.settings.translation_mm * place.standard_normal(3)
        if angle == 0 and not shift.any():
            return self._hu, self._level
        cos, sin = np.cos(angle), np.sin(angle)
        step = self._spacing[1:]
        matrix = np.array([[cos, -sin], [sin, cos]]) * step / step[:, None]
        offset = self._centre[1:] - matrix @ self._centre[1:] + shift[1:] / step
        weights = {1: _linear_weights, 3: _cubic_weights}
        moved = []
        for grid, order in ((self._spline, 3), (self._level, 1)):
            slices = _between_slices(grid, shift[0] / self._spacing[0], weights[order])
            for plane in slices:
                plane[...] = ndimage.affine_transform(
                    plane.copy(), matrix, offset, order=order, mode="mirror", prefilter=False
                )
            moved.append(slices)
        return moved[0], moved[1]

    def _displacement(self, contour: np.random.Generator) -> np.ndarray:
        """How far the surface moves outwards near each voxel, mm."""
        one = self.settings
        slices = len(self._hu)
        growth = one.growth_mm * contour.standard_normal()
        by_slice = one.slice_mm * contour.standard_normal((slices, 1, 1))
        field = one.boundary_mm * _smooth_field(
            contour, self._hu.shape, self._spacing, one.length_mm
        )
        most = _LARGEST * np.sqrt(one.growth_mm**2 + one.slice_mm**2 + one.boundary_mm**2)
        return np.clip(growth + by_slice + field, -most, most)


def _box(inside: np.ndarray, spacing: np.ndarray) -> tuple[slice, ...]:
    cuts = []
    for axis, step in enumerate(spacing):
        found = np.flatnonzero(inside.any(axis=tuple({0, 1, 2} - {axis})))
        pad = int(np.ceil(_MARGIN_MM / step))
        cuts.append(slice(max(found[0] - pad, 0), min(found[-1] + pad + 1, inside.shape[axis])))
    return tuple(cuts)


def _between_slices(grid: np.ndarray, shift: float, weights_of) -> np.ndarray:
    """A grid of spline coefficients weighted along z for places `shift` slices further on."""
    first = int(np.floor(shift))
    weights = weights_of(shift - first)
    reach = len(weights) // 2 - 1
    last = max(len(grid) - 1, 1)
    result = np.zeros_like(grid)
    for place, weight in enumerate(weights, start=first - reach):
        index = np.abs(np.arange(len(grid)) + place) % (2 * last)
        index = np.minimum(np.minimum(index, 2 * last - index), len(grid) - 1)  # mirrored ends
        result += weight * grid[index]
    return result


def _linear_weights(t: float) -> tuple[float, ...]:
    return 1 - t, t


def _cubic_weights(t: float) -> tuple[float, ...]:
    """Weights of the four nearest coefficients of a cubic B-spline."""
    return (
        (1 - t) ** 3 / 6,
        (4 - 6 * t**2 + 3 * t**3) / 6,
        (1 + 3 * t + 3 * t**2 - 3 * t**3) / 6,
        t**3 / 6,
    )


def _signed_distance(inside: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Distance to the lesion's surface in mm, positive inside.

    The surface lies halfway between two voxel centres, along the slices too: slices are repeated
    until they are about 1 mm thin, and the middle one of each is read.
    """
    repeats = max(round(spacing[0]) | 1, 1)  # odd, so there is a middle
    fine = np.repeat(inside, repeats, axis=0)
    sampling = (spacing[0] / repeats, *spacing[1:])
    middle = slice(repeats // 2, None, repeats)
    half = min(sampling) / 2
    within = ndimage.distance_transform_edt(fine, sampling=sampling)[middle]
    beyond = ndimage.distance_transform_edt(~fine, sampling=sampling)[middle]
    return within - beyond - np.where(inside, half, -half)


def _smooth_field(
    rng: np.random.Generator, shape: tuple[int, ...], spacing: np.ndarray, length_mm: float
) -> np.ndarray:
    """A Gaussian random field of mean 0 and variance 1 whose values persist over `length_mm`.

    White noise at knots `length_mm` apart, spread by a Gaussian of that SD along each axis; each
    voxel's weights are scaled to unit length, which makes its variance 1.
    """
    weights = []
    for size, step in zip(shape, spacing, strict=True):
        places = step * np.arange(size)
        knots = np.arange(-3 * length_mm, places[-1] + 3.5 * length_mm, length_mm)
        weight = np.exp(-(((places[:, None] - knots) / length_mm) ** 2) / 2)
        weights.append(weight / np.linalg.norm(weight, axis=1, keepdims=True))
    field = rng.standard_normal([weight.shape[1] for weight in weights])
    for weight in weights:  # each product moves its axis to the end: after three they are in order
        field = np.tensordot(field, weight, axes=(0, 1))
    return field
