"""A synthetic cohort on disk: one CT and mask per patient, and the re-reads of some."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed
from scipy import ndimage
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from helpers.errors import DataError
from helpers.synthetic.fields import Grid, upsample
from helpers.synthetic.head import SCAN_RANGE_MM, Head, draw_head
from helpers.synthetic.lesion import Lesion, draw_lesion, draw_signs
from helpers.synthetic.outside import AIR
from helpers.synthetic.patients import simulate_patients
from helpers.synthetic.phantom import fill_head
from helpers.synthetic.readers import reread
from helpers.synthetic.settings import Scanner, SyntheticSettings

MATRIX = 512
REREADERS = ("A2", "B1")
_HEAD_MM = (92.0, 109.0)  # half of the block that holds any head: x, y
_MANIFEST = "simulation.json"


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
    streams = np.random.SeedSequence([seed, zlib.crc32(str(patient["patient_id"]).encode())])
    anatomy, signs, clot, noise = (np.random.default_rng(s) for s in streams.spawn(4))
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


def simulate_cohort(
    settings: SyntheticSettings, seed: int, out: Path, jobs: int = 1, progress: bool = True
) -> None:
    """Write a whole synthetic cohort: patients.csv, images/, masks/, rereads/A2/, rereads/B1/.

    Files that are there already are kept when the same settings, seed and code made them, so an
    interrupted run goes on; otherwise the cohort is made anew. patients.csv is written last.

    Parameters
    ----------
    settings : of the synthetic cohort
    seed : same seed, same bytes, whatever the number of processes
    out : folder, created when it does not exist
    jobs : number of processes
    progress : whether to show a bar on stderr

    Raises
    ------
    DataError
        when the folder holds data that no simulation wrote.
    """
    out = Path(out)
    patients = simulate_patients(settings, seed)
    _claim(out, _fingerprint(settings, seed))
    chosen = reread_patients(patients, settings.n_rereads, seed)
    tasks = [
        delayed(_write_case)(row, settings, seed, out, row["patient_id"] in chosen)
        for _, row in patients.iterrows()
    ]
    done = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    for _ in tqdm(done, total=len(tasks), desc="Simulating", unit="patient", disable=not progress):
        pass
    draft = out / "patients.csv.part"
    patients.to_csv(draft, index=False, lineterminator="\n")
    os.replace(draft, out / "patients.csv")


def reread_patients(patients: pd.DataFrame, count: int, seed: int) -> set[str]:
    """Identifiers of the training patients that are read again, drawn at random."""
    training = patients.loc[patients["cohort"] == "training", "patient_id"].to_numpy()
    rng = np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(b"rereads")]))
    return set(rng.choice(training, size=min(count, len(training)), replace=False))


def _write_case(
    patient: pd.Series, settings: SyntheticSettings, seed: int, out: Path, again: bool
) -> None:
    name = f"{patient['patient_id']}.nii.gz"
    files = {"image": out / "images" / name, "mask": out / "masks" / name}
    if again:
        files |= {reader: out / "rereads" / reader / name for reader in REREADERS}
    if all(file.is_file() for file in files.values()):
        return
    image, mask = simulate_case(patient, settings, seed)
    ready = {"image": image, "mask": mask}
    for reader in files.keys() - ready.keys():
        ready[reader] = reread(mask, image, reader, patient["patient_id"], settings, seed)
    for kind, file in files.items():
        draft = file.with_name(f".part-{name}")
        sitk.WriteImage(ready[kind], str(draft), useCompression=True)
        os.replace(draft, file)


def _fingerprint(settings: SyntheticSettings, seed: int) -> str:
    """Hash of all that decides the bytes of a cohort: settings, seed and this package's code."""
    digest = hashlib.sha256(f"{seed} {settings.model_dump_json()}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _claim(out: Path, fingerprint: str) -> None:
    """Make the folders; remove what other settings left; refuse what no simulation wrote."""
    manifest = out / _MANIFEST
    folders = [out / "images", out / "masks", *(out / "rereads" / r for r in REREADERS)]
    left = [file for folder in folders if folder.is_dir() for file in folder.glob("*.nii.gz")]
    left += [file for file in [out / "patients.csv"] if file.is_file()]
    if left and not manifest.is_file():
        raise DataError(
            f"{out.name} holds {len(left)} file(s) that no simulation wrote, such as "
            f"{left[0].name}. Choose an empty folder."
        )
    if manifest.is_file():
        try:
            if json.loads(manifest.read_text(encoding="utf-8"))["fingerprint"] == fingerprint:
                return
        except (ValueError, KeyError, TypeError):
            pass  # an unreadable manifest is as good as another fingerprint
    for file in left:
        file.unlink()
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    draft = manifest.with_suffix(".part")
    draft.write_text(json.dumps({"fingerprint": fingerprint}, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, manifest)
