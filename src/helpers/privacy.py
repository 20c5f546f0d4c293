"""Does a published book hold a word that names a patient: in pages, pictures, archives, indexes."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
from PIL import Image, UnidentifiedImageError

from helpers.problems import Problem, refuse
from helpers.settings import CohortSettings
from helpers.spreadsheet import read_table
from helpers.study import Study

_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif")
_ARCHIVES = (".docx", ".xlsx", ".zip", ".pptx")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\\n]{60,}={0,2}")
_SHORTEST = 5  # letters and digits of a word that cannot stand in a page by chance


def find_traces(folder: Path, words: Iterable[str]) -> pd.DataFrame:
    """Where words occur in the files below a folder.

    Parameters
    ----------
    folder : of a built book: html/ or notebooks/
    words : to look for, whatever their case; also in file names, in metadata of pictures, inside
        archives and compressed indexes, and in what pages and notebooks hold as base64

    Returns
    -------
    DataFrame, file, word
    """
    needles = {word: word.casefold().encode() for word in words}
    rows = []
    for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
        name = str(file.relative_to(folder))
        texts = [name.encode(), *contents(file.name, file.read_bytes())]
        lowered = [text.decode("utf-8", "replace").casefold().encode() for text in texts]
        for word, needle in needles.items():
            if any(needle in text for text in lowered):
                rows.append((name, word))
    return pd.DataFrame(rows, columns=["file", "word"])


def contents(name: str, data: bytes) -> Iterator[bytes]:
    """A file's bytes and all that is packed inside them."""
    yield data
    suffix = Path(name).suffix.lower()
    if suffix in _PICTURES:
        yield from _picture(data)
    elif suffix in _ARCHIVES:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield member.encode()
                yield from contents(member, archive.read(member))
    elif suffix == ".gz":
        yield gzip.decompress(data)
    elif suffix == ".inv":  # of sphinx: four lines of text, the rest compressed
        yield zlib.decompress(data.split(b"\n", 4)[4])
    elif suffix in (".html", ".ipynb", ".js", ".json", ".css", ".svg"):
        for packed in _BASE64.findall(data):
            yield from _unpacked(packed.replace(b"\\n", b""))


def _unpacked(packed: bytes) -> Iterator[bytes]:
    """What base64 text stands for: bytes, or a picture with its metadata."""
    try:
        data = base64.b64decode(packed + b"=" * (-len(packed) % 4))
    except binascii.Error:
        return
    yield data
    yield from _picture(data)


def _picture(data: bytes) -> Iterator[bytes]:
    """Texts and Exif of a picture; nothing for what is none."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            for key, value in picture.info.items():
                yield f"{key} {value}".encode()
            for key, value in picture.getexif().items():
                yield f"{key} {value}".encode()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return


def identifying_words(study: Study) -> list[str]:
    """Words of a study's patient table that must not be published.

    Identifiers, before and after the key, and every text in the columns that the study leaves out
    (cohort.ignore: names, dates, remarks); those of at least five letters and digits with one of
    each, or of two words, since others can stand in a page by chance.
    """
    settings = study.cohort.model_copy(update={"ignore": [], "values": {}})
    table, problems = read_table(study.paths.cohort / study.cohort.table, settings)
    if table is None:
        refuse(study.cohort.table, problems)
    names = ["patient_id", *_left_out(study.cohort, table)]
    cells = {str(cell) for name in names if name in table for cell in table[name].dropna()}
    return sorted(cell for cell in cells if _telling(cell))


def _left_out(settings: CohortSettings, table: pd.DataFrame) -> list[str]:
    return [name for name in settings.ignore if name in table]


def _telling(word: str) -> bool:
    signs = [sign for sign in word if sign.isalnum()]
    mixed = any(sign.isdigit() for sign in signs) and any(sign.isalpha() for sign in signs)
    return len(signs) >= _SHORTEST and (mixed or bool(re.search(r"[ ,^_-]", word)))


def check_book(study: Study) -> list[Problem]:
    """Identifying words of a study's table that its built book holds, as errors."""
    words = identifying_words(study)
    return [
        Problem(
            f"{place.name}/{row.file}",
            "a word of the patient table that identifies someone",
            "no word of identifiers or of ignored columns",
            "Do not publish this book; report the page, and look at the study's title and labels.",
        )
        for place in (study.paths.html, study.paths.notebooks)
        if place.is_dir()
        for row in find_traces(place, words).itertuples(index=False)
    ]
