"""A folder of mixed DICOM files becomes one NIfTI per patient, without names, dates or UIDs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import SimpleITK as sitk
from joblib import Parallel, delayed
from tqdm import tqdm

from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.imaging.dicom import read_header, read_stack
from helpers.imaging.files import SUFFIXES, name_of, read_mask
from helpers.imaging.geometry import check_mask
from helpers.imaging.pseudonyms import assign_pseudonyms
from helpers.imaging.segmentations import (
    RTSTRUCT_CLASS,
    SEG_CLASS,
    read_segmentation,
    referenced_series,
)
from helpers.imaging.series import Series, add_file, describe, preference, why_not, why_second
from helpers.imaging.stack import StackError

TAKEN = ["patient_id", "series", "slices", "size", "spacing_mm", "masks", "changes"]
SKIPPED = ["patient_id", "series", "slices", "reason"]


@dataclass(frozen=True)
class ImportReport:
    """What an import took and what it left.

    taken : DataFrame, patient_id (pseudonym), series, slices, size, spacing_mm, masks, changes
    skipped : DataFrame, patient_id, series, slices, reason
    """

    taken: pd.DataFrame
    skipped: pd.DataFrame

    def __str__(self) -> str:
        """What was changed, what was left and why; the whole tables are in their files."""
        masks = int((self.taken["masks"] != "").sum())
        lines = [f"{len(self.taken)} patients imported, {masks} of them with a mask (taken.csv)."]
        changed = self.taken[self.taken["changes"] != ""]
        lines += [f"  {row.patient_id}: {row.changes}" for row in changed.itertuples(index=False)]
        lost = sorted(set(self.skipped["patient_id"]) - set(self.taken["patient_id"]) - {""})
        if lost:
            lines.append(f"No series could be taken of {len(lost)}: {', '.join(lost)}.")
        if len(self.skipped):
            lines.append(f"{len(self.skipped)} series or files were left out (skipped.csv):")
            counts = self.skipped["reason"].value_counts()
            lines += [f"  {count} × {reason}" for reason, count in counts.items()]
        return "\n".join(lines)


@dataclass
class _Export:
    """The content of a folder.

    series : by UID
    masks : SEG and RTSTRUCT by the UID of the series they were drawn on
    named : other masks by the patient's identifier, the name of the file, and by read
    other_files : number of files that are none of these
    """

    series: dict[str, Series] = field(default_factory=dict)
    masks: dict[str, list[Path]] = field(default_factory=dict)
    named: dict[str, dict[str, Path]] = field(default_factory=dict)
    other_files: int = 0


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
    src : folder, searched through all its folders, whatever the names in it. A mask is a SEG or
        RTSTRUCT drawn on the series taken, or IDENTIFIER.nii.gz (.nrrd, .mha) with the patient's
        identifier as in the DICOM files; rereads/R/IDENTIFIER.nii.gz is one of read R
    dst : cohort folder; receives images/, masks/, rereads/, taken.csv and skipped.csv
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
    tasks = [
        delayed(_import_patient)(names[who], found, _masks_of(who, found, export), dst, series)
        for who, found in sorted(patients.items(), key=lambda item: names[item[0]])
    ]
    work = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    bar = tqdm(work, total=len(tasks), desc="Importing", unit="patient", disable=not progress)
    taken, skipped = [], []
    for first, rest in bar:
        taken += first
        skipped += rest
    strangers = [who for who in export.named if who not in patients]
    if strangers:
        skipped.append(("", "", len(strangers), "masks named after no PatientID of the images"))
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
    export = _Export()
    bar = tqdm(work, total=len(files), desc="Reading headers", unit="file", disable=not progress)
    for file, one in zip(files, bar, strict=True):
        if one is None and file.name.endswith(SUFFIXES):
            read = file.parent.name if file.parent.parent.name == "rereads" else ""
            export.named.setdefault(name_of(file), {})[read] = file
        elif one is None:
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


def _masks_of(who: str, found: list[Series], export: _Export) -> dict[str, list[tuple[str, Path]]]:
    """Masks of a patient by the series they belong to: read and file, first read as ''."""
    named = list(export.named.get(who, {}).items())
    return {
        one.uid: [("", file) for file in export.masks.get(one.uid, [])] + named for one in found
    }


def _import_patient(
    name: str,
    found: list[Series],
    masks: dict[str, list[tuple[str, Path]]],
    dst: Path,
    wanted: str | None,
) -> tuple[list[tuple], list[tuple]]:
    """Rows of the two tables for one patient; the best series that can be read is written."""
    found = sorted(found, key=lambda one: (one.when, one.number, one.uid))
    label = {one.uid: f"{position} of {len(found)}" for position, one in enumerate(found, start=1)}
    skipped, possible = [], []
    if len({one.person for one in found if one.person}) > 1:
        skipped.append((name, "", "", "two names or dates of birth under one number: one person?"))
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
        written, reasons = _import_masks(masks[one.uid], stack.image, name, dst)
        skipped += [(name, label[one.uid], "", reason) for reason in reasons]
        size = " × ".join(map(str, stack.image.GetSize()))
        spacing = " × ".join(f"{step:.4g}" for step in stack.image.GetSpacing())
        changes = "; ".join(stack.changes)
        row = (name, label[one.uid], len(one.stack), size, spacing, "; ".join(written), changes)
        taken.append(row)
    return taken, skipped


def _import_masks(
    files: list[tuple[str, Path]], image: sitk.Image, name: str, dst: Path
) -> tuple[list[str], list[str]]:
    """The masks written for an image, and why others were left out."""
    written, reasons = [], []
    for read in sorted({read for read, _ in files}):
        drawn = [file for other, file in files if other == read]
        place = f"rereads/{read}" if read else "masks"
        if len(drawn) > 1:
            reasons.append(
                f"{place}: {len(drawn)} segmentations; expected one. Keep the right one."
            )
            continue
        try:
            mask = _read_mask(drawn[0], image, name)
        except DataError as error:
            text = str(error).removeprefix(f"patient {name}: ").replace(drawn[0].name, "the mask")
            reasons.append(f"{place}: {' '.join(text.split())}")
            continue
        _write(mask, dst / place / f"{name}.nii.gz")
        written.append(f"{place}/{name}.nii.gz")
    return written, reasons


def _read_mask(file: Path, image: sitk.Image, name: str) -> sitk.Image:
    if file.name.endswith(SUFFIXES):
        return check_mask(read_mask(file, name), image, name)
    return read_segmentation(file, image, name)


def _write(image: sitk.Image, file: Path) -> None:
    def write(draft: Path) -> None:
        compressed = draft.with_name(f"{draft.stem}.nii.gz")
        sitk.WriteImage(image, str(compressed), useCompression=True)
        compressed.replace(draft)

    write_atomically(file, write)
