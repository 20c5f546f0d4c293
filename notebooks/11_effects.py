# %% [markdown]
# # 11 What the declared effects do
#
# **The paper** (sections 2.3 and 2.4) reports an {term}`AUC <area under the curve>` of
# {glue:text}`paper_training` in training and of {glue:text}`paper_external` in external validation
# for its best model {cite:p}`liuhe2025`. A meta-analysis of ten radiomics studies of hematoma
# expansion pools to 0.80 {cite:p}`jiang2023`. The patients of a synthetic study carry as much
# signal as its author puts in, so what was put in has to be said.
#
# **You will learn** which differences between the two groups were declared, what they look like,
# and how the AUC follows from them: at chance when they are zero.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from IPython.display import display
from myst_nb import glue

from helpers import comparison, effects, figures, pipeline, summaries, tables
from helpers.cohort import load_cohort
from helpers.published import load_published
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
for cohort in ("training", "external"):
    text = comparison.printed(published, "table2", f"{cohort}: SVM", "auc")
    glue(f"paper_{cohort}", text, display=False)
synthetic = study.source == "synthetic"
availability = {
    True: "",
    False: "This study has real patients: nothing was declared, and the tables below are empty.",
}
glue("availability", availability[synthetic], display=False)
patients = results.read("patients.csv")
kinds = results.read("variables.csv").set_index("name")["kind"].to_dict()

# %% [markdown]
# {glue:text}`availability`
#
# ## What was declared
#
# Each line is one setting of `synthetic.effects` in the study file, with the literature it rests on.
# Graded quantities are in standard deviations between patients (Cohen's *d*); signs are differences
# of probability, with minus without expansion. Zero is "no difference" in every line.

# %%
declared = effects.declared_effects(study.synthetic)
tables.show(declared if synthetic else declared.head(0), "Declared effects")

# %% [markdown]
# The groups overlap in all of them. How often the signs were drawn in this cohort differs from what
# was declared by chance:

# %%
tables.show(
    effects.sign_rates(patients, study.synthetic, study.seed) if synthetic else patients.head(0),
    "Signs drawn in this cohort: share of lesions, or the mean of a graded quantity",
)

# %% [markdown]
# ## What they look like

# %% tags=["hide-input"]
if synthetic and study.images_shown:
    examples = effects.sign_examples(patients, study.synthetic, study.seed)
    shown = [patient["patient_id"] for _, patient in examples]
    lesions = pipeline.lesion_crops(study, load_cohort(study), shown)
    display(figures.lesion_panel(summaries.example_slices(lesions)))
    display(tables.show(effects.sign_list(examples), "The lesions above, in reading order"))

# %% [markdown]
# ## Discrimination follows from them
#
# For each size of the effects a new cohort of lesions is drawn with **all** effects multiplied by
# it. Scaling, {term}`mRMR` and {term}`logistic regression` are fitted on the training lesions and
# scored on external ones that no step has seen. There are three times as many external patients as
# in the study, so that intervals are narrower; lesions are drawn in uniform brain, which is quick.

# %%
if synthetic:
    areas = effects.dose_response(
        study.synthetic,
        kinds,
        factors=(0, 0.5, 1),
        seed=study.seed,
        confidence=study.statistics.confidence,
        jobs=jobs,
    )
    display(tables.show(areas, "External AUC by size of the effects"))

# %% tags=["hide-input"]
if synthetic:
    display(figures.dose_response_plot(areas))
    null, full = (areas[areas["factor"] == factor] for factor in (0, 1))
    covered = int(((null["auc_low"] < 0.5) & (null["auc_high"] > 0.5)).sum())
    best = full.loc[full["auc"].idxmax()]
    glue("null_covered", f"{covered} of {len(null)}", display=False)
    glue("declared_auc", f"{best['auc']:.2f}", display=False)
    glue("declared_low", f"{best['auc_low']:.2f}", display=False)
    glue("declared_high", f"{best['auc_high']:.2f}", display=False)
else:
    for name in ("null_covered", "declared_auc", "declared_low", "declared_high"):
        glue(name, "none", display=False)

# %% [markdown]
# With all effects at zero {glue:text}`null_covered` intervals hold 0.5. As declared, the better set
# of predictors reaches {glue:text}`declared_auc` ({glue:text}`declared_low` to
# {glue:text}`declared_high`). The paper's external {glue:text}`paper_external` is no aim of the
# synthetic cohort: no effect was enlarged to come near it.
#
# ## Take-aways
#
# - A synthetic cohort shows what a method does with a known truth. It is no evidence about patients.
# - Without any effect the whole procedure has to end at chance outside the data it was fitted on; this
#   is a test of the procedure.
# - Effect sizes that are declared beside their sources can be disputed line by line.
#
# ## Questions
#
# :::{exercise}
# :label: effects-null
# With all effects at zero, the training lesions would still be discriminated, with an apparent AUC
# above chance. Where would it come from?
# :::
#
# :::{solution} effects-null
# :class: dropdown
# From selection. Ten features are the most associated ones among a hundred, and in a finite sample
# some are associated by chance. The external lesions do not share that chance.
# :::
#
# :::{exercise}
# :label: effects-order
# Clinical variables add to the image here. Which one would you expect to add most, and what in
# [Table 1](01_cohort) tells you?
# :::
#
# :::{solution} effects-order
# :class: dropdown
# Hours from onset to CT: it has the largest *t* in Table 1. A scan soon after onset is taken while the
# bleeding may still go on, so more of these patients expand later.
# :::
