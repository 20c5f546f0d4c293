"""The settings of each step of an analysis, with the paper's values as defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Settings(BaseModel):
    """A block of a study's YAML; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", validate_default=True)


class Variable(Settings):
    """One clinical column: how it is tested, printed and modelled."""

    kind: Literal["continuous", "binary", "categorical"] = Field(
        description="a number, one of two values, or one of a few levels"
    )
    label: str | None = Field(None, description="as tables and figures print it")
    unit: str | None = Field(None, description="of a number")
    test: Literal["auto", "welch", "student", "mann-whitney", "chi-square", "fisher"] = Field(
        "auto", description="test between the groups; auto is the rule of group_tests.choose_test"
    )

    @model_validator(mode="after")
    def _test_suits_kind(self) -> Variable:
        for_counts = self.test in ("chi-square", "fisher")
        if self.test != "auto" and for_counts == (self.kind == "continuous"):
            suits = "welch, student or mann-whitney" if for_counts else "chi-square or fisher"
            raise ValueError(f"test {self.test} does not suit a {self.kind} column; {suits} does")
        return self


class CohortSettings(Settings):
    """Where a cohort on disk is, and how its table is to be read."""

    folder: Path | None = Field(
        None, description="folder with the patient table, images/, masks/, rereads/ or features.csv"
    )
    table: str = Field(
        "patients.csv", description="name of the patient table in the folder: .csv or .xlsx"
    )
    sheet: str | int = Field(0, description="sheet of an .xlsx table, by name or number from 0")
    encoding: str | None = Field(
        None, description="text encoding of a .csv table; found out (UTF-8, then GBK) by default"
    )
    decimal: Literal[".", ","] = Field(".", description="decimal sign of numbers kept as text")
    key: Path | None = Field(
        None,
        description="key of pseudonyms that hebook import-dicom wrote: the table's identifiers are "
        "replaced by them as it is read",
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="this book's column name: the header in the table"
    )
    values: dict[str, dict[str, str | int | float]] = Field(
        default_factory=dict, description="column: {value in the table: value to use}"
    )
    blanks: list[str] = Field(
        default=["", "NA", "N/A", "unknown", "不详"],
        description="cell texts that mean 'no value', whatever their case",
    )
    missing: Literal["complete case", "impute"] = Field(
        "complete case",
        description="a patient with a blank modelled column is left out and counted, or the blank "
        "is imputed inside the modelling pipeline (median, most frequent)",
    )
    variables: dict[str, Variable] = Field(
        default_factory=dict, description="clinical columns; undeclared ones are inferred"
    )
    ignore: list[str] = Field(default_factory=list, description="columns to leave out")

    @field_validator("values", mode="before")
    @classmethod
    def _words_that_yaml_reads_otherwise(cls, values: object) -> object:
        """Keys as text: YAML reads a bare yes or no as true or false, and 9 as a number."""
        words = {True: "yes", False: "no"}
        if not isinstance(values, dict):
            return values
        return {
            column: {words[k] if isinstance(k, bool) else str(k): v for k, v in meaning.items()}
            if isinstance(meaning, dict)
            else meaning
            for column, meaning in values.items()
        }


class OutcomeSettings(Settings):
    """Hematoma expansion from volumes (paper, section 1.2)."""

    absolute_ml: Annotated[float, Field(gt=0)] = Field(
        6.0, description="growth beyond this is expansion, ml"
    )
    relative: Annotated[float, Field(gt=0)] = Field(
        0.33, description="growth beyond this share of the baseline volume is expansion, too"
    )


