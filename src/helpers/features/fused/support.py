"""Which settings the fused engine covers."""

from __future__ import annotations

from helpers.features.settings import ImagingSettings

# pyradiomics' settings in imaging.extra that change nothing at these values
_DEFAULTS = {
    "force2D": False,
    "force2Ddimension": 0,
    "distances": [1],
    "symmetricalGLCM": True,
    "weightingNorm": None,
    "gldm_a": 0,
    "binCount": None,
    "voxelArrayShift": 0,
    "resegmentRange": None,
    "resegmentMode": "absolute",
    "resegmentShape": False,
    "minimumROIDimensions": 2,
    "minimumROISize": None,
    "interpolator": "sitkBSpline",
    "correctMask": False,
    "start_level": 0,
    "level": 1,
    "padDistance": 5,
    "preCrop": False,
}


def unsupported(settings: ImagingSettings) -> str | None:
    """What in the settings only pyradiomics covers; None where the fused engine covers all.

    Parameters
    ----------
    settings : preprocessing and filters

    Examples
    --------
    >>> unsupported(ImagingSettings())
    >>> unsupported(ImagingSettings(extra={"force2D": True}))
    'imaging.extra.force2D: True'
    """
    for name, value in settings.extra.items():
        if name not in _DEFAULTS or value != _DEFAULTS[name]:
            return f"imaging.extra.{name}: {value}"
    return None
