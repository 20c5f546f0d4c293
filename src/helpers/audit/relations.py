"""Checks between single numbers: repeated prints, sums, counts of features, bounds, releases."""

from __future__ import annotations

from fractions import Fraction

from helpers.audit.evidence import (
    CONSISTENT,
    DISPUTED,
    INCONSISTENT,
    POSSIBLE,
    REPRODUCED,
    Evidence,
)
from helpers.audit.rounding import decimals, number, rounding_interval
from helpers.errors import DataError
from helpers.published import GroupTable, Key, PerformanceTable, Published, Relation


def filtered_images(per_image: int, filtered: int) -> Fraction:
    """How many filtered images give so many features, if each gives all of one image's.

    Parameters
    ----------
    per_image : features measured on one image (first order and texture)
    filtered : features of all filtered images

    Returns
    -------
    Fraction; not a whole number when the counts do not belong together

    Examples
    --------
    >>> filtered_images(18 + 75, 1581)
    Fraction(17, 1)
    """
    return Fraction(filtered, per_image)


def check_relations(published: Published) -> list[Evidence]:
    """Evidence from repeated prints, from sums of group sizes and from the file's `relations`."""
    evidence = []
    for keys in repeated(published):
        evidence += _same(published, keys)
    evidence += _group_sums(published)
    for relation in published.relations:
        evidence += CHECKS[relation.check](published, relation)
    return evidence


def repeated(published: Published) -> list[tuple[Key, ...]]:
    """Numbers that are printed more than once: equal row and column in several tables."""
    places: dict[tuple[str, str], list[Key]] = {}
    for one in published.numbers:
        places.setdefault((one.row, one.column), []).append(one.key)
    return [tuple(keys) for keys in places.values() if len(keys) > 1]


def _text(published: Published, key: Key) -> str:
    return published.number(*key).printed


def _place(published: Published, key: Key) -> str:
    return published.number(*key).place


def _same(published: Published, keys: tuple[Key, ...]) -> list[Evidence]:
    evidence = []
    for key in keys:
        for other in keys:
            if other == key:
                continue
            mine, theirs = _text(published, key), _text(published, other)
            reason = f"{_place(published, other)} prints {theirs}"
            if mine == theirs:
                evidence.append(Evidence(key, REPRODUCED, reason))
            else:
                verdict = CONSISTENT if _compatible(mine, theirs) else DISPUTED
                evidence.append(Evidence(key, verdict, reason))
    return evidence


def _compatible(mine: str, theirs: str) -> bool:
    """Whether two prints can be one number; with the same digits behind the point they must agree.

    A number on the border of two roundings is printed one way by one program.
    """
    if max(mine.count("."), theirs.count(".")) > 1:  # versions, not numbers
        return False
    bounds = mine[0] in "<>" or theirs[0] in "<>"
    if not bounds and decimals(mine) == decimals(theirs):
        return False
    return rounding_interval(mine).meets(rounding_interval(theirs))


def _group_sums(published: Published) -> list[Evidence]:
    """Group sizes of a table against the size of its cohort, wherever that is printed."""
    evidence = []
    for name, table in published.of_kind(GroupTable).items():
        row = f"cohort: {table.cohort}"
        total = sum(int(size) for size in table.sizes.values())
        prints = [one for one in published.numbers if (one.row, one.column) == (row, "n")]
        if not prints:
            continue
        confirmed = any(number(one.printed) == total for one in prints)
        reason = f"the groups hold {total}, " + ", ".join(
            f"{one.place} prints {one.printed}" for one in prints
        )
        for one in prints:
            verdict = REPRODUCED if number(one.printed) == total else INCONSISTENT
            evidence.append(Evidence(one.key, verdict, reason))
        verdict = REPRODUCED if confirmed else INCONSISTENT
        parts = [(name, row, f"{group}: n") for group in table.sizes]
        evidence += [Evidence(key, verdict, reason) for key in parts]
    return evidence


def _relation_same(published: Published, relation: Relation) -> list[Evidence]:
    return _same(published, relation.numbers)


