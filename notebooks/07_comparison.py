# %% [markdown]
# # 7 Are the curves different?
#
# **The paper** (section 2.4, Table 3) compares each pair of models by {term}`DeLong's test`
# {cite:p}`delong1988` in both cohorts.
#
# **You will learn** why two AUCs ({term}`area under the curve`) from the same patients need a
# paired test.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import comparison, figures, tables
from helpers.published import load_published
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
scores = results.read("scores.csv")
table3 = results.write("table3.csv", tables.table_three(scores))
glue("n_tests", len(table3), display=False)
glue("n_small", int((table3["p"] < 0.05).sum()), display=False)

# %% [markdown]
# ## Table 3
#
# Both models of a pair in {ref}`tab-pairs-of-models` score the same patients, so their AUCs rise
# and fall together; DeLong's test takes that correlation into account. *z* is positive when the
# first model of the pair has the larger AUC.

# %%
tables.show(table3, "Pairs of models")

# %% tags=["hide-input"]
figures.difference_forest(scores, study.statistics.confidence)

# %% [markdown]
# {glue:text}`n_small` of the {glue:text}`n_tests` comparisons have *P* < 0.05; none is corrected
# for the others. {ref}`fig-differences` shows each difference with its {term}`confidence interval`.
# A comparison of {term}`apparent <apparent performance>` curves tests how well each model
# remembers, and is shown only because the paper's Table 3 has one; the curves are those of
# {ref}`fig-roc`. Near an AUC of 1 with few events DeLong's test and interval lose their level; [the
# reference page](../book/reference/roc) says how far and what holds better.
#
# ## Paper and run

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.table3_values(table3), study)
results.enter(ledger)
tables.show(comparison.side_by_side(ledger), "Table 3, paper and run")

# %% [markdown]
# [Chapter 9](09_ledger) counts every published number by what became of it.
#
# ## Take-aways
#
# - Overlapping intervals are not a test; paired curves need a paired test.
# - With few events, a difference of 0.1 in AUC can be noise.
#
# ## Questions
#
# :::{exercise}
# :label: comparison-identical
# What is *z* when both models give identical scores, and what should a program answer?
# :::
#
# :::{solution} comparison-identical
# :class: dropdown
# The difference is zero and so is its variance: zero over zero. The only sensible answer is *z* = 0
# and *P* = 1, which is what the function used here returns.
# :::
#
# :::{exercise}
# :label: comparison-many
# If none of six pairs truly differed, how often would at least one of six independent tests be below
# 0.05? Are these six independent?
# :::
#
# :::{solution} comparison-many
# :class: dropdown
# One minus 0.95 to the sixth power, about a quarter of the time. They are not independent, since each
# model stands in three pairs, so the true figure lies below that.
# :::
