"""Small CT volumes with a lesion, on disk or in memory, for the tests of this folder."""

import numpy as np
import SimpleITK as sitk

from helpers.features.batch import Case


def small_scan(seed=0, shape=(8, 40, 44), spacing=(1.5, 1.5, 4.0), radius_mm=9.0):
    """Air, brain with noise, and a bright ellipsoid: image of int16 (HU) and mask of uint8."""
    rng = np.random.default_rng(seed)
    z, y, x = np.indices(shape)
    steps = spacing[::-1]
    centre = np.array(shape) / 2 + rng.uniform(-1, 1, 3)
    squares = [((i - c) * s) ** 2 for i, c, s in zip((z, y, x), centre, steps, strict=True)]
    stretch = rng.uniform(0.8, 1.2, 3)
    inside = sum(q / f**2 for q, f in zip(squares, stretch, strict=True)) < radius_mm**2
    hu = np.where(sum(squares[1:]) < (0.45 * shape[1] * steps[1]) ** 2, 30.0, -1000.0)
    hu = np.where(inside, 60 + 6 * np.sin(x / 2 + seed) + 4 * np.cos(y), hu)
    hu = hu + np.where(hu > -500, rng.normal(0, 5, shape), 0)
    images = [sitk.GetImageFromArray(a) for a in (hu.astype(np.int16), inside.astype(np.uint8))]
    for image in images:
        image.SetSpacing(spacing)
        image.SetOrigin((-30.0, -25.0, 7.0))
    return images


def write_cases(folder, count=4, rereads=("A2",)):
    """Cases P0, P1, ... with image, mask and re-reads in the layout of a cohort."""
    cases = []
    for number in range(count):
        image, mask = small_scan(number)
        name = f"P{number}.nii.gz"
        again = (
            sitk.BinaryDilate(mask, [1, 1, 0]) if number % 2 else sitk.BinaryErode(mask, [1, 1, 0])
        )
        masks = {"A1": ("masks", mask)} | {read: (f"rereads/{read}", again) for read in rereads}
        files = {"images": image} | dict(masks.values())
        for place, content in files.items():
            (folder / place).mkdir(parents=True, exist_ok=True)
            sitk.WriteImage(content, str(folder / place / name))
        for read, (place, _) in masks.items():
            cases.append(Case(f"P{number}", read, folder / "images" / name, folder / place / name))
    return cases
