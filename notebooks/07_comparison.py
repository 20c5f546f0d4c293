# %% [markdown]
# # 7 Are the curves different?
#
# **The paper** (section 2.4, Table 3) compares each pair of models by DeLong's test
# {cite:p}`delong1988` in both cohorts.
#
# **You will learn** why two AUCs from the same patients need a paired test.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from helpers.published import load_published
from myst_nb import glue

from helpers import comparison, figures, tables
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
scores = results.read("scores.csv")
table3 = tables.table_three(scores)
results.write("table3.csv", table3)
glue("n_tests", len(table3), display=False)
glue("n_small", int((table3["p"] < 0.05).sum()), display=False)

# %% [markdown]
# ## Table 3
#
# Both models score the same patients, so their AUCs rise and fall together; DeLong's test takes that
# correlation into account. *z* is positive when the first model of the pair has the larger AUC.

# %%
tables.show(table3, "Pairs of models")

# %% tags=["hide-input"]
figures.difference_forest(table3)

# %% [markdown]
# {glue:text}`n_small` of the {glue:text}`n_tests` comparisons have *P* < 0.05; none is corrected for
# the others. A comparison of apparent curves tests how well each model remembers, and is shown only
# because the paper's Table 3 has one.
#
# ## Paper and run

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.table3_values(table3), study)
results.enter(ledger)
tables.show(comparison.side_by_side(ledger), "Table 3, paper and run")

# %% [markdown]
# ## The whole ledger, counted

# %% tags=["hide-input"]
tables.show(comparison.count_by_status(results.read("ledger.csv")), "Published numbers by status")

# %% [markdown]
# ## Take-aways
#
# - Overlapping intervals are not a test; paired curves need a paired test.
# - With few events, a difference of 0.1 in AUC can be noise.
#
# **Questions.** What is *z* when both models give identical scores? How many of six tests would be
# below 0.05 by chance?
