"""The four classifiers of the paper and what their random search draws from."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import loguniform, randint
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

FULL_NAMES = {
    "Logit": "logistic regression",
    "DT": "decision tree",
    "SVM": "support vector machine (RBF kernel)",
    "NB": "Gaussian naive Bayes",
}
_WEIGHTS = [None, "balanced"]


def classifier(name: str, seed: int) -> tuple[ClassifierMixin, dict]:
    """A classifier and the distributions its random search draws from.

    Parameters
    ----------
    name : Logit, DT, SVM or NB
    seed : for the decision tree's ties

    Returns
    -------
    classifier, distributions : the keys are the classifier's own parameter names
    """
    choices = {
        "Logit": (
            LogisticRegression(max_iter=5000),
            {"C": loguniform(1e-3, 1e2), "class_weight": _WEIGHTS},
        ),
        "DT": (
            DecisionTreeClassifier(random_state=seed),
            {
                "max_depth": randint(1, 7),
                "min_samples_leaf": randint(3, 31),
                "ccp_alpha": loguniform(1e-4, 1e-1),
                "class_weight": _WEIGHTS,
            },
        ),
        "SVM": (
            SVC(kernel="rbf"),
            {"C": loguniform(1e-2, 1e2), "gamma": loguniform(1e-4, 1), "class_weight": _WEIGHTS},
        ),
        "NB": (GaussianNB(), {"var_smoothing": loguniform(1e-9, 1)}),
    }
    return choices[name]


def decision_score(pipeline: Pipeline, table: pd.DataFrame) -> np.ndarray:
    """Decision values or, where a classifier has none, probabilities of expansion."""
    if hasattr(pipeline, "decision_function"):
        return pipeline.decision_function(table)
    return pipeline.predict_proba(table)[:, list(pipeline.classes_).index(1)]


def even_score(pipeline: Pipeline) -> float:
    """The score at which a classifier finds both outcomes equally likely."""
    return 0.0 if hasattr(pipeline, "decision_function") else 0.5
