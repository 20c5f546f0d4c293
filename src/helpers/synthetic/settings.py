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
    """

    clinical: Annotated[float, Field(ge=0, le=2)] = Field(
        1.0,
        description="multiplies every difference between the groups of Table 1 (Liu & He 2025): "
        "1 is the paper's, 0 draws both groups from the pooled distribution",
    )
    margin_irregularity: NonNegative = Field(
        0.6,
        description="irregularity of the outline, in SD between patients (irregular shape in 71% "
        "of 70 with and 45% of 115 without expansion, a d of 0.69: J Neurol 2018, doi "
        "10.1007/s00415-018-8932-6)",
    )
    heterogeneity: NonNegative = Field(
        0.6,
        description="variation of density inside the lesion, in SD between patients (coefficient "
        "of variation of HU against growth, adjusted R2 of 0.107: Barras 2013, AJNR 34:1139)",
    )
    hypodensity_rate: RateDifference = Field(
        0.3,
        description="lesions with an internal hypodensity of any kind (53% of 163 with and 22% of "
        "621 without expansion: Boulouis 2016, JAMA Neurol 73:961)",
    )
    swirl_rate: RateDifference = Field(
        0.15,
        description="lesions with a swirl of less dense, fresh blood (30% of all: Selariu 2012, "
        "BMC Neurol 12:109; the difference is an assumption, half that of hypodensities)",
    )
    black_hole_rate: RateDifference = Field(
        0.12,
        description="lesions with a well-defined black hole (24% with and 12% without expansion "
        "among 920: World Neurosurg 2019, doi 10.1016/j.wneu.2019.09.053)",
    )
    blend_rate: RateDifference = Field(
        0.24,
        description="lesions with two blended densities (37% with and 13% without expansion, "
        "same 920 patients)",
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

    Volumes of two residents agree with an ICC of 0.998, of one with himself of 0.997 (Vogt 2023,
    Tomography 9:89); outlines overlap with a Dice of about 0.92 (network against reader: Kok
    2022, Radiol Artif Intell 4:e220096). The SDs are chosen to land there.
    """

    within_sd_mm: NonNegative = Field(0.30, description="the same reader again, in plane")
    between_sd_mm: NonNegative = Field(0.55, description="a second reader, in plane")
    slice_sd_mm: NonNegative = Field(
        0.80,
        description="added at either reading, one draw a slice: how far the lesion is followed "
        "along the slices, where partial volume hides its ends",
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
