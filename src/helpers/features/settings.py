"""How an image is prepared and which of its filtered copies are measured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from helpers.settings import Settings

Positive = Annotated[float, Field(gt=0)]
Filter = Literal["original", "wavelet", "log", "square", "squareroot", "logarithm", "exponential"]
PAPER_FILTERS = ("original", "wavelet", "log", "square", "squareroot", "logarithm", "exponential")


class ImagingSettings(Settings):
    """Preprocessing and filters of the paper, section 1.3: 1688 features of 18 images.

    The paper prints no scale and no region for its normalisation. pyradiomics normalises over the
    whole image, so air decides the standard deviation: with scale 100 and bins of 25 a hematoma
    then spans 1 to 3 grey levels. Here HU are clipped to a brain window first, which leaves about
    20 grey levels in a hematoma; `window_hu: null` gives pyradiomics' plain behaviour.
    """

    engine: Literal["fused", "pyradiomics"] = Field(
        "fused", description="who computes the features; both give the same values"
    )
    window_hu: tuple[float, float] | None = Field(
        (0.0, 100.0),
        description="normalise over voxels inside this HU window, after clipping to it; null "
        "normalises over the whole image as pyradiomics does",
    )
    normalize: bool = Field(True, description="to mean 0 and SD `scale` before anything else")
    scale: Positive = Field(100.0, description="SD of the normalised image")
    spacing_mm: Positive | None = Field(1.0, description="edge of the resampled voxel; null keeps")
    bin_width: Positive = Field(25.0, description="width of a grey level, in normalised values")
    filters: list[Filter] = Field(
        default=list(PAPER_FILTERS), min_length=1, description="copies of the image to measure"
    )
    log_sigmas_mm: list[Positive] = Field(
        default=[1.0, 2.0, 3.0, 4.0, 5.0], description="widths of the Laplacian of Gaussian, mm"
    )
    wavelet: str = Field("coif1", description="mother wavelet, by its name in PyWavelets")
    extra: dict[str, bool | int | float | str | list[float]] = Field(
        default_factory=dict,
        description="further pyradiomics settings by pyradiomics' own names (force2D, "
        "resegmentRange, weightingNorm, ...)",
    )

    @model_validator(mode="after")
    def _window_is_ordered(self) -> ImagingSettings:
        if self.window_hu and self.window_hu[0] >= self.window_hu[1]:
            raise ValueError(f"window_hu is {self.window_hu}; expected (low, high) with low < high")
        return self
