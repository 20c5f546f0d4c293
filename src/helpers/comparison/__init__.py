"""Paper and run side by side: numbers of a run, and the ledger that holds them to the paper."""

from helpers.comparison.ledger import (
    COLUMNS,
    SAME,
    STATUSES,
    audited,
    compare,
    count_by_status,
    is_twin,
    printed,
    readable,
    side_by_side,
)
from helpers.comparison.run_values import (
    cohort_values,
    family_values,
    image_values,
    selection_values,
    settings_values,
    stable_values,
    table1_values,
    table2_values,
    table3_values,
)

__all__ = [
    "COLUMNS",
    "SAME",
    "STATUSES",
    "audited",
    "cohort_values",
    "compare",
    "count_by_status",
    "family_values",
    "image_values",
    "is_twin",
    "printed",
    "readable",
    "selection_values",
    "settings_values",
    "side_by_side",
    "stable_values",
    "table1_values",
    "table2_values",
    "table3_values",
]
