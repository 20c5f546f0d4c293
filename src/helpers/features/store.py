"""One file per measured lesion, found again by everything that decides its values."""

from __future__ import annotations

import hashlib
import json
import zipfile
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.features.settings import ImagingSettings
from helpers.files import write_atomically

_LAYOUT = 1  # of the files in a store
_CODE = ("prepare.py", "stock.py", "lesion.py", "perturbation.py")
_READING = ("files.py", "geometry.py", "dicom.py", "stack.py")  # of imaging
_PACKAGES = ("pyradiomics-bhklab", "pyradiomics", "SimpleITK", "pydicom", "numpy", "PyWavelets")


class Store:
    """A folder of measured lesions.

    A lesion is found by a hash of the imaging settings, the bytes of its image and mask, how it
    was perturbed, and the code and packages that read and measure. Whatever else changes in a
    study leaves its file valid; an interrupted run leaves whole files only.
    """

    def __init__(self, folder: Path):
        """Name the folder; it is made when something is saved."""
        self.folder = Path(folder)

    def load(self, key: str) -> pd.Series | None:
        """The values saved under a key; None where there are none or the file is damaged."""
        try:
            with np.load(self._file(key), allow_pickle=False) as saved:
                names = saved["names"].tobytes().decode().split("\n")
                return pd.Series(saved["values"], index=names)
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    def save(self, key: str, values: pd.Series) -> None:
        """Keep the values of one lesion."""
        names = np.frombuffer("\n".join(values.index).encode(), np.uint8)
        numbers = values.to_numpy(float)
        write_atomically(
            self._file(key), lambda file: np.savez_compressed(file, names=names, values=numbers)
        )

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.npz"


def key_of(settings: ImagingSettings, image: str, mask: str, perturbation: str = "") -> str:
    """The key of a lesion.

    Parameters
    ----------
    settings : all of them decide
    image, mask : hashes of the files, see `hash_file`
    perturbation : what decides a perturbed read, as text
    """
    parts = [settings.model_dump_json(), _code_version(settings.engine), image, mask, perturbation]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def hash_file(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder with their names."""
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(file.name.encode() if path.is_dir() else b"")
            digest.update(file.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=2)
def _code_version(engine: str) -> str:
    """Hash of the code of an engine and of the versions of the packages it computes with."""
    folder = Path(__file__).parent
    files = [folder / name for name in _CODE]
    files += [folder.parent / "imaging" / name for name in _READING]
    packages = list(_PACKAGES)
    if engine == "fused":
        files += sorted((folder / "fused").rglob("*.py"))
        packages += ["numba", "scipy"]
    digest = hashlib.sha256(f"{_LAYOUT} {engine}".encode())
    for file in files:
        digest.update(file.read_bytes())
    for name in packages:
        digest.update(f"{name} {_installed(name)}".encode())
    return digest.hexdigest()


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
