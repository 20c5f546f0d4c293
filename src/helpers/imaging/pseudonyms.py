"""Pseudonyms P001, P002, ... and the one file that says whose they are."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

from helpers.errors import DataError
from helpers.files import write_atomically

_HEADER = ["patient_id", "pseudonym"]


def assign_pseudonyms(
    identifiers: Iterable[str], key_file: Path, published: Path
) -> dict[str, str]:
    """A pseudonym for each identifier; those in the key file keep theirs.

    The order of new pseudonyms is that of a hash, so that it tells nothing about admission. The key
    file is readable by its owner only.

    Parameters
    ----------
    identifiers : as the hospital gave them
    key_file : CSV of patient_id and pseudonym, made where it is missing
    published : folder that others may see; the key must lie elsewhere

    Returns
    -------
    dict, identifier: pseudonym

    Raises
    ------
    DataError
        when the key file would lie in the published folder or is damaged.
    """
    key_file, published = Path(key_file), Path(published)
    if published.resolve() in [key_file.resolve(), *key_file.resolve().parents]:
        raise DataError(
            f"{key_file.name}: the key of the pseudonyms would lie in {published.name}/ beside the "
            "images; expected another folder. Choose one with --key that only you can read."
        )
    known = read_key(key_file) if key_file.is_file() else {}
    numbers = [int(name[1:]) for name in known.values()]
    new = sorted(set(identifiers) - set(known), key=_hash)
    for number, identifier in enumerate(new, start=max(numbers, default=0) + 1):
        known[identifier] = f"P{number:03d}"
    if new:
        write_atomically(key_file, lambda file: _write(file, known))
        key_file.chmod(0o600)
    return known


def _hash(identifier: str) -> str:
    return hashlib.sha256(identifier.encode()).hexdigest()


def read_key(file: Path) -> dict[str, str]:
    """Pseudonyms by identifier.

    Raises
    ------
    DataError
        when the file is missing or is no key.
    """
    if not file.is_file():
        raise DataError(
            f"{file.name}: no such file; expected the key that hebook import-dicom wrote. Check "
            "the path."
        )
    with file.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.reader(handle))
    pairs = rows[1:]
    whole = all(len(row) == 2 and row[1][:1] == "P" and row[1][1:].isdecimal() for row in pairs)
    names = {row[1] for row in pairs if len(row) == 2}
    if rows[:1] != [_HEADER] or not whole or len(names) < len(pairs):
        raise DataError(
            f"{file.name}: not a key of pseudonyms; expected the columns patient_id and pseudonym "
            "(P001, ...), each pseudonym once. Restore it, or name another file with --key."
        )
    return {identifier: name for identifier, name in pairs}


def _write(file: Path, known: dict[str, str]) -> None:
    with file.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([_HEADER, *sorted(known.items(), key=lambda pair: pair[1])])
