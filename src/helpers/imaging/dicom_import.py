"""A folder of mixed DICOM files becomes one NIfTI per patient, without names, dates or UIDs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed
from tqdm import tqdm

from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.imaging.dicom import read_header, read_stack
from helpers.imaging.pseudonyms import assign_pseudonyms
from helpers.imaging.segmentations import (
    RTSTRUCT_CLASS,
    SEG_CLASS,
    read_segmentation,
    referenced_series,
)
from helpers.imaging.series import Series, add_file, describe, preference, why_not, why_second
from helpers.imaging.stack import StackError

TAKEN = ["patient_id", "series", "slices", "size", "spacing_mm", "mask", "changes"]
SKIPPED = ["patient_id", "series", "slices", "reason"]


@dataclass(frozen=True)
class ImportReport:
    """What an import took and what it left.

    taken : DataFrame, patient_id (pseudonym), series, slices, size, spacing_mm, mask, changes
    skipped : DataFrame, patient_id, series, slices, reason
    """

    taken: pd.DataFrame
    skipped: pd.DataFrame

    def __str__(self) -> str:
        """Both tables and a line that counts."""
        parts = [
            f"{name}:\n{table.to_string(index=False)}"
            for name, table in (("Taken", self.taken), ("Skipped", self.skipped))
            if len(table)
        ]
        count = f"{len(self.taken)} patients imported, {len(self.skipped)} series or files skipped."
        return "\n\n".join([*parts, count])


@dataclass
class _Export:
    """The content of a folder: series by UID, masks by the series they were drawn on."""

    series: dict[str, Series]
    masks: dict[str, list[Path]]
    other_files: int


def import_dicom(
    src: Path,
    dst: Path,
    key_file: Path,
    series: str | None = None,
    jobs: int = 1,
    progress: bool = True,
) -> ImportReport:
    """Take the axial non-contrast head CT of every patient in a folder of DICOM files.

    Parameters
    ----------
    src : folder, searched through all its folders, whatever the names in it
    dst : cohort folder; receives images/, masks/ (of SEG and RTSTRUCT drawn on the series taken),
        taken.csv and skipped.csv
    key_file : who is who, see `helpers.imaging.pseudonyms`; must not lie in dst
    series : take series whose description holds this text, whatever part or contrast it names
    jobs : number of processes
    progress : whether to show a bar on stderr

    Returns
    -------
    ImportReport

    Raises
    ------
    DataError
        when the folder is missing or holds no DICOM image, or the key would lie in dst.

    Notes
    -----
    The rules by which a series is taken are those of `helpers.imaging.series.why_not` and
    `preference`; what is done to its slices is in `helpers.imaging.stack.assemble`. The NIfTI
    files hold voxels and geometry and nothing else of the headers.
    """
    src, dst = Path(src), Path(dst)
    if not src.is_dir():
        raise DataError(f"{src.name}: no such folder; expected DICOM files. Check the path.")
    export = _scan(src, jobs, progress)
    if not export.series:
        raise DataError(
            f"{src.name}: {export.other_files} files and none is a DICOM image; expected a PACS "
            "export. Unpack archives first."
        )
    patients: dict[str, list[Series]] = {}
    for one in export.series.values():
        patients.setdefault(one.identifier, []).append(one)
    names = assign_pseudonyms(patients, key_file, dst)
    for folder in ("images", "masks"):
        (dst / folder).mkdir(parents=True, exist_ok=True)
    tasks = [
        delayed(_import_patient)(names[who], found, export.masks, dst, series)
        for who, found in sorted(patients.items(), key=lambda item: names[item[0]])
    ]
    work = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    bar = tqdm(work, total=len(tasks), desc="Importing", unit="patient", disable=not progress)
    taken, skipped = [], []
    for first, rest in bar:
        taken += first
        skipped += rest
    if export.other_files:
        skipped.append(("", "", export.other_files, "files that are no DICOM image"))
    report = ImportReport(
        pd.DataFrame(taken, columns=TAKEN), pd.DataFrame(skipped, columns=SKIPPED)
    )
    for name, table in (("taken.csv", report.taken), ("skipped.csv", report.skipped)):
        write_atomically(dst / name, lambda file, t=table: t.to_csv(file, index=False))
    return report


def _scan(src: Path, jobs: int, progress: bool) -> _Export:
    files = sorted(path for path in src.rglob("*") if path.is_file() and path.name != "DICOMDIR")
    work = Parallel(n_jobs=jobs, return_as="generator", batch_size="auto")(
        delayed(_scan_file)(file) for file in files
    )
    export = _Export({}, {}, 0)
    bar = tqdm(work, total=len(files), desc="Reading headers", unit="file", disable=not progress)
    for one in bar:
        if one is None:
            export.other_files += 1
        elif isinstance(one, tuple):
            for uid in one[1]:
                export.masks.setdefault(uid, []).append(one[0])
        elif one.uid in export.series:
            export.series[one.uid].slices += one.slices
            export.series[one.uid].broken = export.series[one.uid].broken or one.broken
        else:
            export.series[one.uid] = one
    return export


def _scan_file(file: Path) -> Series | tuple[Path, set[str]] | None:
    """A series of this file alone; for a mask, the series it was drawn on."""
    header = read_header(file)
    if header is None:
        return None
    if header.SOPClassUID in (SEG_CLASS, RTSTRUCT_CLASS):
        return file, referenced_series(header)
    series = describe(header)
    add_file(series, header, file)
    return series


def _import_patient(
    name: str, found: list[Series], masks: dict[str, list[Path]], dst: Path, wanted: str | None
) -> tuple[list[tuple], list[tuple]]:
    """Rows of the two tables for one patient; the best series that can be read is written."""
    found = sorted(found, key=lambda one: (one.when, one.number, one.uid))
    label = {one.uid: f"{position} of {len(found)}" for position, one in enumerate(found, start=1)}
    skipped, possible = [], []
    for one in found:
        reason = why_not(one, wanted)
        if reason:
            skipped.append((name, label[one.uid], len(one.slices), reason))
        else:
            possible.append(one)
    taken, first = [], None
    for one in sorted(possible, key=preference):
        if first is not None:
            reason = why_second(one, first)
            skipped.append((name, label[one.uid], len(one.slices), reason))
            continue
        try:
            stack = read_stack(one.stack)
        except StackError as error:
            skipped.append((name, label[one.uid], len(one.slices), str(error)))
            continue
        first = one
        _write(stack.image, dst / "images" / f"{name}.nii.gz")
        if one.left_over:
            reason = "slices of another orientation or size in the series taken"
            skipped.append((name, label[one.uid], one.left_over, reason))
        mask, reasons = _import_mask(masks.get(one.uid, []), stack.image, name, dst)
        skipped += [(name, label[one.uid], "", reason) for reason in reasons]
        size = " × ".join(map(str, stack.image.GetSize()))
        spacing = " × ".join(f"{step:.4g}" for step in stack.image.GetSpacing())
        changes = "; ".join(stack.changes)
        row = (name, label[one.uid], len(one.stack), size, spacing, mask, changes)
        taken.append(row)
    return taken, skipped


def _import_mask(
    files: list[Path], image: sitk.Image, name: str, dst: Path
) -> tuple[str, list[str]]:
    """The file of the one mask drawn on a series, and why others were left out."""
    if len(files) > 1:
        return "", [f"{len(files)} segmentations of this series; expected one. Keep the right one."]
    for file in files:
        try:
            mask = read_segmentation(file, image, name)
        except DataError as error:
            text = str(error).replace(file.name, "the segmentation")
            return "", [" ".join(text.removeprefix(f"patient {name}: ").split())]
        _write(mask, dst / "masks" / f"{name}.nii.gz")
        return f"masks/{name}.nii.gz", []
    return "", []


def _write(image: sitk.Image, file: Path) -> None:
    def write(draft: Path) -> None:
        compressed = draft.with_name(f"{draft.stem}.nii.gz")
        sitk.WriteImage(image, str(compressed), useCompression=True)
        compressed.replace(draft)

    write_atomically(file, write)
