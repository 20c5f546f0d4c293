"""What a synthetic cohort is made of: sizes, effect sizes, readers and scanners."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
RateDifference = Annotated[float, Field(ge=0, le=0.6)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_default=True, frozen=True)


class Effects(_Settings):
    """How patients whose hematoma will expand differ from the others; all zero is a null cohort.

    Rates are differences of probability (expansion minus no expansion) and the two graded
    quantities are standardised mean differences (Cohen's d), so every zero is "no difference".
    The defaults are of the order of the cited studies, chosen before any model was fitted.

    References
    ----------
    Arba F, et al. Int J Stroke 2022, doi 10.1177/17474930211061639 (meta-analysis).
    Barras CD, et al. AJNR 2013;34:1139, doi 10.3174/ajnr.A3375.
    Boulouis G, et al. JAMA Neurol 2016;73:961, doi 10.1001/jamaneurol.2016.1218.
    He GN, et al. J Neurol 2018;265:1883, doi 10.1007/s00415-018-8932-6.
    Ng D, et al. AJNR 2018;39:232, doi 10.3174/ajnr.A5465.
    Selariu E, et al. BMC Neurol 2012;12:109, doi 10.1186/1471-2377-12-109.
    de Souza DCR, et al. Clin Neurol Neurosurg 2025, doi 10.1016/j.clineuro.2025.108845
    (meta-analysis).
    Zhang M, et al. Front Neurol 2020;11:334, doi 10.3389/fneur.2020.00334.
    Zheng J, et al. World Neurosurg 2018;115:e711, doi 10.1016/j.wneu.2018.04.140 (meta-analysis).
    """

    clinical: Annotated[float, Field(ge=0, le=2)] = Field(
        1.0,
        description="multiplies every difference between the groups of Table 1 (Liu & He 2025): "
        "1 is the paper's, 0 draws both groups from the pooled distribution",
    )
    margin_irregularity: NonNegative = Field(
        0.6,
        description="irregularity of the outline, in SD between patients (a sign seen in 71% of "
        "those with and 45% of those without expansion is a d of 0.69: He 2018; pooled 68% and "
        "53% are 0.39: Arba 2022)",
    )
    heterogeneity: NonNegative = Field(
        0.6,
        description="variation of density inside the lesion, in SD between patients (coefficient "
        "of variation of HU against growth, adjusted R² of 0.107, a d of about 0.7: Barras 2013)",
    )
    hypodensity_rate: RateDifference = Field(
        0.3,
        description="lesions with an internal hypodensity of any kind (53% with and 22% without "
        "expansion: Boulouis 2016; pooled sensitivity 63%: Arba 2022)",
    )
    swirl_rate: RateDifference = Field(
        0.15,
        description="lesions with a swirl of less dense, fresh blood (30% of all: Selariu 2012; "
        "more often with expansion: Ng 2018; the difference is an assumption, half that of "
        "hypodensities)",
    )
    black_hole_rate: RateDifference = Field(
        0.2,
        description="lesions with a well-defined black hole (pooled 30% with and 9% without "
        "expansion: Zheng 2018)",
    )
    blend_rate: RateDifference = Field(
        0.2,
        description="lesions with two blended densities (pooled 11% without expansion: Arba 2022; "
        "the difference lies between 10%, an odds ratio of 2.11: de Souza 2025, and 34%, an AUC "
        "of 0.67 for the extent of expansion: Zhang 2020)",
    )

    def scaled(self, factor: float) -> Effects:
        """These effects times `factor`.

        Parameters
        ----------
        factor : float, at least 0; 0 gives the null cohort

        Raises
        ------
        pydantic.ValidationError
            when a scaled effect leaves its range

        Examples
        --------
        >>> Effects().scaled(0).blend_rate
        0.0
        """
        return Effects(**{name: factor * value for name, value in self.model_dump().items()})


class Readers(_Settings):
    """How far contours of the same lesion lie apart: SDs of a smooth boundary displacement, mm.

    The SDs are chosen to land where studies of hematoma volume do: an ICC of 0.998 between two
    residents and of 0.997 within one (Vogt 2023), and a Dice coefficient of about 0.92 (median
    0.92, quartiles 0.89 and 0.94, of a network against the reader: Kok 2022). The number of
    features that pass an ICC of 0.85 is what follows, and is not aimed at.

    References
    ----------
    Kok YE, et al. Radiol Artif Intell 2022;4:e220096, doi 10.1148/ryai.220096.
    Vogt E, et al. Tomography 2023;9:89, doi 10.3390/tomography9010008.
    """

    within_sd_mm: NonNegative = Field(0.30, description="the same reader again, in plane")
    between_sd_mm: NonNegative = Field(0.55, description="a second reader, in plane")
    slice_factor: NonNegative = Field(
        1.5,
        description="times the SD in plane, one draw a slice, is added: how far the lesion is "
        "followed along the slices, where partial volume hides its ends",
    )


class Scanner(_Settings):
    """One centre's CT."""

    spacing_mm: tuple[Positive, Positive, Positive] = Field(
        (0.45, 0.45, 5.0), description="voxel size along x, y and z, mm"
    )
    noise_hu: NonNegative = Field(4.0, description="SD of the noise in uniform brain, HU")
    kernel_mm: NonNegative = Field(
        0.6, description="SD of the in-plane point spread of the reconstruction kernel, mm"
    )


class Scanners(_Settings):
    """The two centres (slice thickness of 5 and 4.8 mm: Liu & He 2025, section 1.2)."""

    training: Scanner = Scanner()
    external: Scanner = Scanner(spacing_mm=(0.45, 0.45, 4.8), noise_hu=5.0, kernel_mm=0.8)


class SyntheticSettings(_Settings):
    """The synthetic cohort of a study; the defaults are the paper's sizes.

    The paper prints the training group sizes and its Table 2 implies the external ones.
    """

    n_training: tuple[Count, Count] = Field(
        (184, 51), description="training patients without and with expansion"
    )
    n_external: tuple[Count, Count] = Field(
        (47, 15), description="external patients without and with expansion"
    )
    n_rereads: Count = Field(
        50, description="patients that are read again; all of them in a smaller cohort"
    )
    effects: Effects = Effects()
    readers: Readers = Readers()
    scanners: Scanners = Scanners()
