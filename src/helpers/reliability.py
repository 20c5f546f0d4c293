"""Which features survive a second reading: intra- and inter-observer agreement of a feature table.

The first read is A1; A2 is the same reader again, B1 a second reader, P01, P02, ... are reads of
contours and images perturbed at random.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.features.batch import FIRST_READ
from helpers.features.families import FAMILIES, family
from helpers.settings import ReliabilitySettings
from helpers.statistics.icc import FORMS, icc

SAME_READER, SECOND_READER = "A2", "B1"
_KEYS = ["patient_id", "read"]


def icc_table(
    features: pd.DataFrame, settings: ReliabilitySettings, confidence: float = 0.95
) -> pd.DataFrame:
    """Agreement of every feature between reads, and whether it is stable.

    Parameters
    ----------
    features : patient_id, read, then one column per feature
    settings : which reads decide, the form of the ICC, the threshold and what must pass it
    confidence : level of the intervals

    Returns
    -------
    DataFrame
        one row a feature: feature, then for intra (A1 and A2) and inter (A1 and B1) the
        ICC, its `_low` and `_high`, and `_n`, the patients with both reads; then stable.
        With perturbed reads also perturbation, perturbation_low, perturbation_high,
        perturbation_n, and kept_by_rereads and kept_by_perturbation, what each of the two
        would keep alone.

    Notes
    -----
    A feature is stable when every deciding comparison exceeds the threshold: intra and inter for
    `reads: rereads` and `both`, the perturbed reads for `reads: perturbation`. A comparison that
    has fewer than two patients is NaN and decides nothing. Where the reads asked for are absent the
    others decide, and without any re-read all features are kept that vary between patients. A
    constant feature has no ICC and is never stable. A read that is not a finite number counts as
    missing.

    References
    ----------
    Liu & He 2025, section 1.3. Zwanenburg A et al. Sci Rep 2019;9:614.
    """
    names = _feature_names(features)
    comparisons = {
        name: icc(ratings, settings.form, confidence)
        for name, ratings in _comparisons(features, names).items()
    }
    table = pd.DataFrame({"feature": names})
    shown = ["intra", "inter"] + [name for name in ("perturbation",) if name in comparisons]
    for name in shown:
        found = comparisons.get(name)
        table[name] = found.value if found else np.nan
        table[f"{name}_low"] = found.low if found else np.nan
        table[f"{name}_high"] = found.high if found else np.nan
        table[f"{name}_n"] = found.n_subjects if found else 0
    kept = {
        name: (found.value if settings.passes == "estimate" else found.low) > settings.threshold
        for name, found in comparisons.items()
    }
    varies = _varies(features, names)
    table["stable"] = _all_pass(kept, settings.reads, varies)
    if "perturbation" in comparisons:
        table["kept_by_rereads"] = _all_pass(
            {name: passed for name, passed in kept.items() if name != "perturbation"},
            "rereads",
            varies,
        )
        table["kept_by_perturbation"] = kept["perturbation"] & varies
    return table


def stable_by_family(table: pd.DataFrame) -> pd.DataFrame:
    """How many features of each family are stable, families as the paper counts them.

    Parameters
    ----------
    table : from `icc_table`

    Returns
    -------
    DataFrame
        family, features, stable, stable_percent; the last row is the total
    """
    families = table["feature"].map(family)
    rows = [
        {"family": name, "features": len(part), "stable": int(part.sum())}
        for name, part in ((name, table.loc[families == name, "stable"]) for name in FAMILIES)
    ]
    rows.append({"family": "total", "features": len(table), "stable": int(table["stable"].sum())})
    counts = pd.DataFrame(rows)
    share = counts["stable"] / counts["features"].where(counts["features"] > 0)
    return counts.assign(stable_percent=100 * share)


def count_by_rule(
    features: pd.DataFrame, threshold: float, confidence: float = 0.95
) -> pd.DataFrame:
    """How many features would stay under each form of the ICC, by estimate or by lower limit.

    Re-reads by people decide where there are any, perturbed reads otherwise.

    Parameters
    ----------
    features : patient_id, read, then one column per feature
    threshold : that the estimate or its lower limit must exceed
    confidence : level of the interval whose lower limit is meant

    Returns
    -------
    DataFrame
        form, estimate, lower_limit (numbers of features); no rows without re-reads
    """
    names = _feature_names(features)
    comparisons = _comparisons(features, names)
    varies = _varies(features, names)
    rows = []
    for form in FORMS if comparisons else ():
        found = {name: icc(ratings, form, confidence) for name, ratings in comparisons.items()}
        counts = {
            rule: int(
                _all_pass(
                    {name: getattr(one, field) > threshold for name, one in found.items()},
                    "rereads",
                    varies,
                ).sum()
            )
            for rule, field in (("estimate", "value"), ("lower_limit", "low"))
        }
        rows.append({"form": f"ICC({form})", **counts})
    return pd.DataFrame(rows, columns=["form", "estimate", "lower_limit"])


def perturbation_agreement(table: pd.DataFrame) -> pd.DataFrame:
    """Whether perturbed reads keep the features that re-reads by people keep.

    Parameters
    ----------
    table : from `icc_table`, with perturbed reads

    Returns
    -------
    DataFrame
        family, features, the median ICC of each comparison that was made (median_intra,
        median_inter, median_perturbation), then kept_by_both, by_rereads_only,
        by_perturbation_only and by_neither (by_perturbation alone where nobody read again);
        the last row is the total
    """
    families = table["feature"].map(family)
    parts = {name: table[families == name] for name in FAMILIES} | {"total": table}
    compared = [name for name in ("intra", "inter", "perturbation") if table[name].notna().any()]
    read_again = "intra" in compared or "inter" in compared
    rows = []
    for name, part in parts.items():
        row = {"family": name, "features": len(part)}
        row |= {f"median_{one}": part[one].median() for one in compared}
        people, chance = part["kept_by_rereads"], part["kept_by_perturbation"]
        if read_again:
            row |= {
                "kept_by_both": int((people & chance).sum()),
                "by_rereads_only": int((people & ~chance).sum()),
                "by_perturbation_only": int((~people & chance).sum()),
                "by_neither": int((~people & ~chance).sum()),
            }
        else:
            row["by_perturbation"] = int(chance.sum())
        rows.append(row)
    return pd.DataFrame(rows)


def _feature_names(features: pd.DataFrame) -> list[str]:
    missing = [name for name in _KEYS if name not in features]
    if missing:
        raise ValueError(
            f"the feature table has no column {missing}; expected patient_id, read, then features"
        )
    return [name for name in features.columns if name not in _KEYS]


def _comparisons(features: pd.DataFrame, names: list[str]) -> dict[str, np.ndarray]:
    """Ratings of each comparison with at least two patients: (n_patients, n_reads, n_features)."""
    reads = set(features["read"])
    perturbed = sorted(read for read in reads if read[:1] == "P" and read[1:].isdigit())
    asked = {
        "intra": [FIRST_READ, SAME_READER],
        "inter": [FIRST_READ, SECOND_READER],
        "perturbation": perturbed,
    }
    found = {}
    for name, wanted in asked.items():
        if len(wanted) < 2 or not reads.issuperset(wanted):
            continue
        ratings = _ratings(features, names, wanted)
        if len(ratings) >= 2:
            found[name] = ratings
    return found


def _ratings(features: pd.DataFrame, names: list[str], reads: list[str]) -> np.ndarray:
    """Values of the patients who have all these reads."""
    by_read = {read: part.set_index("patient_id")[names] for read, part in features.groupby("read")}
    repeated = {read: by_read[read].index[by_read[read].index.duplicated()] for read in reads}
    for read, patients in repeated.items():
        if len(patients):
            raise ValueError(
                f"patient {patients[0]}: read {read} stands more than once in the feature table; "
                "expected one row per patient and read"
            )
    patients = by_read[reads[0]].index
    for read in reads[1:]:
        patients = patients.intersection(by_read[read].index, sort=False)
    values = np.stack([by_read[read].loc[patients].to_numpy(dtype=float) for read in reads], axis=1)
    values[~np.isfinite(values)] = np.nan
    return values


def _varies(features: pd.DataFrame, names: list[str]) -> np.ndarray:
    first = features.loc[features["read"] == FIRST_READ, names]
    return (first.nunique() > 1).to_numpy()


def _all_pass(kept: dict[str, np.ndarray], reads: str, varies: np.ndarray) -> np.ndarray:
    """Features that pass every deciding comparison."""
    people = [kept[name] for name in ("intra", "inter") if name in kept]
    chance = [kept[name] for name in ("perturbation",) if name in kept]
    first, second = (chance, people) if reads == "perturbation" else (people, chance)
    return np.logical_and.reduce([varies, *(first or second)])
