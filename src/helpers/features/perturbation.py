"""Perturbed reads: what another contour, another position and another noise would have measured."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import SimpleITK as sitk
from scipy import ndimage

from helpers.features.lesion import extract
from helpers.features.prepare import normalisation, normalise
from helpers.features.settings import ImagingSettings
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
    image : sitk.Image of float64, HU; unchanged further than 12 mm from the lesion
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
    perturber = Perturber(image, mask, perturbation.settings)
    hu, inside = perturber.draw(perturbation)
    values = sitk.GetArrayFromImage(image).astype(np.float64)
    labels = np.zeros(values.shape, np.uint8)
    values[perturber.box] = hu
    labels[perturber.box] = inside
    results = sitk.GetImageFromArray(values), sitk.GetImageFromArray(labels)
    for result in results:
        result.CopyInformation(image)
    return results


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
        self._spline = ndimage.spline_filter(self._hu, order=3, mode="nearest")
        self._level = _signed_distance(self._inside, self._spacing)
        self._centre = np.array(ndimage.center_of_mass(self._inside))
        self._prepared: tuple[str, _Prepared] | None = None

    def draw(self, perturbation: Perturbation) -> tuple[np.ndarray, np.ndarray]:
        """HU and contour in `box`: arrays of float64 and bool, axes z, y, x."""
        place, contour, noise = perturbation.generators()
        hu, level = self._moved(place)
        displacement = self._displacement(contour)
        inside = level + np.maximum(displacement, -_KEPT * level.max()) > 0
        inside &= (level > 0) | ((hu > _SOFT_HU[0]) & (hu < _SOFT_HU[1]))
        if self.settings.noise_hu:
            hu = hu + self.settings.noise_hu * noise.standard_normal(hu.shape)
        return hu, inside

    def measure(self, perturbation: Perturbation, settings: ImagingSettings) -> pd.Series:
        """Features of one perturbed read.

        The image is normalised as the unperturbed one is: with the mean and SD of the whole scan.
        """
        key = settings.model_dump_json()
        if self._prepared is None or self._prepared[0] != key:
            self._prepared = key, _Prepared(self._image, self.box, settings)
        image, mask = self._prepared[1].filled(*self.draw(perturbation))
        unnormalised = settings.model_copy(update={"normalize": False, "window_hu": None})
        return extract(image, mask, unnormalised)

    def _moved(self, place: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Image and signed distance, turned and shifted."""
        angle = np.deg2rad(self.settings.rotation_deg) * place.standard_normal()
        shift = self.settings.translation_mm * place.standard_normal(3)
        if angle == 0 and not shift.any():
            return self._hu, self._level
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
        matrix = turn * self._spacing[None, :] / self._spacing[:, None]
        offset = self._centre - matrix @ self._centre + shift / self._spacing
        hu = ndimage.affine_transform(
            self._spline, matrix, offset, order=3, mode="nearest", prefilter=False
        )
        level = ndimage.affine_transform(self._level, matrix, offset, order=1, mode="nearest")
        return hu, level

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


class _Prepared:
    """A normalised image and an empty mask of full size into which boxes are put.

    The whole grid is kept because its origin decides where the resampled voxels lie.
    """

    def __init__(self, image: sitk.Image, box: tuple[slice, ...], settings: ImagingSettings):
        self._box = box
        self._scale = settings.scale
        self._found = normalisation(image, settings) if settings.normalize else None
        values = sitk.GetArrayViewFromImage(image)
        planes = [self._normalised(plane) for plane in values]
        self._values = np.stack(planes)
        self._labels = np.zeros(values.shape, np.uint8)
        self._like = image

    def filled(self, hu: np.ndarray, inside: np.ndarray) -> tuple[sitk.Image, sitk.Image]:
        self._values[self._box] = self._normalised(hu)
        self._labels[self._box] = inside
        results = sitk.GetImageFromArray(self._values), sitk.GetImageFromArray(self._labels)
        for result in results:
            result.CopyInformation(self._like)
        return results

    def _normalised(self, hu: np.ndarray) -> np.ndarray:
        if self._found is None:
            return hu.astype(np.float64)
        return normalise(hu, self._found, self._scale)


def _box(inside: np.ndarray, spacing: np.ndarray) -> tuple[slice, ...]:
    cuts = []
    for axis, step in enumerate(spacing):
        found = np.flatnonzero(inside.any(axis=tuple({0, 1, 2} - {axis})))
        pad = int(np.ceil(_MARGIN_MM / step))
        cuts.append(slice(max(found[0] - pad, 0), min(found[-1] + pad + 1, inside.shape[axis])))
    return tuple(cuts)


def _signed_distance(inside: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Distance to the lesion's surface in mm, positive inside.

    The surface lies halfway between two voxel centres, along the slices too: slices are repeated
    until they are about as thin as pixels are wide, and the middle one of each is read.
    """
    repeats = max(round(spacing[0] / spacing[1:].min()) | 1, 1)  # odd, so there is a middle
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
