# %% [markdown]
# # 1 The cohort
#
# **The paper** (sections 1.1, 1.2 and 2.1) trains on {glue:text}`paper_training` patients with
# {term}`spontaneous intracerebral hemorrhage` from one hospital and validates on
# {glue:text}`paper_external` from another {cite:p}`liuhe2025`. Its Table 1 compares the patients
# whose hematoma grew with those whose hematoma did not.
#
# **You will learn** who was included, how expansion is defined, and which test stands behind each
# line of a Table 1.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import comparison, figures, tables
from helpers.pipeline import prepare_cohort
from helpers.published import load_published
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
cohort = prepare_cohort(study, jobs)
patients = results.write("patients.csv", cohort.patients)
variables = results.write("variables.csv", tables.variable_table(cohort.variables))

training = cohort.part("training")
external = cohort.part("external")
flow = tables.flow_counts(patients, study.publish.smallest_cell).set_index("cohort")
origin = {"synthetic": "simulated: no row belongs to a person"}
glue(
    "paper_training",
    comparison.printed(published, "text", "cohort: training", "n"),
    display=False,
)
glue(
    "paper_external",
    comparison.printed(published, "text", "cohort: external", "n"),
    display=False,
)
glue("source", origin.get(study.source, "read from the study's own files"), display=False)
glue("n_training", len(training), display=False)
glue("n_external", len(external), display=False)
glue("grown_training", str(flow["expansion"].get("training", 0)), display=False)
glue("grown_external", str(flow["expansion"].get("external", 0)), display=False)
glue("absolute", f"{study.outcome.absolute_ml:g}", display=False)
glue("relative", f"{study.outcome.relative:.0%}", display=False)
glue("n_incomplete", len(cohort.incomplete), display=False)
glue("policy", study.cohort.missing, display=False)
twin_note = {
    True: "The patients of this study are a synthetic twin. Counts are the printed ones. Means, "
    "SDs and t values are integers or hundredths placed one by one: two whole-number sums are "
    "looked for, inside the rounding of the printed means, that give the printed t; single "
    "values are then moved up here and down there, never out of their plausible range, until "
    "the sum and the sum of squares are reached.",
    False: "",
}
glue("twin_note", twin_note[study.source == "synthetic"], display=False)

# %% [markdown]
# ## Who is in the study
#
# The patients of this book are {glue:text}`source`. The paper includes adults scanned within
# 6 h of onset and again within 72 h. It leaves out hemorrhage secondary to trauma, tumour,
# aneurysm, vascular malformation or infarction, primary intraventricular or multiple hemorrhage,
# surgery before the second scan, and scans with severe artefacts.

# %% tags=["hide-input"]
figures.flow_diagram(flow.reset_index())

# %% [markdown]
# ## The outcome
#
# A hematoma has expanded ({term}`hematoma expansion`) when it grew by more than
# {glue:text}`absolute` ml or by more than {glue:text}`relative` of its baseline volume
# {cite:p}`dowlatshahi2011,morotti2019`. Either condition is enough. **Expansion is the
# {term}`positive class` throughout this book**: of the {glue:text}`n_training` training patients
# {glue:text}`grown_training` expanded, of the {glue:text}`n_external` external ones
# {glue:text}`grown_external`.
#
# {glue:text}`n_incomplete` patients have a blank in a clinical column ({term}`missing value`); the
# policy for them is “{glue:text}`policy`”.

# %% [markdown]
# ## Table 1
#
# Continuous variables are mean ± SD and are compared by {term}`Welch's t test`; categorical ones
# are n (%) and are compared by {term}`χ² <chi-square test>`, with Yates' correction on 2 × 2, or by
# {term}`Fisher's exact test` where expected counts are small, unless the study asks for another
# test. Each line names its test.

# %%
table1 = tables.table_one(training, cohort.variables)
results.write("table1.csv", table1)
shown = tables.mask_small(table1, study.publish.smallest_cell)
tables.show(shown, "Training cohort by outcome")

# %% [markdown]
# {ref}`tab-training-cohort-by-outcome` compares the {term}`training cohort` because the paper
# prints only that one. With this many tests a small *P* is a reason to look, not a finding.
# {glue:text}`twin_note`
#
# ## Paper and run

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.table1_values(shown), study)
results.enter(ledger)
tables.show(comparison.side_by_side(ledger), "Table 1, paper and run")

# %% [markdown]
# ## Take-aways
#
# - The definition of the outcome decides who counts as a case; it must be written down with units.
# - A Table 1 is only readable when each line names its test.
# - Absence of a difference in Table 1 is not evidence that the groups are alike.
#
# ## Questions
#
# :::{exercise}
# :label: cohort-definition
# A hematoma of 2 ml grows to 3 ml, another of 60 ml grows to 65 ml. Which has expanded by the
# definition above, and would you treat them alike?
# :::
#
# :::{solution} cohort-definition
# :class: dropdown
# The first grew by half of its baseline and has expanded; the second grew by 5 ml, less than 6 ml
# and less than a third, and has not. An error of 1 ml in either outline could turn the first
# answer round, which is why small hematomas deserve a look at
# [how well readers agree](02_images).
# :::
#
# :::{exercise}
# :label: cohort-test
# Which line of {ref}`tab-training-cohort-by-outcome` would change its test if the cohort were a
# quarter as large, and why?
# :::
#
# :::{solution} cohort-test
# :class: dropdown
# Those with rare levels. Expected counts shrink with the cohort, and below about five the χ²
# distribution no longer describes the statistic, so the rule turns to Fisher's exact test.
# :::
