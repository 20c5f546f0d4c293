# %% [markdown]
# # 5 Selecting variables
#
# **The paper** (section 1.4) screens clinical variables one by one and picks ten radiomic features
# by minimum redundancy and maximum relevance {cite:p}`peng2005`, all in the training cohort.
#
# **You will learn** how mRMR trades relevance against redundancy, and what screening cannot tell.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
import pandas as pd
from helpers.published import load_published
from helpers.selection import mrmr, univariate_screen
from myst_nb import glue

from helpers import comparison, figures, pipeline, tables
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
patients = results.read("patients.csv")
variables = results.read("variables.csv")
training = patients[patients["cohort"] == "training"]
stable = pipeline.stable_first_reads(results)
candidates = stable.set_index("patient_id").reindex(training["patient_id"]).dropna()
outcome = training.set_index("patient_id")["expansion"].reindex(candidates.index)

# %% [markdown]
# ## Clinical variables

# %%
univariate = univariate_screen(training, "expansion", variables.set_index("name")["kind"].to_dict())
results.write("univariate.csv", univariate)
tables.show(univariate, "Univariate screening in the training cohort")

# %% tags=["hide-input"]
figures.odds_ratio_forest(univariate)

# %% tags=["remove-cell"]
entered = pipeline.entered_variables(univariate, study.selection)
results.write("entered.csv", pd.DataFrame({"name": entered}))
glue("entered", ", ".join(entered) or "no clinical variable", display=False)
glue("alpha", f"{study.selection.alpha:g}", display=False)
glue("paper_entered", "time from onset to CT and subarachnoid extension", display=False)
glue("k", study.selection.k, display=False)
glue("n_candidates", candidates.shape[1], display=False)

# %% [markdown]
# With P < {glue:text}`alpha` as the door, these enter: **{glue:text}`entered`**. The paper enters
# {glue:text}`paper_entered`.
#
# ## Ten features of many
#
# From {glue:text}`n_candidates` reliable features mRMR picks {glue:text}`k`. The first has the
# highest mutual information with the outcome; each next one the highest relevance left after
# subtracting its mean mutual information with those already picked.

# %%
selection = mrmr(
    candidates,
    outcome,
    k=min(study.selection.k, candidates.shape[1]),
    scheme=study.selection.scheme,
    mutual_information=study.selection.mutual_information,
)
results.write("selection.csv", selection)
tables.show(selection, "mRMR in the training cohort")

# %% tags=["hide-input"]
figures.redundancy_heatmap(candidates[selection["feature"]].corr())

# %% [markdown]
# This list describes the training cohort. The models of [the next chapter](06_models) do not use it:
# they select again inside each fold, because a selection made with the held-out patients in view
# would flatter them.
#
# ## Paper and run

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.selection_values(selection, entered), study)
results.enter(ledger)
tables.show(comparison.side_by_side(ledger), "Selection, paper and run")

# %% [markdown]
# ## Take-aways
#
# - Relevance without redundancy picks ten copies of one feature.
# - Univariate screening tests each variable alone; it can miss a variable that matters jointly.
#
# **Questions.** Which picked feature would go first if two were exchanged? Why is a P value a poor
# entry ticket for a prediction model?