class PerturbationSettings(Settings):
    """How a contour and its image are perturbed at random: SDs of the draws of one read.

    The steps are those of Zwanenburg 2019 (Sci Rep 9:614, doi 10.1038/s41598-018-36938-4); the
    amplitudes are chosen so that perturbed masks agree with the first read about as well as a
    second reader does.
    """

    count: Annotated[int, Field(ge=1)] = Field(20, description="perturbed reads per patient")
    growth_mm: Annotated[float, Field(ge=0)] = Field(
        0.3, description="growth (+) or shrinkage (-) of the whole contour, mm"
    )
    boundary_mm: Annotated[float, Field(ge=0)] = Field(
        0.5, description="displacement that varies smoothly along the surface, mm"
    )
    slice_mm: Annotated[float, Field(ge=0)] = Field(
        0.6, description="displacement of the contour in each slice, drawn slice by slice, mm"
    )
    length_mm: Annotated[float, Field(gt=0)] = Field(
        6.0, description="distance over which that displacement persists, mm"
    )
    rotation_deg: Annotated[float, Field(ge=0)] = Field(
        2.0, description="rotation of image and contour about the lesion's centre, in the slice"
    )
    translation_mm: Annotated[float, Field(ge=0)] = Field(
        0.3, description="shift of image and contour against the voxel grid, on each axis, mm"
    )
    noise_hu: Annotated[float, Field(ge=0)] = Field(2.0, description="noise added to the image, HU")


class ReliabilitySettings(Settings):
    """Which features are stable enough to be modelled (paper, section 1.3)."""

    reads: Literal["rereads", "perturbation", "both"] = Field(
        "rereads",
        description="whose agreement decides: re-reads by people, contours perturbed by chance, "
        "or re-reads with perturbation beside them for comparison",
    )
    perturbation: PerturbationSettings = PerturbationSettings()
    form: Literal["1", "A,1", "C,1", "1,k", "A,k", "C,k"] = Field(
        "A,1", description="form of the intraclass correlation (McGraw and Wong)"
    )
    threshold: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.85, description="a feature stays when its correlations exceed this"
    )
    passes: Literal["estimate", "lower bound"] = Field(
        "estimate", description="what has to exceed it: the estimate or its lower limit"
    )


class SelectionSettings(Settings):
    """mRMR and the clinical screening (paper, section 1.4)."""

    k: Annotated[int, Field(ge=1)] = Field(10, description="radiomic features that mRMR picks")
    scheme: Literal["MID", "MIQ"] = Field(
        "MID", description="relevance minus redundancy, or their quotient"
    )
    mutual_information: Literal["gaussian", "discretised"] = Field(
        "gaussian", description="how relevance and redundancy are estimated"
    )
    alpha: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.05, description="level of P below which the screening lets a clinical column enter"
    )
    clinical: Literal["screened"] | list[str] = Field(
        "screened", description="'screened' (P < alpha in training) or the columns to enter"
    )


class ModelSettings(Settings):
    """The four classifiers, their random search and their threshold (paper, section 1.4)."""

    classifiers: list[Literal["Logit", "DT", "SVM", "NB"]] = Field(
        default=["Logit", "DT", "SVM", "NB"],
        min_length=1,
        description="logistic regression, decision tree, support vector machine, naive Bayes",
    )
    n_iter: Annotated[int, Field(ge=1)] = Field(30, description="settings tried per classifier")
    folds: Annotated[int, Field(ge=2)] = Field(5, description="stratified folds")
    scoring: Literal["roc_auc", "average_precision", "balanced_accuracy"] = Field(
        "roc_auc", description="what the random search maximises"
    )
    threshold: Literal["youden", "half", "sensitivity"] = Field(
        "youden", description="how the operating point is chosen, on training data only"
    )
    sensitivity: Annotated[float, Field(gt=0, le=1)] = Field(
        0.9, description="the least training sensitivity when threshold: sensitivity"
    )

    @property
    def fewest_per_class(self) -> int:
        """The smallest class that still fills `folds` inner folds when an outer one is away."""
        count = self.folds
        while count - -(-count // self.folds) < self.folds:
            count += 1
        return count


class StatisticsSettings(Settings):
    """Confidence level of every interval in the book."""

    confidence: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        0.95, description="level of the confidence intervals"
    )


class PublishSettings(Settings):
    """What may be shown on a page."""

    images: bool | None = Field(
        None, description="pictures of lesions; by default only those of a synthetic study"
    )
    points: bool | None = Field(
        None,
        description="one mark per patient in figures and widgets; by default only in a synthetic "
        "study, others show aggregated data",
    )
    smallest_cell: Annotated[int, Field(ge=1)] = Field(
        1, description="counts from 1 to one less than this are masked in published tables"
    )
