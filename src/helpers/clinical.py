"""Clinical columns on their way into a model: screened, imputed and encoded inside the pipeline."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from helpers.selection import univariate_screen


def clinical_encoder(names: list[str], kinds: Mapping[str, str]) -> ColumnTransformer:
    """An unfitted encoder of clinical columns: z scores, and one column per level but the first.

    Blanks become the median of a continuous column and the most frequent level of another; a
    level that training did not have is encoded as the first level.

    Parameters
    ----------
    names : columns to encode, in order
    kinds : column: "continuous", "binary" or "categorical"

    Returns
    -------
    ColumnTransformer
    """
    continuous = [name for name in names if kinds[name] == "continuous"]
    others = [name for name in names if kinds[name] != "continuous"]
    return ColumnTransformer(
        [
            (
                "continuous",
                make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
                continuous,
            ),
            (
                "levels",
                make_pipeline(
                    SimpleImputer(strategy="most_frequent"),
                    OneHotEncoder(drop="first", handle_unknown="ignore", sparse_output=False),
                ),
                others,
            ),
        ]
    )


class ClinicalScreen(TransformerMixin, BaseEstimator):
    """Screen clinical columns by their univariate test, then encode those that enter.

    As a step of a pipeline the screening sees the patients of a training fold only.

    Parameters
    ----------
    kinds : column: "continuous", "binary" or "categorical"
    enter : "screened" (P < alpha), or the names of the columns that enter without a test
    alpha : level of the screening test
    tests : column: the screening test, where it is not the automatic one

    Attributes
    ----------
    entered_ : list of the columns that entered
    encoder_ : fitted ColumnTransformer

    References
    ----------
    Liu & He 2025, section 1.4.
    """

    def __init__(self, kinds, enter="screened", alpha=0.05, tests=None):
        """Keep the settings; nothing is computed."""
        self.kinds = kinds
        self.enter = enter
        self.alpha = alpha
        self.tests = tests

    def fit(self, X: pd.DataFrame, y):
        """Choose the columns and fit their encoder; X of shape (n_patients, n_columns)."""
        if self.enter == "screened":
            outcome = pd.Series(y, index=X.index, name="expansion")
            screened = univariate_screen(
                X.assign(expansion=outcome), "expansion", self.kinds, self.tests
            )
            self.entered_ = entered_variables(screened, self.alpha)
        else:
            self.entered_ = list(self.enter)
        self.encoder_ = clinical_encoder(self.entered_, self.kinds)
        self.encoder_.fit(X[self.entered_])
        return self

    def transform(self, X: pd.DataFrame):
        """Encoded columns, shape = (n_patients, n_encoded)."""
        check_is_fitted(self)
        return self.encoder_.transform(X[self.entered_])


def entered_variables(screened: pd.DataFrame, alpha: float) -> list[str]:
    """Names of the variables with P < alpha in a univariate screening, in its order."""
    return screened.loc[screened["p"] < alpha, "variable"].drop_duplicates().tolist()
