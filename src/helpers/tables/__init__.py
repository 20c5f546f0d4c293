"""Tables 1 to 3 of the paper and how any table is printed on a page."""

from helpers.tables.baseline import flow_counts, labels, mask_small, table_one, variable_table
from helpers.tables.page import show
from helpers.tables.performance import compare_pairs, table_three, table_two

__all__ = [
    "compare_pairs",
    "flow_counts",
    "labels",
    "mask_small",
    "show",
    "table_one",
    "table_three",
    "table_two",
    "variable_table",
]
