"""Other packages beside pyradiomics and the fused engine: features, agreement and time.

    python benchmarks/extraction_peers.py [--repeats 3] [--peers nyxus mirp]

The original image of one synthetic lesion of 20 ml, clipped, normalised and resampled to 1 mm once,
so that everyone measures the same voxels with bins 25 wide; one thread, warm, taking turns. Each
peer gets an environment of its own in .tools/peers, kept for the next run (fastrad brings PyTorch,
5 GB). A peer that does not install, import or run is left out, and the reason is printed.
peers/names.csv says which features are the same by definition.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import radiomics
import SimpleITK as sitk
from extraction import ONE_THREAD, write_lesions
from peers.process import PEERS, Peer, Skipped, install
from radiomics.imageoperations import resampleImage

from helpers.features import extract
from helpers.features.agreement import relative_difference
from helpers.features.prepare import prepare
from helpers.features.settings import ImagingSettings

HERE = Path(__file__).parent
NOTES = {
    "nyxus": "rounds grey values to integers and reads volumes from files only; it has no fixed "
    "bin width, so its textures were given the ready grey levels.",
    "mirp": "has features in these families that pyradiomics lacks and that cannot be left out.",
}
TOLERANCE, BIN_WIDTH = 1e-6, 25.0


class Engine:
    """One of this project's engines, with the interface of a peer."""

    def __init__(self, name: str, image: sitk.Image, mask: sitk.Image) -> None:
        self.version = "this project" if name == "fused" else radiomics.__version__.lstrip("v")
        self.settings = ImagingSettings(
            engine=name,
            window_hu=None,
            normalize=False,
            spacing_mm=None,
            bin_width=BIN_WIDTH,
            filters=["original"],
        )
        self.pair = image, mask

    def measure(self) -> dict:
        """Version, seconds, and values by pyradiomics' names."""
        start = time.perf_counter()
        found = extract(*self.pair, self.settings)
        seconds = time.perf_counter() - start
        values = {name.removeprefix("original_"): value for name, value in found.items()}
        return {"version": self.version, "seconds": seconds, "values": values}

    def close(self) -> None:
        """Nothing to end."""


def write_voxels(folder: Path) -> tuple[sitk.Image, sitk.Image]:
    """The lesion as everyone measures it, and as files for the peers."""
    scan, drawn = (sitk.ReadImage(file) for file in write_lesions(folder)[20])
    image, mask = resampleImage(
        prepare(scan, ImagingSettings()),
        drawn,
        resampledPixelSpacing=[1.0] * 3,
        interpolator=sitk.sitkBSpline,
        padDistance=5,
    )
    values, inside = sitk.GetArrayFromImage(image), sitk.GetArrayFromImage(mask)
    lowest = np.floor(values[inside == 1].min() / BIN_WIDTH)
    levels = np.where(inside == 1, np.floor(values / BIN_WIDTH) - lowest + 1, 0)
    binned = sitk.GetImageFromArray(levels.astype(np.uint16))
    binned.CopyInformation(image)
    np.savez(folder / "lesion.npz", image=values, mask=inside)
    for name, volume in (("image", image), ("mask", mask), ("levels", binned)):
        sitk.WriteImage(volume, str(folder / f"{name}.nii"))
    return image, mask


def by_pyradiomics_names(values: dict, peer: str, expected: pd.Series) -> pd.Series:
    """The values whose name is listed in names.csv or is pyradiomics' but for case and signs."""
    table = pd.read_csv(HERE / "peers" / "names.csv").query("peer == @peer")
    listed = dict(zip(table["own"], table["pyradiomics"], strict=True))
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in expected.index}
    names = {
        own: listed.get(own, plain.get(re.sub(r"[^a-z0-9]", "", own.lower()))) for own in values
    }
    return pd.Series(
        {names[own]: value for own, value in values.items() if names[own]}, dtype=float
    )


def take_turns(sources: dict, repeats: int) -> dict[str, list[dict]]:
    """Answers of all sources, the first of which warms up; a source that fails is dropped."""
    answers = {name: [] for name in sources}
    for _ in range(repeats + 1):
        for name in list(answers):
            try:
                answers[name].append(sources[name].measure())
            except Skipped as reason:
                print(f"{name} is left out: it {reason}")
                del answers[name]
    return answers


def table(answers: dict[str, list[dict]]) -> pd.DataFrame:
    """One row per source."""
    expected = pd.Series(answers["pyradiomics"][-1]["values"], dtype=float)
    seconds = {n: np.median([a["seconds"] for a in found[1:]]) for n, found in answers.items()}
    rows = []
    for name, found in answers.items():
        values = found[-1]["values"]
        matched = by_pyradiomics_names(values, name, expected)
        gap = relative_difference(matched, expected[matched.index])
        classes = pd.Series([n.split("_")[0] for n in matched.index[gap > TOLERANCE]], dtype=str)
        rows.append(
            {
                "name": name,
                "version": found[-1]["version"],
                "features": len(values),
                "matched": len(matched),
                f"within {TOLERANCE:g}": int((gap <= TOLERANCE).sum()),
                "seconds": f"{seconds[name]:.3f}",
                "time / pyradiomics": f"{seconds[name] / seconds['pyradiomics']:.2f}",
                "differ": ", ".join(f"{n} {k}" for k, n in classes.value_counts().items()) or "-",
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ.update(ONE_THREAD)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pair = write_voxels(folder)
        sources = {engine: Engine(engine, *pair) for engine in ("pyradiomics", "fused")}
        for peer in options.peers:
            try:
                sources[peer] = Peer(peer, install(peer), folder, os.environ | ONE_THREAD)
            except (Skipped, OSError) as reason:
                print(f"{peer} is left out: it {reason}")
        try:
            answers = take_turns(sources, options.repeats)
        finally:
            for source in sources.values():
                source.close()
    print("Original image of a synthetic lesion of 20 ml, medians, one thread:")
    print(table(answers).to_string(index=False))
    print("matched: the same feature by name or definition (benchmarks/peers/names.csv).")
    print("differ: those of the matched features that do not agree, by class.")
    for peer in sorted(answers.keys() & NOTES.keys()):
        print(f"{peer} {NOTES[peer]}")


if __name__ == "__main__":
    main()
