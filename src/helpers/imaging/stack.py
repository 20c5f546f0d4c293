"""From single CT slices to one volume on a rectangular grid: tilt, gaps, copies, uneven steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

PADDING_HU = -1024
_SAME_PLACE_MM = 0.01
_EVEN = 0.02  # deviation of a step, as a share of the usual step, or in mm
_STRAIGHT = 0.1  # sideways drift of a slice that is rounding, in pixels
_HOLE = 1.5  # a step this much longer than usual, and than the slices are thick


class StackError(ValueError):
    """Slices that form no volume; the message says what was found, expected, and what to do."""


class PlacedSlice(Protocol):
    """What is needed of a slice, see `helpers.imaging.dicom.Slice`."""

    position: tuple[float, float, float]
    orientation: tuple[float, ...]
    spacing_mm: tuple[float, float]
    size: tuple[int, int]
    thickness_mm: float | None
    tilt_deg: float | None


@dataclass(frozen=True)
class Stack:
    """A volume and what was done to its slices.

    image : HU, int16, or float32 where values are no whole numbers
    changes : sentences; empty for a plain stack
    """

    image: sitk.Image
    changes: list[str] = field(default_factory=list)


def assemble(slices: Sequence[PlacedSlice], read: Callable[[list], np.ndarray]) -> Stack:
    """One volume of slices of one orientation, size and spacing.

    Parameters
    ----------
    slices : in any order
    read : pixels of a list of slices, HU, shape = (n_slices, rows, columns)

    Returns
    -------
    Stack

    Raises
    ------
    StackError
        for fewer than two places, two different images at one place, a hole between slices, or a
        tilt that the header states and the positions do not show.

    Notes
    -----
    A tilted gantry takes parallel slices, each shifted sideways against the one before, because
    the table moves along the patient and not across the slices. Such a stack is no rectangular
    grid. Every slice keeps its plane and its HU scale here, and is moved within its plane, by cubic
    splines, onto a common grid that is wide enough for all; a position in the volume is then the
    position in the patient. Steps that differ (thin at the base of the skull, thick above) are
    made even by linear interpolation between neighbouring slices.
    """
    _check_alike(slices)
    normal = np.cross(slices[0].orientation[:3], slices[0].orientation[3:])
    ordered = sorted(slices, key=lambda one: float(np.dot(one.position, normal)))
    ordered, pixels, changes = _without_copies(ordered, normal, read)
    places = np.array([np.dot(one.position, normal) for one in ordered])
    if len(places) < 2:
        raise StackError(f"{len(places)} slice; expected at least 2. Export the whole series.")
    steps = np.diff(places)
    usual = usual_step(steps)
    _refuse_holes(ordered, steps, usual)
    volume, origin, tilt = _straightened(ordered, pixels, normal)
    _refuse_untold_tilt(ordered, tilt, normal)
    if tilt:
        changes.append(f"gantry tilt of {tilt:.1f} degrees corrected")
    step = float(steps.mean())
    if np.abs(steps - usual).max() > max(_EVEN, _EVEN * usual):
        volume, step = _evened(volume, places, usual), usual
        changes.append(
            f"uneven steps ({steps.min():.2f} to {steps.max():.2f} mm) interpolated to {usual:g} mm"
        )
    return Stack(_as_image(volume, ordered[0], normal, origin, step), changes)


def usual_step(steps: np.ndarray) -> float:
    """The most frequent step in mm, to 0.01 mm; the smaller of two that are equally frequent."""
    values, counts = np.unique(np.round(steps, 2), return_counts=True)
    return float(values[counts.argmax()])


def _check_alike(slices: Sequence[PlacedSlice]) -> None:
    if not slices:
        raise StackError("no CT slice; expected a series. Export the images, not reports.")
    first = slices[0]
    for one in slices:
        turned = np.abs(np.subtract(first.orientation, one.orientation)).max() > 1e-3
        if turned or one.size != first.size or not np.allclose(one.spacing_mm, first.spacing_mm):
            raise StackError(
                "slices of several orientations, sizes or pixel spacings; expected one. "
                "Export a single reconstruction."
            )


def _without_copies(
    ordered: list, normal: np.ndarray, read: Callable
) -> tuple[list, np.ndarray, list]:
    """Slices without exact copies of one another."""
    pixels = read(ordered)
    kept, last = [0], 0
    for number in range(1, len(ordered)):
        between = np.subtract(ordered[number].position, ordered[last].position)
        if abs(float(np.dot(between, normal))) > _SAME_PLACE_MM:
            kept.append(number)
            last = number
        elif not np.array_equal(pixels[number], pixels[last]):
            raise StackError(
                f"two different images at one place ({ordered[number].position[2]:g} mm along the "
                "patient); expected one. Export a single phase or reconstruction."
            )
    copies = len(ordered) - len(kept)
    changes = [f"{copies} copies of slices left out"] if copies else []
    return [ordered[number] for number in kept], pixels[kept], changes


def _refuse_holes(ordered: list, steps: np.ndarray, usual: float) -> None:
    for number, step in enumerate(steps):
        pair = [one.thickness_mm for one in ordered[number : number + 2] if one.thickness_mm]
        if step > _HOLE * usual and step > _HOLE * max(pair, default=0):
            low, high = (one.position[2] for one in ordered[number : number + 2])
            raise StackError(
                f"slices are missing between {low:g} and {high:g} mm along the patient (a step of "
                f"{step:.2f} mm); expected steps of {usual:g} mm. Export the series again."
            )


def _straightened(
    ordered: list, pixels: np.ndarray, normal: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Slices on a common grid, the place of its first voxel, and the tilt in degrees (0: none)."""
    first = np.array(ordered[0].position)
    axes = np.array([ordered[0].orientation[:3], ordered[0].orientation[3:]])
    away = np.array([np.subtract(one.position, first) for one in ordered])
    drift = away @ axes.T / ordered[0].spacing_mm  # pixels along x and y
    if np.abs(drift).max() <= _STRAIGHT:
        return pixels, first, 0.0
    least = np.floor(drift.min(axis=0)).astype(int)
    extra = np.ceil(drift.max(axis=0)).astype(int) - least
    shape = np.add(pixels.shape, (0, extra[1], extra[0]))
    volume = np.full(shape, float(PADDING_HU))
    for plane, target, (x, y) in zip(pixels, volume, drift - least, strict=True):
        part = (y % 1, x % 1)
        wide = np.pad(plane, [(0, int(share > 0)) for share in part], mode="edge")
        moved = ndimage.shift(wide, part, order=3, mode="nearest") if any(part) else wide
        block = tuple(slice(int(s), int(s) + n) for s, n in zip((y, x), wide.shape, strict=True))
        target[block] = np.clip(moved, plane.min(), plane.max())
    sideways = np.linalg.norm(away[-1] - np.dot(away[-1], normal) * normal)
    tilt = np.degrees(np.arctan2(sideways, abs(float(np.dot(away[-1], normal)))))
    whole = np.all(pixels == np.rint(pixels))
    origin = first + (least * ordered[0].spacing_mm) @ axes
    return np.rint(volume) if whole else volume, origin, float(tilt)


