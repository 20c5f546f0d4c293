"""Every figure of the book, in one style, each with a caption and a text alternative."""

from helpers.figures.effects import dose_response_plot
from helpers.figures.features import (
    family_counts,
    grey_level_plot,
    icc_scatter,
    redundancy_heatmap,
)
from helpers.figures.models import auc_overview, difference_forest, odds_ratio_forest, roc_panel
from helpers.figures.patients import dice_plot, flow_diagram, lesion_panel, volume_distribution
from helpers.figures.style import Figure, show, use_style

__all__ = [
    "Figure",
    "auc_overview",
    "dice_plot",
    "difference_forest",
    "dose_response_plot",
    "family_counts",
    "flow_diagram",
    "grey_level_plot",
    "icc_scatter",
    "lesion_panel",
    "odds_ratio_forest",
    "redundancy_heatmap",
    "roc_panel",
    "show",
    "use_style",
    "volume_distribution",
]
