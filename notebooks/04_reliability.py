# %% [markdown]
# # 4 Which features survive a second reading
#
# **The paper** (sections 1.3 and 2.2) keeps the {glue:text}`paper_stable` features whose intra- and
# inter-observer correlation both exceed 0.85.
#
# **You will learn** what an intraclass correlation measures and which families are fragile.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from helpers.published import load_published
from myst_nb import glue

from helpers import comparison, figures, reliability, tables
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
features = results.read("features.parquet")
icc = results.write(
    "icc.csv", reliability.icc_table(features, study.reliability, study.statistics.confidence)
)
reread = int(features.loc[features["read"] != "A1", "patient_id"].nunique())
glue("paper_stable", comparison.printed(published, "text", "features: stable", "n"), display=False)
glue("form", study.reliability.form, display=False)
glue("threshold", f"{study.reliability.threshold:g}", display=False)
glue("passes", study.reliability.passes, display=False)
glue("n_reread", reread, display=False)
glue("n_stable", int(icc["stable"].sum()), display=False)
glue("n_features", len(icc), display=False)
glue(
    "no_rereads",
    ""
    if reread
    else "This study has no re-reads, so no feature can be left out for poor agreement: all are kept and the tables below say so.",
    display=False,
)

# %% [markdown]
# {glue:text}`n_reread` patients were read again. {glue:text}`no_rereads` Agreement is the intraclass
# correlation ICC({glue:text}`form`) of McGraw and Wong {cite:p}`mcgraw1996`: the share of a
# feature's variance that lies between patients rather than between readings. A feature stays when
# the {glue:text}`passes` exceeds {glue:text}`threshold` both within one reader (A1 and A2) and
# between two (A1 and B1). Of {glue:text}`n_features` features {glue:text}`n_stable` stay.

# %% tags=["hide-input"]
if reread:
    display(figures.icc_scatter(icc, study.reliability.threshold))

# %% [markdown]
# ## By family

# %%
tables.show(reliability.stable_by_family(icc), "Features that stay")

# %% [markdown]
# ## How the rule changes the count
#
# Demanding the lower confidence limit instead of the estimate is stricter; so is absolute agreement
# against consistency.

# %%
tables.show(
    reliability.count_by_rule(features, study.reliability.threshold),
    "Features kept under other rules",
)

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
# **Questions.** Why can a feature with a large reading error still have a high ICC? What would change
# if the re-read patients all had large hematomas?
