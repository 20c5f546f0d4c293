# %% [markdown]
# # 6 Four classifiers
#
# **The paper** (sections 1.4 and 2.3, Figure 1 and Table 2) trains {term}`logistic regression`, a
# {term}`decision tree`, a {term}`support vector machine` and {term}`naive Bayes` with
# {term}`random search`, and reports the training and the external cohort.
#
# **You will learn** why three numbers, apparent, cross-validated and external, answer three
# different questions.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import comparison, figures, interactive, tables
from helpers.model_files import save_models
from helpers.modelling import modelling_data, score_table
from helpers.models import fit_models
from helpers.published import load_published
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
data = modelling_data(results, study)
fitted = fit_models(
    data.training,
    data.training_outcome,
    data.candidates,
    study.selection,
    study.models,
    seed=study.seed,
    jobs=jobs,
)
save_models(fitted, data.training, data.training_outcome, data.candidates.kinds, study)
scores = results.write("scores.csv", score_table(fitted, data))
rules = {
    "youden": "where sensitivity plus specificity is largest",
    "half": "at a probability of one half",
    "sensitivity": f"at a sensitivity of at least {study.models.sensitivity:.0%}",
}
labels = tables.labels(results.read("variables.csv"))
entered = [labels[name] for name in fitted[0].clinical]
glue("n_iter", study.models.n_iter, display=False)
glue("folds", study.models.folds, display=False)
glue("n_left_out", len(data.left_out), display=False)
glue("k", len(fitted[0].features), display=False)
glue("clinical", ", ".join(entered) or "no clinical variable", display=False)
glue("threshold_rule", rules[study.models.threshold], display=False)
glue(
    "no_external",
    "" if len(data.external) else "This study has no external cohort, so panel B is empty.",
    display=False,
)

# %% [markdown]
# ## One pipeline
#
# Scaling to z scores, mRMR ({glue:text}`k` features), clinical screening and the classifier form
# one {term}`pipeline`; random search tries {glue:text}`n_iter` settings of each classifier by
# {glue:text}`folds`-fold cross-validation. Beside radiomics the final models use
# {glue:text}`clinical`. {glue:text}`n_left_out` patients are left out for missing values.
#
# ## Figure 1
#
# A score that is higher means expansion is more likely; no curve is ever flipped. The
# {term}`apparent <apparent performance>` curve scores the patients the model was fitted on. The
# {term}`cross-validated <cross-validation>` one scores each training patient with a model,
# including its selection, search and threshold, that never saw that patient {cite:p}`varma2006`.
# The external one scores the other hospital. {glue:text}`no_external`

# %% tags=["hide-input"]
figures.roc_panel(scores, study.statistics.confidence)

# %% [markdown]
# ## Table 2
#
# The threshold of each model is chosen on training patients, {glue:text}`threshold_rule`, and
# carried over unchanged.

# %%
table2 = results.write("table2.csv", tables.table_two(scores, study.statistics.confidence))
for_expansion = table2[table2["positive"] == "expansion"]
tables.show(for_expansion, "Performance, expansion as the positive class")

# %% [markdown]
# The paper's Table 2 reads the same matrices the other way, with *no expansion* as the positive
# class ({ref}`tab-audit-sizes` of [chapter 8](08_audit) shows how one can tell). Read so,
# {term}`precision` and {term}`F1 <F1 score>` look very different
# ({ref}`tab-the-same-predictions-no-expansion-as-the` beside
# {ref}`tab-performance-expansion-as-the-positive-cl`), since most patients do not expand.

# %%
for_stability = table2[table2["positive"] == "no expansion"]
tables.show(for_stability, "The same predictions, no expansion as the positive class")

# %% [markdown]
# ## Move the threshold yourself

# %% tags=["hide-input"]
interactive.threshold_explorer(scores, study.publish.smallest_cell)

# %% [markdown]
# ## Paper and run
#
# The training rows of the paper are apparent performance as far as its text tells, so they are held
# against the apparent rows of this run.

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.table2_values(table2), study)
results.enter(ledger)
tables.show(comparison.count_by_status(ledger), "Table 2, cells by what became of them")

# %% tags=["hide-input", "hide-output"]
tables.show(comparison.side_by_side(ledger), "Table 2, paper and run")

# %% [markdown]
# ## Take-aways
#
# - Apparent performance measures memory as much as skill.
# - Accuracy, precision and F1 mean nothing before the positive class is named.
#
# ## Questions
#
# :::{exercise}
# :label: models-drop
# Which model loses most from apparent to cross-validated, and why that one?
# :::
#
# :::{solution} models-drop
# :class: dropdown
# Compare the two rows of each model in {ref}`tab-performance-expansion-as-the-positive-cl`. The
# more freely a model can bend to single patients, the more it loses: look at the depth of the tree
# and the gamma of the support vector machine that random search chose.
# :::
#
# :::{exercise}
# :label: models-threshold
# A treatment is safe and works only before the hematoma grows. At which end of the curve do you want
# to be, and which column of {ref}`tab-performance-expansion-as-the-positive-cl` tells you what it
# costs?
# :::
#
# :::{solution} models-threshold
# :class: dropdown
# At high sensitivity for expansion, so that few are missed. The price is paid in specificity and
# precision: patients who are treated and would not have expanded.
# :::
