"""One peer's features of one lesion, measured inside the peer's own environment.

    python measure.py NAME FOLDER

FOLDER holds lesion.npz (image, mask) and, as files, image.nii, mask.nii and levels.nii. For each
line on the standard input the lesion is measured once and a line of JSON is printed: the seconds
it took and the values by the peer's own names. Classes that pyradiomics lacks are not asked for.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

BIN_WIDTH = 25.0
Measure = Callable[[], dict]


def fastrad(folder: Path) -> Measure:
    """All its classes, in double precision on the processor."""
    import torch
    from fastrad import FeatureExtractor, FeatureSettings, Mask, MedicalImage

    torch.set_num_threads(1)
    lesion = np.load(folder / "lesion.npz")
    image = MedicalImage(torch.from_numpy(lesion["image"]))
    mask = Mask(torch.from_numpy(lesion["mask"]))
    extractor = FeatureExtractor(FeatureSettings(bin_width=BIN_WIDTH, device="cpu"))
    return lambda: extractor.extract(image, mask)


def numpyradiomics(folder: Path) -> Measure:
    """All its classes, without the features it adds to pyradiomics'."""
    import numpyradiomics as peer

    lesion = np.load(folder / "lesion.npz")
    image, mask = lesion["image"], lesion["mask"]

    def measure() -> dict:
        first = peer.firstorder(image, mask, binWidth=BIN_WIDTH, extend=False)
        shape = peer.shape(mask, extend=False)
        return (
            {f"firstorder_{name}": value for name, value in first.items()}
            | {f"shape_{name}": value for name, value in shape.items()}
            | peer.texture(image, mask, binWidth=BIN_WIDTH)
        )

    return measure


def mirp(folder: Path) -> Measure:
    """The families that correspond to pyradiomics' classes, with its option for such bins."""
    import mirp as peer

    logging.disable(logging.WARNING)
    lesion = np.load(folder / "lesion.npz")
    image, mask = lesion["image"], lesion["mask"]
    options = {
        "by_slice": False,
        "ibsi_compliant": False,
        "base_feature_families": ["mrp", "st", "ih", "cm", "rlm", "szm", "tdm", "ldm"],
        "base_discretisation_method": "fixed_bin_size_pyradiomics",
        "base_discretisation_bin_width": BIN_WIDTH,
        "glcm_spatial_method": "3d_average",
        "glrlm_spatial_method": "3d_average",
        "glszm_spatial_method": "3d",
        "ngtdm_spatial_method": "3d",
        "ngldm_spatial_method": "3d",
    }
    families = ("morph_", "stat_", "ih_", "cm_", "rlm_", "szm_", "ngt_", "ngl_")
    suffix = re.compile(r"(_d1)?(_a0\.0)?(_3d(_avg)?)?_fbsp_w25\.0$")

    def measure() -> dict:
        table = peer.extract_features(image=image, mask=mask, **options)[0]
        found = table.iloc[0].to_dict()
        return {suffix.sub("", n): v for n, v in found.items() if n.startswith(families)}

    return measure


def nyxus(folder: Path) -> Measure:
    """Texture from the grey levels, as it has no fixed bin width; the rest from the image.

    Volumes can be given as files only, so reading them is part of its time.
    """
    from nyxus import Nyxus3D

    texture = [f"*3D_{name}*" for name in ("GLCM", "GLDM", "GLRLM", "GLSZM", "NGTDM")]
    passes = (
        (
            "image.nii",
            Nyxus3D(["*3D_ALL_INTENSITY*", "*3D_ALL_MORPHOLOGY*"], n_feature_calc_threads=1),
        ),
        ("levels.nii", Nyxus3D(texture, n_feature_calc_threads=1, ibsi=True)),
    )
    mask = str((folder / "mask.nii").resolve())

    def measure() -> dict:
        found = {}
        for file, peer in passes:
            # the setting belongs to the library, not to the object
            peer.set_params(ibsi=file == "levels.nii")
            table = peer.featurize_files([str((folder / file).resolve())], [mask], False)
            found |= {name: table[name][0] for name in table.columns if name.startswith("3")}
        return found

    return measure


PEERS = {peer.__name__: peer for peer in (fastrad, nyxus, mirp, numpyradiomics)}


def main() -> None:
    """Answer requests until the input ends."""
    warnings.simplefilter("ignore")
    name, folder = sys.argv[1], Path(sys.argv[2])
    # what the peers print must not get between the answers
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    measure = PEERS[name](folder)
    for _ in sys.stdin:
        start = time.perf_counter()
        found = measure()
        seconds = time.perf_counter() - start
        values = {own: float(value) for own, value in found.items()}
        print(
            json.dumps({"version": version(name), "seconds": seconds, "values": values}),
            file=answers,
            flush=True,
        )


if __name__ == "__main__":
    main()
