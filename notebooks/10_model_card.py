# %% [markdown]
# # 10 Model card
#
# **The paper** publishes no model. This page describes the ones that this run fitted, in the form of
# a model card {cite:p}`mitchell2019`, so that somebody who receives a model file knows what it is,
# what it needs and where it must not be used.
#
# **You will learn** what to ask of any prediction model before it meets a patient.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import summaries, tables
from helpers.model_files import describe_models
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)

# %% tags=["remove-cell"]
table2 = results.read("table2.csv")
cards = describe_models(results.folder / "models")
first = cards[0]
warning = {
    True: "They were fitted on synthetic patients. They say nothing about a person and must not be "
    "used for one.",
    False: "They were fitted on one hospital's patients and have not been tried in care.",
}
glue("n_models", len(cards), display=False)
glue("study", first.study, display=False)
glue("warning", warning[first.synthetic], display=False)
glue("without", first.n_training[0], display=False)
glue("with", first.n_training[1], display=False)
glue("positive", first.positive, display=False)

# %% [markdown]
# ## What they are
#
# {glue:text}`n_models` classifiers of study {glue:text}`study`. **{glue:text}`warning`**
#
# They give the risk of {term}`hematoma expansion` (the positive class is {glue:text}`positive`)
# from a baseline CT, an outline of the hematoma and a few clinical values. They were trained on
# {glue:text}`without` patients without and {glue:text}`with` with expansion. Adults within hours of
# a {term}`spontaneous intracerebral hemorrhage` are the only people they can be asked about; not
# children, not hemorrhage from trauma, tumour, aneurysm, malformation or infarction, and not scans
# after surgery.

# %%
tables.show(summaries.model_summary(cards), "The fitted models")

# %% [markdown]
# ## How good they are
#
# The {term}`apparent <apparent performance>` figures are those of the patients a model was fitted
# on, and flatter it. The cross-validated and the external ones are what a new patient may expect;
# [chapter 6](06_models) has their curves ({ref}`fig-roc`) and all other measures.

# %%
tables.show(summaries.performance_summary(table2), "AUC by what the patients were to the model")

# %% [markdown]
# ## What they need
#
# The image is prepared as {ref}`tab-preparation-of-the-image` says; `hebook predict` refuses any
# other setting, and names each patient with a value outside the range of the training patients
# ({ref}`tab-inputs-and-their-range-in-training`).

# %%
tables.show(summaries.imaging_summary(first.imaging), "Preparation of the image")

# %%
tables.show(summaries.input_summary(cards), "Inputs and their range in training")

# %%
tables.show(summaries.version_summary(cards), "Versions they were made with")

# %% [markdown]
# ## Reasons a risk may be wrong
#
# - The scanner, kernel or slice thickness differs from training.
# - The outline includes edema, ventricular blood or another lesion, or was made by another rule.
# - Expansion is defined in another way, or the second scan was made at another time.
# - Expansion is more or less frequent than in training: the risk then needs recalibration
#   ({term}`calibration`).
#
# ## Take-aways
#
# - A model file without its settings, ranges and population is not usable.
# - The {term}`threshold` belongs to the model; a new cohort may need another, chosen before it is
#   judged.
#
# ## Questions
#
# :::{exercise}
# :label: card-shift
# A hospital whose patients arrive later uses the model. Which line of this card should make it
# hesitate?
# :::
#
# :::{solution} card-shift
# :class: dropdown
# The range of the time to CT in training, if that variable entered, and the population: late arrivals
# expand less often, so risks would come out too high.
# :::
