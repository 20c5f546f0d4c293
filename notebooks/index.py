# %% [markdown]
# # CT radiomics and hematoma expansion
#
# **Can a CT scan taken within hours of a brain hemorrhage tell whose hematoma will still grow?**
# Liu and He {cite:p}`liuhe2025` measured 1688 {term}`features <radiomic feature>` of each hematoma,
# trained four classifiers in one hospital and tried them in another. This book runs every step of
# their paper again, from voxels to *P* values, and puts the paper's numbers beside those of the
# run.

# %% tags=["parameters", "remove-cell"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["remove-cell"]
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
patients = results.read("patients.csv")
icc = results.read("icc.csv")
table2 = results.read("table2.csv")
table2 = table2[table2["positive"] == "expansion"]
ledger = results.read("ledger.csv")

held_out = table2[table2["cohort"] == "training (cross-validated)"]
best = held_out.loc[held_out["auc"].idxmax(), "model"]
auc_of_best = {
    row.cohort: f"{row.auc:.3f} ({row.auc_low:.3f} to {row.auc_high:.3f})"
    for row in table2[table2["model"] == best].itertuples()
}
cohorts = tables.flow_counts(patients, study.publish.smallest_cell).set_index("cohort")
printed_auc = {
    (run, model): float(comparison.printed(published, "table2", f"{paper}: {model}", "auc"))
    for run, paper in (("training (apparent)", "training"), ("external", "external"))
    for model in study.models.classifiers
}
glue("title", study.title, display=False)
glue("n_training", int(cohorts["patients"].get("training", 0)), display=False)
glue("n_external", int(cohorts["patients"].get("external", 0)), display=False)
glue("grown_training", str(cohorts["expansion"].get("training", 0)), display=False)
glue("grown_external", str(cohorts["expansion"].get("external", 0)), display=False)
glue("n_features", len(icc), display=False)
glue("n_stable", int(icc["stable"].sum()), display=False)
glue("best", best, display=False)
glue("apparent", auc_of_best["training (apparent)"], display=False)
glue("held_out", auc_of_best["training (cross-validated)"], display=False)
glue("external", auc_of_best.get("external", "not in this study"), display=False)
glue("n_printed", len(ledger), display=False)
glue("n_same", int((ledger["status"] == comparison.SAME).sum()), display=False)
glue(
    "source",
    "The patients are simulated: the paper's are private. Their clinical table is made to match "
    "the paper's Table 1; their scans, and so their models, are not fitted to anything it prints."
    if study.source == "synthetic"
    else "The patients are those of the study's own files.",
    display=False,
)

# %% [markdown]
# {glue:text}`source`
#
# ## What was asked, and what was found
#
# Study: **{glue:text}`title`**. {glue:text}`n_training` patients train the models,
# {glue:text}`grown_training` of them with {term}`expansion <hematoma expansion>`;
# {glue:text}`n_external` from elsewhere test them, {glue:text}`grown_external` with expansion.
#
# - Of {glue:text}`n_features` features per hematoma, {glue:text}`n_stable` were reliable enough to be
#   used ([chapter 4](notebooks/04_reliability) says how that was judged).
# - The best model by {term}`cross-validation` is {glue:text}`best`. Its
#   {term}`AUC <area under the curve>` is {glue:text}`apparent` in the patients it was fitted on,
#   {glue:text}`held_out` in patients held out, and {glue:text}`external` in the external cohort
#   ({ref}`fig-overview`; the curves are in [chapter 6](notebooks/06_models)).
# - Of {glue:text}`n_printed` printed numbers that the run can be held against, {glue:text}`n_same` come
#   out with the same digits ([chapter 9](notebooks/09_ledger) lists them all).

# %% tags=["remove-input"]
figures.auc_overview(table2, printed_auc if comparison.is_twin(published, study) else None)

# %% [markdown]
# ## How to read
#
# The chapters follow the paper's sections. Each opens with what the paper says, shows one step, and
# closes with paper and run side by side, take-aways and exercises with folded solutions. Method is
# shown; plumbing is folded, one click away. The words of the trade stand in the
# [glossary](book/glossary), with the paper's Chinese beside them.
#
# Short of time? Read [chapter 1](notebooks/01_cohort) for who was studied,
# [chapter 4](notebooks/04_reliability) for what is measured reliably, and
# [chapter 6](notebooks/06_models) for how good the models are.
#
# ## How to run it again
#
# On a machine with Python 3.11 to 3.13, make and gcc:
#
# ```bash
# make book   # every chapter, and this book
# make test   # the proof that the parts do what they say
# ```
#
# Your own patients go through the same chapters; only a study file changes.
#
# ## How to teach with it
#
# Six sessions of 90 minutes, or one on [chapter 6](notebooks/06_models) alone: the
# [teaching guide](book/guides/teach) has a plan. The pages work from a USB stick, without internet.
#
# ## What this book is not
#
# It is no medical device and advises on no patient. It does not repeat the paper's measurements,
# whose patients are private; it repeats its method, on data everybody may have.
