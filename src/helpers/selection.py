"""Few features of many: minimum redundancy and maximum relevance (mRMR), and clinical screening."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from helpers.screening import univariate_screen
from helpers.statistics.information import INFORMATION, Information

__all__ = ["MRMRSelector", "mrmr", "mrmr_path", "univariate_screen"]

SCHEMES = ("MID", "MIQ")
# MIQ divides by redundancy; a smaller one counts as this.
SMALLEST_REDUNDANCY = 1e-10
# Scores this close, relative to the best, are ties.
_TIE = 1e-12


def mrmr(
    features: pd.DataFrame | np.ndarray,
    outcome: Sequence[int],
    k: int = 10,
    scheme: str = "MID",
    mutual_information: str = "gaussian",
) -> pd.DataFrame:
    r"""Pick k features by minimum redundancy and maximum relevance.

    Parameters
    ----------
    features : DataFrame or array, shape = (n_patients, n_features), finite numbers
    outcome : 0/1, shape = (n_patients,)
    k : number of features to pick
    scheme : "MID" (relevance minus redundancy) or "MIQ" (relevance over redundancy)
    mutual_information : "gaussian" or "discretised"
        from Pearson's correlation as in mRMRe, or from three states at mean ± SD as in Peng

    Returns
    -------
    DataFrame
        in the order of picking: rank (from 1), feature (name, or column number of an
        array), relevance and redundancy (nats, redundancy is 0 for the first), score

    Raises
    ------
    ValueError
        for values that are not finite (the features are named), an outcome that is not 0/1 with
        both classes, lengths that differ, an unknown scheme or mutual information, and k larger
        than the number of features that vary.

    Notes
    -----
    The first pick has the largest relevance :math:`I(x_i; y)`. Each next one maximises

    .. math::

        I(x_i; y) &- \frac{1}{|S|} \sum_{s \in S} I(x_i; x_s) \quad \text{(MID) or}

        I(x_i; y) &\Big/ \frac{1}{|S|} \sum_{s \in S} I(x_i; x_s) \quad \text{(MIQ)}

    over the features S picked so far. Of equal scores the first column wins. A constant feature
    holds no information and is never picked. Redundancies are summed up as features are picked, so
    the cost is proportional to k times the size of the table.

    References
    ----------
    Peng H, Long F, Ding C. IEEE Trans Pattern Anal Mach Intell 2005;27:1226-1238. Ding C, Peng H.
    J Bioinform Comput Biol 2005;3:185-205.

    Examples
    --------
    A copy of the best feature is redundant; a weaker one with something of its own comes before it.

    >>> table = pd.DataFrame({"best": [1, 2, 3, 8, 7, 9], "copy": [2, 4, 6, 16, 14, 18],
    ...                       "other": [2, 1, 3, 1, 3, 3]})
    >>> mrmr(table, [0, 0, 0, 1, 1, 1], k=3)["feature"].tolist()
    ['best', 'other', 'copy']
    """
    values, names, information = _prepared(features, outcome, scheme, mutual_information)
    _check_k(k, information, values.shape[1])
    picks = [
        {
            "rank": number,
            "feature": names[step.pick],
            "relevance": step.relevance[step.pick],
            "redundancy": step.redundancy[step.pick],
            "score": step.score[step.pick],
        }
        for number, step in enumerate(_steps(information, k, scheme), start=1)
    ]
    return pd.DataFrame(picks)


def mrmr_path(
    features: pd.DataFrame | np.ndarray,
    outcome: Sequence[int],
    k: int = 10,
    scheme: str = "MID",
    mutual_information: str = "gaussian",
    shown: int = 8,
) -> pd.DataFrame:
    """The leading candidates at every step of `mrmr`, so that a reader sees why one was picked.

    Parameters
    ----------
    features, outcome, k, scheme, mutual_information : as for `mrmr`
    shown : candidates per step

    Returns
    -------
    DataFrame
        step (from 1), feature, relevance, redundancy, score; within a step the picked one
        comes first, then by falling score
    """
    values, names, information = _prepared(features, outcome, scheme, mutual_information)
    _check_k(k, information, values.shape[1])
    rows = []
    for number, step in enumerate(_steps(information, k, scheme), start=1):
        order = np.argsort(-step.score, kind="stable")
        order = [step.pick, *(other for other in order if other != step.pick)]
        for feature in order[: min(shown, np.isfinite(step.score).sum())]:
            rows.append(
                {
                    "step": number,
                    "feature": names[feature],
                    "relevance": step.relevance[feature],
                    "redundancy": step.redundancy[feature],
                    "score": step.score[feature],
                }
            )
    return pd.DataFrame(rows)


class MRMRSelector(SelectorMixin, BaseEstimator):
    """mRMR as a step of a scikit-learn pipeline, so that it sees training patients only.

    Parameters
    ----------
    k : features to keep; where fewer vary (in a small fold), those are kept
    scheme : "MID" or "MIQ"
    mutual_information : "gaussian" or "discretised"

    Attributes
    ----------
    ranking_ : array, shape = (n_picked,)
        column numbers in the order of picking
    n_features_in_ : int
        number of columns seen

    See Also
    --------
    mrmr : the same on a table, with the scores of each pick

    Examples
    --------
    >>> X = np.array([[1.0, 2, 2], [2, 4, 1], [3, 6, 3],
    ...               [8, 16, 1], [7, 14, 3], [9, 18, 3]])
    >>> MRMRSelector(k=2).fit(X, [0, 0, 0, 1, 1, 1]).get_support()
    array([ True, False,  True])
    """

    def __init__(self, k=10, scheme="MID", mutual_information="gaussian"):
        """Keep the settings; nothing is computed."""
        self.k = k
        self.scheme = scheme
        self.mutual_information = mutual_information

    def fit(self, X, y):
        """Pick the features.

        Parameters
        ----------
        X : DataFrame or array, shape = (n_patients, n_features)
        y : 0/1, shape = (n_patients,)

        Raises
        ------
        ValueError
            as `mrmr`, and when no feature varies.
        """
        values = validate_data(self, X, dtype=float, ensure_all_finite=False)
        table = pd.DataFrame(values, columns=getattr(self, "feature_names_in_", None))
        _, _, information = _prepared(table, y, self.scheme, self.mutual_information)
        k = min(self.k, int(information.usable.sum()))
        _check_k(k, information, values.shape[1])
        self.ranking_ = np.array([step.pick for step in _steps(information, k, self.scheme)])
        return self

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self)
        mask = np.zeros(self.n_features_in_, dtype=bool)
        mask[self.ranking_] = True
        return mask


@dataclass(frozen=True)
class _Step:
    """One pick: what each feature had to offer, -inf for those that cannot be picked."""

    pick: int
    relevance: np.ndarray
    redundancy: np.ndarray
    score: np.ndarray


def _steps(information: Information, k: int, scheme: str) -> Iterator[_Step]:
    relevance, available = information.relevance, information.usable.copy()
    shared = np.zeros_like(relevance)
    for picked in range(k):
        redundancy = shared / picked if picked else shared.copy()
        score = relevance
        if picked and scheme == "MID":
            score = relevance - redundancy
        elif picked:
            score = relevance / np.maximum(redundancy, SMALLEST_REDUNDANCY)
        score = np.where(available, score, -np.inf)
        best = score.max()
        pick = int(np.argmax(score >= best - _TIE * max(1.0, abs(best))))
        yield _Step(pick, relevance, redundancy, score)
        available[pick] = False
        shared += information.shared_with(pick)


def _prepared(features, outcome, scheme: str, mutual_information: str):
    """Checked values, names of the columns, and their mutual information."""
    if scheme not in SCHEMES:
        raise ValueError(f"scheme is {scheme!r}; expected 'MID' or 'MIQ'")
    if mutual_information not in INFORMATION:
        raise ValueError(
            f"mutual_information is {mutual_information!r}; expected "
            f"{' or '.join(map(repr, INFORMATION))}"
        )
    table = features if isinstance(features, pd.DataFrame) else pd.DataFrame(np.asarray(features))
    values = table.to_numpy(dtype=float)
    names = list(table.columns)
    bad = [names[column] for column in np.flatnonzero(~np.isfinite(values).all(axis=0))]
    if bad:
        more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
        raise ValueError(
            f"features {', '.join(map(str, bad[:5]))}{more} hold values that are not finite; "
            "expected numbers. Leave out these features or patients"
        )
    y = np.asarray(outcome)
    if y.shape != (len(values),):
        raise ValueError(f"outcome has shape {y.shape}; expected ({len(values)},), one per patient")
    found = pd.unique(y)
    if pd.isna(found).any() or set(found.tolist()) != {0, 1}:
        raise ValueError(f"outcome holds {sorted(map(str, found))}; expected both 0 and 1")
    return values, names, INFORMATION[mutual_information](values, y.astype(float))


def _check_k(k: int, information: Information, n_features: int) -> None:
    usable = int(information.usable.sum())
    if not usable:
        raise ValueError(f"none of {n_features} features varies; expected features to choose from")
    if k < 1 or k > usable:
        raise ValueError(
            f"k is {k}, and {usable} of {n_features} features vary; expected k from 1 to {usable}"
        )
