# %% [markdown]
# # 4 Which features survive a second reading
#
# **The paper** (sections 1.3 and 2.2) keeps the {glue:text}`paper_stable` features whose
# {term}`intra- <intra-observer agreement>` and {term}`inter-observer <inter-observer agreement>`
# correlation both exceed 0.85.
#
# **You will learn** what an intraclass correlation measures and which families are fragile.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from IPython.display import display
from myst_nb import glue

from helpers import comparison, figures, interactive, reliability, tables
from helpers.published import load_published
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
features = results.read("features.parquet")
icc = reliability.icc_table(features, study.reliability, study.statistics.confidence)
results.write("icc.csv", icc)
again = features.loc[features["read"].isin(["A2", "B1"]), "patient_id"].nunique()
perturbed = features["read"].str.fullmatch(r"P\d+").any()
no_rereads = "This study has no re-reads by people. "
no_reads = no_rereads + "No feature can be left out for poor agreement: all are kept."
glue(
    "paper_stable",
    comparison.printed(published, "text", "features: stable", "n"),
    display=False,
)
glue("form", study.reliability.form, display=False)
glue("threshold", f"{study.reliability.threshold:g}", display=False)
glue("passes", study.reliability.passes, display=False)
glue("n_reread", again, display=False)
glue("n_stable", int(icc["stable"].sum()), display=False)
glue("n_features", len(icc), display=False)
glue("no_rereads", "" if again else no_rereads if perturbed else no_reads, display=False)

# %% [markdown]
# {glue:text}`n_reread` patients were read again. {glue:text}`no_rereads` Agreement is the
# {term}`intraclass correlation <intraclass correlation coefficient>` ICC({glue:text}`form`) of
# McGraw and Wong {cite:p}`mcgraw1996`: the share of a feature's variance that lies between patients
# rather than between readings. A feature stays when the {glue:text}`passes` exceeds
# {glue:text}`threshold` both within one reader (A1 and A2) and between two (A1 and B1). Of
# {glue:text}`n_features` features {glue:text}`n_stable` stay; {ref}`tab-features-that-stay` counts
# them by family.

# %% tags=["hide-input"]
if again:
    display(figures.icc_scatter(icc, study.reliability.threshold))

# %% tags=["hide-input"]
if again:
    display(interactive.feature_explorer(icc, study.reliability.threshold))

# %% [markdown]
# ## By family

# %%
tables.show(reliability.stable_by_family(icc), "Features that stay")

# %% [markdown]
# ## How the rule changes the count
#
# Demanding the lower confidence limit instead of the estimate is stricter; so is absolute agreement
# against consistency. {ref}`tab-features-kept-under-other-rules` has the count of each rule.

# %%
rules = reliability.count_by_rule(features, study.reliability.threshold)
tables.show(rules, "Features kept under other rules")

# %% [markdown]
# ## Chance instead of readers
#
# A cohort without re-reads can still ask which features depend on the exact outline: the contour
# and the image are disturbed at random ({term}`perturbation`), many times a patient, and the same
# correlation is computed over the disturbed reads {cite:p}`zwanenburg2019`.

# %% tags=["hide-input"]
if perturbed:
    display(tables.show(reliability.perturbation_agreement(icc), "Re-reads and perturbation"))
else:
    print("This study does not ask for perturbed reads (reliability.reads: perturbation or both).")

# %% [markdown]
# ## Paper and run

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.stable_values(icc), study)
results.enter(ledger)
tables.show(comparison.side_by_side(ledger), "Stable features, paper and run")

# %% [markdown]
# ## Take-aways
#
# - A correlation without its form, its number of patients and its interval is half a statement.
# - Reliability is a property of a feature *and* of the patients it was measured on.
#
# ## Questions
#
# :::{exercise}
# :label: reliability-error
# Why can a feature with a large reading error still have a high ICC?
# :::
#
# :::{solution} reliability-error
# :class: dropdown
# The ICC compares the error with the spread between patients. Volume is off by millilitres between
# readers, but patients differ by tens of millilitres.
# :::
#
# :::{exercise}
# :label: reliability-range
# What would change if all patients who were read again had large hematomas?
# :::
#
# :::{solution} reliability-range
# :class: dropdown
# Two things pull apart. Large hematomas are outlined with a smaller relative error, which raises the
# ICC; and they are alike in size, which lowers the spread between patients and with it the ICC. The
# result would not speak for small ones either way.
# :::
