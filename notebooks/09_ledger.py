# %% [markdown]
# # 9 The ledger
#
# **The paper** prints {glue:text}`n_numbers` numbers. Here every one of them stands with two answers:
# what the audit of [chapter 8](08_audit) makes of it from print alone, and the number that this book's
# run gives in its place.
#
# **You will learn** how much of a paper can be checked without its data, how much only with it, and
# what agreement between a paper and a re-run is worth.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
import pandas as pd
from myst_nb import glue

from helpers import comparison, tables
from helpers.published import load_published
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()

# %% tags=["remove-cell"]
audit = results.read("audit.csv").fillna({"reason": ""}).astype({"published": str})
own = pd.concat(
    [
        comparison.cohort_values(results.read("patients.csv")),
        comparison.settings_values(study),
    ]
)
ledger = pd.concat([results.read("ledger.csv"), comparison.compare(published, own, study)])
numbers = results.write("numbers.csv", comparison.audited(audit, ledger))
answered = numbers[numbers["agreement"] != ""]
by_audit = comparison.count_by_status(numbers.assign(status=numbers["audit"]))
by_run = comparison.count_by_status(answered.assign(status=answered["agreement"]))
counts = numbers["audit"].value_counts()

glue("n_numbers", len(numbers), display=False)
glue("n_reproduced", int(counts.get("reproduced from other printed numbers", 0)), display=False)
glue("n_consistent", int(counts.get("consistent within rounding", 0)), display=False)
glue("n_explained", int(counts.get("explained", 0)), display=False)
glue("n_inconsistent", int(counts.get("inconsistent", 0)), display=False)
glue(
    "n_open",
    int(counts.get("not checkable from print", 0)) + int(counts.get("needs patient data", 0)),
    display=False,
)
glue("n_run", len(answered), display=False)
glue("n_same", int((answered["agreement"] == "same digits").sum()), display=False)
glue(
    "kind",
    "This study is the paper's synthetic twin: its patients were made so that Table 1 comes out, and "
    "nothing else was fitted."
    if comparison.is_twin(published, study)
    else "This study is another cohort than the paper's, so its numbers need not agree.",
    display=False,
)

# %% [markdown]
# ## From print alone
#
# A number is *reproduced* when others on the page give exactly its digits, *consistent* when they
# leave room for it, *explained* when it departs in a way that a check accounts for, and
# *inconsistent* when it contradicts another number. Each status follows from a rule in
# `helpers.audit`; none was typed.

# %%
tables.show(by_audit, "Published numbers by audit status", name="ledger-audit")

# %% [markdown]
# By {ref}`tab-ledger-audit`, {glue:text}`n_reproduced` numbers are reproduced and
# {glue:text}`n_consistent` consistent; {glue:text}`n_explained` are explained and
# {glue:text}`n_inconsistent` inconsistent; {glue:text}`n_open` cannot be checked on the page.
# {ref}`tab-marked` has the reason of each one that departs.
#
# ## Explained and inconsistent

# %%
marked = numbers[numbers["audit"].isin(["explained", "inconsistent"])]
marked = marked.sort_values("audit", ascending=False, kind="stable")
columns = ["table", "row", "column", "published", "audit", "reason"]
tables.show(
    comparison.readable(marked)[columns],
    "Numbers that depart from what others on the page say",
    name="marked",
)

# %% [markdown]
# ## Beside the run
#
# {glue:text}`kind` The run gives {glue:text}`n_run` of the numbers; {glue:text}`n_same` have the
# same digits ({ref}`tab-ledger-run`). Where a cell of the paper contradicts its neighbours, no
# patients can reproduce it, and the line is marked as explained.

# %%
tables.show(by_run, "Published numbers by agreement with the run", name="ledger-run")

# %% [markdown]
# ## Every number

# %% tags=["hide-input"]
parts = {
    name: comparison.readable(part).drop(columns=["table", "reason"])
    for name, part in numbers.groupby("table")
}
places = {name: getattr(published.tables.get(name), "place", name.capitalize()) for name in parts}
tables.show(parts["table1"], f"{places['table1']}: print, audit and run", name="ledger-table1")

# %% tags=["hide-input"]
tables.show(parts["table2"], f"{places['table2']}: print, audit and run", name="ledger-table2")

# %% tags=["hide-input"]
tables.show(parts["table3"], f"{places['table3']}: print, audit and run", name="ledger-table3")

# %% tags=["hide-input"]
tables.show(
    parts["abstract"], f"{places['abstract']}: print, audit and run", name="ledger-abstract"
)

# %% tags=["hide-input"]
tables.show(parts["text"], f"{places['text']}: print, audit and run", name="ledger-text")

# %% [markdown]
# ## Take-aways
#
# - Agreement of digits shows that the arithmetic is the same, not that the science is.
# - A {term}`synthetic twin` that reproduces Table 1 says nothing about the truth of Table 2.
# - What cannot be checked on the page is where data and code are needed most.
#
# ## Questions
#
# :::{exercise}
# :label: ledger-weight
# Which single number in the list would you most like to see recomputed from the patients, and why?
# :::
#
# :::{solution} ledger-weight
# :class: dropdown
# A good candidate is the number of stable features: it rests on a form of the
# {term}`ICC <intraclass correlation coefficient>` that is not named and on patients whose number is
# printed but whose choice is not ({ref}`tab-features-kept-under-other-rules` shows what the form
# does to the count). Another is any performance measure of training, because the page does not say
# whether it is {term}`apparent <apparent performance>` or
# {term}`cross-validated <cross-validation>`.
# :::
#
# :::{exercise}
# :label: ledger-same
# A run prints the paper's AUC to three digits. Name two ways in which that can happen without the two
# analyses being the same.
# :::
#
# :::{solution} ledger-same
# :class: dropdown
# By chance: with few patients an AUC takes few values. And by tuning: who knows the target can stop
# when it is reached, which is why this book declares its effect sizes beforehand.
# :::
