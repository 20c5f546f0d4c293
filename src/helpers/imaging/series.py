"""Which CT series of a patient is the one to measure: stated rules, in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from helpers.imaging.dicom import CT_CLASSES, Slice, slices_of, stacks_of
from helpers.imaging.stack import StackError

_HEAD = re.compile(r"head|brain|skull|neuro|cran|encephal|头|颅|脑", re.IGNORECASE)
_PLAIN = re.compile(
    r"(non|without|w/?o|no)[ _-]*(iv[ _-]*)?(contrast|con\b|c\b)|unenhanced|plain|平扫",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"contrast|angio|\bCTA\b|\bCTV\b|perfusion|venous|arterial|\+ ?C\b|post[ _-]?c\b|增强|灌注",
    re.IGNORECASE,
)
_SHARP = re.compile(r"bone|sharp|edge|lung|骨", re.IGNORECASE)
_SHARP_SIEMENS = re.compile(r"[HJB]r?([6-9]\d)")
_AXIAL_DEG = 40.0  # of the slices' normal from the patient's axis, a tilted gantry included
_FEWEST, _SHORTEST_MM = 5, 40.0
_WANTED_STEP_MM = 5.0


@dataclass
class Series:
    """The files of one series of one patient, and what decides whether it is taken.

    identifier, uid, study, person : as in the files, never written out
    when : date and time of the study, for the order of studies only
    """

    identifier: str
    person: str
    uid: str
    study: str
    when: str
    number: int
    text: str
    kernel: str
    contrast: str
    body_part: str
    image_type: str
    is_ct: bool
    slices: list[Slice] = field(default_factory=list)
    broken: str = ""

    @property
    def stack(self) -> list[Slice]:
        """The axial slices, or the longest stack where none is axial."""
        stacks = stacks_of(self.slices)
        axial = [stack for stack in stacks if _is_axial(stack[0])]
        return (axial or stacks or [[]])[0]

    @property
    def left_over(self) -> int:
        """Slices of other orientations or sizes, such as a scout."""
        return len(self.slices) - len(self.stack)


def describe(header: Dataset) -> Series:
    """An empty series from one of its headers."""
    text = " ".join(
        str(header.get(name, ""))
        for name in ("StudyDescription", "SeriesDescription", "ProtocolName")
    )
    image_type = "\\".join(map(str, header.get("ImageType", None) or []))
    kernel = header.get("ConvolutionKernel", "")
    return Series(
        identifier=str(header.get("PatientID", "") or "").strip()
        or f"study {header.get('StudyInstanceUID', '')}",
        person=_person(header),
        uid=str(header.get("SeriesInstanceUID", "")),
        study=str(header.get("StudyInstanceUID", "")),
        when=f"{header.get('StudyDate', '') or ''}{header.get('StudyTime', '') or ''}",
        number=int(header.get("SeriesNumber", None) or 0),
        text=text,
        kernel=kernel if isinstance(kernel, str) else "\\".join(map(str, kernel or [])),
        contrast=str(header.get("ContrastBolusAgent", "") or ""),
        body_part=str(header.get("BodyPartExamined", "") or ""),
        image_type=image_type.upper(),
        is_ct=header.SOPClassUID in CT_CLASSES,
    )


def _person(header: Dataset) -> str:
    """Name and date of birth, however they are written."""
    text = f"{header.get('PatientName', '')}{header.get('PatientBirthDate', '')}"
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def add_file(series: Series, header: Dataset, file: Path) -> None:
    """Add the slices of a file to its series; what cannot be placed makes the series broken."""
    if not series.is_ct:
        return
    try:
        series.slices += slices_of(header, file)
    except StackError as error:
        series.broken = str(error)


def why_not(series: Series, wanted: str | None = None) -> str:
    """Why a series cannot be the axial non-contrast head CT; empty when it can.

    The rules, in order: a CT; whole slices; not a localizer or a secondary picture; axial within 40
    degrees; at least 5 slices over at least 40 mm; the head by its descriptions, where they name a
    part of the body; no contrast agent and no word for one. With `wanted`, a text, the last two
    give way to: the text is in the description.
    """
    stack = series.stack
    if not series.is_ct:
        return "not a CT"
    if "LOCALIZER" in series.image_type or "SCREEN" in series.image_type:
        return "a localizer or screenshot"
    if series.broken:
        return series.broken
    if not _is_axial(stack[0]):
        return "not axial"
    reach = extent_mm(stack)
    if len(stack) < _FEWEST or reach < _SHORTEST_MM:
        return (
            f"{len(stack)} slices over {reach:.0f} mm; expected at least {_FEWEST} over "
            f"{_SHORTEST_MM:.0f} mm"
        )
    if wanted is not None:
        found = wanted.casefold() in series.text.casefold()
        return "" if found else "its description does not hold the text of --series"
    if series.body_part and not _HEAD.search(f"{series.body_part} {series.text}"):
        return "another part of the body"
    if series.contrast or _CONTRAST.search(_PLAIN.sub("", series.text)):
        return "contrast agent"
    return ""


def preference(series: Series) -> tuple:
    """The order among series that can be taken, best first.

    The earliest study (the baseline); a soft kernel before a sharp one; steps nearest to 5 mm;
    the longest; the lowest number.
    """
    sharp = bool(_SHARP.search(f"{series.kernel} {series.text}")) or bool(
        _SHARP_SIEMENS.match(series.kernel)
    )
    reach = extent_mm(series.stack)
    step = reach / max(len(series.stack) - 1, 1)
    return (series.when, sharp, round(abs(step - _WANTED_STEP_MM), 2), -reach, series.number)


def why_second(series: Series, first: Series) -> str:
    """Why a series that could be taken stands behind the one that was."""
    words = ("a later study", "a sharp kernel", "steps further from 5 mm", "a shorter range")
    pairs = zip(preference(series), preference(first), words, strict=False)
    return next((word for mine, best, word in pairs if mine != best), "a higher series number")


def extent_mm(stack: list[Slice]) -> float:
    """Distance from the first to the last slice centre."""
    places = [float(np.dot(one.position, stack[0].normal)) for one in stack]
    return max(places, default=0.0) - min(places, default=0.0)


def _is_axial(one: Slice) -> bool:
    return abs(float(one.normal[2])) > np.cos(np.radians(_AXIAL_DEG))
