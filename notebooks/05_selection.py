# %% [markdown]
# # 5 Selecting variables
#
# **The paper** (section 1.4) screens clinical variables one by one ({term}`univariate screening`)
# and picks ten radiomic features by minimum redundancy and maximum relevance {cite:p}`peng2005`,
# all in the training cohort.
#
# **You will learn** how {term}`mRMR` trades relevance against redundancy, and what screening cannot
# tell.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from IPython.display import display
from myst_nb import glue

from helpers import comparison, figures, interactive, tables
from helpers.clinical import entered_variables
from helpers.modelling import modelling_data
from helpers.published import load_published
from helpers.results import Results
from helpers.selection import mrmr, mrmr_path, univariate_screen
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
data = modelling_data(results, study)
candidates = data.training[data.candidates.radiomics]
labels = tables.labels(results.read("variables.csv"))
clinical = data.training[list(data.candidates.kinds)].assign(expansion=data.training_outcome)

# %% [markdown]
# ## Clinical variables
#
# Each variable is tested alone, by the test it has in {ref}`tab-training-cohort-by-outcome`. The
# {term}`odds ratio` of a continuous variable is per unit, that of a level is against the most
# frequent level.

# %%
univariate = univariate_screen(
    clinical,
    "expansion",
    data.candidates.kinds,
    data.candidates.tests,
    study.statistics.confidence,
)
results.write("univariate.csv", univariate)
tables.show(univariate, "Univariate screening in the training cohort", labels=labels)

# %% tags=["hide-input"]
if len(univariate):
    display(figures.odds_ratio_forest(univariate, labels))

# %% tags=["remove-cell"]
entered = (
    entered_variables(univariate, study.selection.alpha)
    if study.selection.clinical == "screened"
    else study.selection.clinical
)
glue("entered", ", ".join(labels[name] for name in entered) or "none", display=False)
glue("alpha", f"{study.selection.alpha:g}", display=False)
glue("k", study.selection.k, display=False)
glue("n_candidates", candidates.shape[1], display=False)

# %% [markdown]
# With *P* < {glue:text}`alpha` as the door, these enter: **{glue:text}`entered`**. The paper enters
# time from onset to CT and subarachnoid extension.
#
# ## Few features of many
#
# From {glue:text}`n_candidates` reliable features mRMR picks {glue:text}`k`. The first has the
# highest {term}`mutual information` with the outcome; each next one the best balance of relevance
# and mean mutual information with those already picked ({ref}`tab-mrmr-in-the-training-cohort`).

# %%
settings = study.selection
options = {
    "k": min(settings.k, candidates.shape[1]),
    "scheme": settings.scheme,
    "mutual_information": settings.mutual_information,
}
selection = mrmr(candidates, data.training_outcome, **options)
results.write("selection.csv", selection)
tables.show(selection, "mRMR in the training cohort")

# %% tags=["hide-input"]
path = mrmr_path(candidates, data.training_outcome, **options)
interactive.mrmr_stepper(path, settings.scheme)

# %% tags=["hide-input"]
figures.redundancy_heatmap(candidates[selection["feature"]].corr())

# %% [markdown]
# This list describes the training cohort. The held-out scores of [the next chapter](06_models) do
# not use it: there, selection is made again inside each fold ({term}`cross-validation`), because a
# selection made with the held-out patients in view would flatter them.
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
# - Univariate screening tests each variable alone; it can miss a variable that matters jointly, and
#   it carries noise forward when many are tested.
#
# ## Questions
#
# :::{exercise}
# :label: selection-twins
# Two features correlate perfectly and both are relevant. What does mRMR do with the second once the
# first is picked?
# :::
#
# :::{solution} selection-twins
# :class: dropdown
# Its redundancy with the first is unlimited, so its score falls below that of any feature with a
# trace of relevance of its own. A model that needed to average the two to reduce noise loses it.
# :::
#
# :::{exercise}
# :label: selection-screening
# Why is a *P* value a poor entry ticket for a prediction model?
# :::
#
# :::{solution} selection-screening
# :class: dropdown
# It depends on the number of patients as much as on the effect, looks at one variable at a time, and
# is unstable: another sample from the same hospital would let other variables in.
# :::