def _sum(published: Published, relation: Relation) -> list[Evidence]:
    parts = [number(_text(published, key)) for key in relation.parts]
    total = _text(published, relation.total)
    reason = " + ".join(str(part) for part in parts) + f" = {sum(parts)}"
    verdict = REPRODUCED if sum(parts) == number(total) else INCONSISTENT
    return [Evidence(key, verdict, reason) for key in (relation.total, *relation.parts)]


def _images(published: Published, relation: Relation) -> list[Evidence]:
    per_image = sum(int(_text(published, key)) for key in relation.per_image)
    filtered = int(_text(published, relation.filtered))
    images = filtered_images(per_image, filtered) if per_image else Fraction(1, 2)
    whole = images.denominator == 1
    words = f"{images} filtered images" if whole else "no whole number of filtered images"
    reason = f"{filtered} / {per_image}: {words}"
    keys = (relation.filtered, *relation.per_image)
    return [Evidence(key, REPRODUCED if whole else INCONSISTENT, reason) for key in keys]


def _at_most(published: Published, relation: Relation) -> list[Evidence]:
    mine, limit = _text(published, relation.number), _text(published, relation.limit)
    verdict = POSSIBLE if number(mine) <= number(limit) else INCONSISTENT
    return [Evidence(relation.number, verdict, f"at most {limit}")]


def _count(published: Published, relation: Relation) -> list[Evidence]:
    counts = counts_of(published)
    if relation.of not in counts:
        raise DataError(
            f"relation 'count' counts {relation.of!r}; expected one of {', '.join(counts)}."
        )
    counted = counts[relation.of]
    verdict = REPRODUCED if number(_text(published, relation.number)) == counted else INCONSISTENT
    return [Evidence(relation.number, verdict, f"{relation.of}: {counted}")]


def counts_of(published: Published) -> dict[str, int]:
    """What a relation `count` can count: models, and rows of each table with P < 0.05."""
    models = {
        model
        for table in published.of_kind(PerformanceTable).values()
        for block in table.cohorts.values()
        for model in block.models
    }
    counted = {"models": len(models), "other models": len(models) - 1}
    for name, table in published.of_kind(GroupTable).items():
        small = [row.p for row in table.rows.values() if row.p and number(row.p) < Fraction("0.05")]
        counted[f"rows of {name} with P < 0.05"] = len(small)
    return counted


def _extreme(published: Published, relation: Relation) -> list[Evidence]:
    found = [number(_text(published, key)) for key in relation.of]
    extreme = min(found) if relation.which == "smallest" else max(found)
    verdict = REPRODUCED if number(_text(published, relation.number)) == extreme else INCONSISTENT
    reason = f"the {relation.which} of {', '.join(map(str, found))}"
    return [Evidence(relation.number, verdict, reason)]


def _bound(published: Published, relation: Relation) -> list[Evidence]:
    """A printed bound such as "<0.05" against the values it is said of."""
    bound = rounding_interval(_text(published, relation.number))
    texts = {key: _text(published, key) for key in relation.of}
    outside = [text for text in texts.values() if not rounding_interval(text).meets(bound)]
    reason = f"said of {len(texts)} numbers, {', '.join(texts.values())}"
    verdict = INCONSISTENT if outside else REPRODUCED
    return [Evidence(relation.number, verdict, reason)]


def _release(published: Published, relation: Relation) -> list[Evidence]:
    printed = _text(published, relation.number)
    if printed in relation.released:
        return [Evidence(relation.number, CONSISTENT, f"was released ({relation.source})")]
    last = max(relation.released, key=lambda text: tuple(map(int, text.split("."))))
    reason = f"no such release; the highest is {last} ({relation.source})"
    return [Evidence(relation.number, INCONSISTENT, reason)]


CHECKS = {
    "same": _relation_same,
    "sum": _sum,
    "images": _images,
    "at_most": _at_most,
    "count": _count,
    "extreme": _extreme,
    "bound": _bound,
    "release": _release,
}
