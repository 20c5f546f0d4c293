"""pyradiomics' features of one lesion, computed in one pass by compiled kernels."""

from helpers.features.fused.compiling import compiling_alone
from helpers.features.fused.engine import extract_fused
from helpers.features.fused.support import unsupported

__all__ = ["compiling_alone", "extract_fused", "unsupported"]