def _refuse_untold_tilt(ordered: list, tilt: float, normal: np.ndarray) -> None:
    """A tilt in the header that neither the slices' orientation nor their places show."""
    told = max((abs(one.tilt_deg) for one in ordered if one.tilt_deg), default=0.0)
    leaning = np.degrees(np.arccos(np.clip(np.abs(normal).max(), 0, 1)))
    if told > 0.5 and tilt < 0.5 and leaning < 0.5:
        raise StackError(
            f"the header states a gantry tilt of {told:g} degrees and the slices lie as if there "
            "were none; expected positions that show it. Export the original series."
        )


def _evened(volume: np.ndarray, places: np.ndarray, step: float) -> np.ndarray:
    """The volume at even places, linearly between neighbouring slices."""
    wanted = np.arange(places[0], places[-1] + 1e-6, step)
    upper = np.clip(np.searchsorted(places, wanted, side="right"), 1, len(places) - 1)
    share = (wanted - places[upper - 1]) / (places[upper] - places[upper - 1])
    share = np.clip(share, 0, 1)[:, None, None]
    result = (1 - share) * volume[upper - 1] + share * volume[upper]
    whole = np.all(volume == np.rint(volume))
    return np.rint(result) if whole else result


def _as_image(
    volume: np.ndarray, first: PlacedSlice, normal: np.ndarray, origin: np.ndarray, step: float
) -> sitk.Image:
    whole = np.all(volume == np.rint(volume)) and np.abs(volume).max() < 2**15
    image = sitk.GetImageFromArray(volume.astype(np.int16 if whole else np.float32))
    axes = np.array([first.orientation[:3], first.orientation[3:], normal])
    image.SetSpacing((*first.spacing_mm, step))
    image.SetOrigin(tuple(float(part) for part in origin))
    image.SetDirection(axes.T.ravel().tolist())
    return image
