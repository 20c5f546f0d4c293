# %% [markdown]
# # 6 Four classifiers
#
# **The paper** (sections 1.4 and 2.3, Figure 1 and Table 2) trains logistic regression, a decision
# tree, a support vector machine and naive Bayes with random search, and reports the training and the
# external cohort.
#
# **You will learn** why three numbers, apparent, cross-validated and external, answer three
# different questions.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from helpers.published import load_published
from myst_nb import glue

from helpers import comparison, figures, models, pipeline, tables
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
data = pipeline.modelling_data(results, study)
fitted = models.fit_models(
    data.training,
    data.training_outcome,
    data.clinical,
    study.selection,
    study.models,
    seed=study.seed,
    jobs=jobs,
)
models.save_models(fitted, results.folder / "models")
scores = results.write("scores.csv", pipeline.score_table(fitted, data, study, jobs))
glue("n_iter", study.models.n_iter, display=False)
glue("folds", study.models.folds, display=False)
glue("n_missing", data.n_missing, display=False)
glue("k", study.selection.k, display=False)
glue("clinical", ", ".join(data.clinical) or "no clinical variable", display=False)

# %% [markdown]
# ## One pipeline
#
# Scaling to z scores, mRMR ({glue:text}`k` features) and the classifier form one pipeline; random
# search tries {glue:text}`n_iter` settings of each classifier by {glue:text}`folds`-fold
# cross-validation. Beside radiomics it sees {glue:text}`clinical`. {glue:text}`n_missing` patients
# without features are left out.
#
# ## Figure 1
#
# A score that is higher means expansion is more likely; no curve is ever flipped. The apparent curve
# scores the patients the model was fitted on. The cross-validated one scores each training patient
# with a model, including its selection and search, that never saw that patient. The external one
# scores the other hospital.

# %% tags=["hide-input"]
figures.roc_panel(scores)

# %% [markdown]
# ## Table 2
#
# The threshold of each model is chosen in the training cohort and carried over unchanged.

# %%
table2 = results.write(
    "table2.csv", tables.table_two(scores, confidence=study.statistics.confidence)
)
tables.show(
    table2[table2["positive"] == "expansion"], "Performance, expansion as the positive class"
)

# %% [markdown]
# The paper's Table 2 reads the same matrices the other way, with *no expansion* as the positive class,
# which makes precision and F1 look very different when most patients do not expand.

# %%
tables.show(
    table2[table2["positive"] == "no expansion"],
    "The same predictions, no expansion as the positive class",
)

# %% [markdown]
# ## Paper and run
#
# The training rows of the paper are apparent performance as far as its text tells, so they are held
# against the apparent rows of this run.

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.table2_values(table2), study)
results.enter(ledger)
tables.show(comparison.side_by_side(ledger), "Table 2, paper and run")

# %% [markdown]
# ## Take-aways
#
# - Apparent performance measures memory as much as skill.
# - Accuracy, precision and F1 mean nothing before the positive class is named.
#
# **Questions.** Which model loses most from apparent to cross-validated, and why that one? At which
# threshold would you rather miss no expansion?
