"""Widgets without a server: each renders a result into HTML that plain scripts bring to life.

The scripts stand in `book/assets/js`. Without them, and in print, the static part is shown.
"""

from helpers.interactive.features import feature_explorer, mrmr_stepper
from helpers.interactive.threshold import threshold_explorer
from helpers.interactive.viewer import ct_viewer

__all__ = ["ct_viewer", "feature_explorer", "mrmr_stepper", "threshold_explorer"]
