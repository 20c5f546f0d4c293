"""What follows from a paper's printed numbers alone: arithmetic with exact rounding intervals.

`audit` gives every printed number a status; the functions beside it answer single questions and
work for any paper.
"""

from helpers.audit.auc import (
    auc_limits,
    hanley_mcneil_se,
    implied_correlation,
    largest_se,
    one_point_auc,
    p_from_z,
    possible_aucs,
    read_ci,
    z_from_p,
)
from helpers.audit.chance import probability_of_auc, simulated_aucs
from helpers.audit.confusion import (
    Table,
    all_splits,
    exists_share,
    fitting_tables,
    joint_search,
)
from helpers.audit.counts import hidden_levels, implied_df, match_tests, possible_counts
from helpers.audit.ledger import STATUSES, audit, reasons
from helpers.audit.performance_tables import read_cohort
from helpers.audit.relations import filtered_images
from helpers.audit.report import audit_file
from helpers.audit.rounding import Interval, print_like, rounding_interval
from helpers.audit.t_tests import TwoGroups, check_t, grim, p_range, sd_limits, t_range

__all__ = [
    "STATUSES",
    "Interval",
    "Table",
    "TwoGroups",
    "all_splits",
    "auc_limits",
    "audit",
    "audit_file",
    "check_t",
    "exists_share",
    "filtered_images",
    "fitting_tables",
    "grim",
    "hanley_mcneil_se",
    "hidden_levels",
    "implied_correlation",
    "implied_df",
    "joint_search",
    "largest_se",
    "match_tests",
    "one_point_auc",
    "p_from_z",
    "p_range",
    "possible_aucs",
    "possible_counts",
    "print_like",
    "probability_of_auc",
    "read_ci",
    "read_cohort",
    "reasons",
    "rounding_interval",
    "sd_limits",
    "simulated_aucs",
    "t_range",
    "z_from_p",
]
