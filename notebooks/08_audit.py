# %% [markdown]
# # 8 What the published numbers say
#
# **The paper** prints {glue:text}`n_numbers` numbers in its abstract, text and three tables
# {cite:p}`liuhe2025`. This chapter uses nothing else: no patient, no image, no model.
#
# **You will learn** how much printed numbers give away when they are held against one another: which
# tests were run, how large a cohort was whose groups are not printed, which class a precision belongs
# to, and where a digit cannot be right.
#
# The aim is to read the paper more exactly, not to accuse anybody. Every table of this kind passes
# through several programs and hands. Arithmetic can show that numbers do not belong together; it
# cannot show which one is wrong, or why.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from functools import partial

from helpers import audit, comparison, figures, tables
from helpers.audit import group_summaries, mutation, summaries
from helpers.figures.audit import auc_expectation, t_ranges
from helpers.glued import say
from helpers.published import load_published
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()
printed = partial(comparison.printed, published)

# %% tags=["remove-cell"]
ledger = results.write("audit.csv", audit.audit(published))
reason = ledger.set_index(["table", "row", "column"])["reason"]
example = audit.rounding_interval(printed("table1", "hours_to_ct", "no_expansion: mean"))
say(
    n_numbers=len(ledger),
    hours=printed("table1", "hours_to_ct", "no_expansion: mean"),
    hours_low=f"{float(example.low):.2f}",
    hours_high=f"{float(example.high):.2f}",
)

# %% [markdown]
# ## Reading a printed number
#
# A number on a page is an interval. The paper's mean of {glue:text}`hours` h from onset to CT may be
# anything from {glue:text}`hours_low` to {glue:text}`hours_high`; both ends count, because the page
# does not tell how halves were rounded. All that follows works with such intervals, in exact
# fractions. A check never says "the value is"; it says which values are possible.
#
# The checks themselves are older than this book: {index}`GRIM` asks whether a mean of integers can
# exist {cite:p}`brown2017`, {index}`SPRITE` which samples have a given mean and SD
# {cite:p}`heathers2018`. In groups of {glue:text}`smallest_group` or more, integers reach every
# mean with one decimal, so these two can find nothing here. Test statistics can.
#
# ## Continuous variables: whose *t*?
#
# Section 1.5 of the paper speaks of a two-sided *t* test. There are two: Student's, which pools both
# variances, and {term}`Welch's <Welch's t test>`, which does not {cite:p}`welch1947`. From a row's
# means, SDs and group sizes follows the range of each ({ref}`fig-t-ranges`).

# %% tags=["hide-input"]
t_ranges(group_summaries.t_deviations(published, "table1"))

# %%
t_table = group_summaries.t_test_table(published, "table1")
columns = ["row", "printed t", "Welch t", "Student t"]
tables.show(
    t_table[columns],
    "Printed t beside the range of either test",
    name="audit-t",
)

# %% [markdown]
# *P* follows from *t* and the degrees of freedom, which differ between the two tests.

# %%
columns = ["row", "printed P", "Welch P", "Student P"]
tables.show(
    t_table[columns],
    "Printed P beside that of the printed t",
    name="audit-p",
)

# %% tags=["remove-cell"]
coarse = group_summaries.t_test_table(published, "table1", significant=3).set_index("row")
diastolic = group_summaries.label(published.tables["table1"].rows["diastolic_bp"])
by_row = t_table.set_index("row")
volume = group_summaries.label(published.tables["table1"].rows["baseline_volume_ml"])
say(
    n_means=len(t_table),
    n_welch=int((t_table["Welch fits"] == "yes").sum()),
    n_student=int((t_table["Student fits"] == "yes").sum()) or "none",
    smallest_group=min(group_summaries.group_sizes(published, "table1")),
    diastolic_t=by_row.loc[diastolic, "printed t"],
    diastolic_range=by_row.loc[diastolic, "Welch t"],
    diastolic_mean=printed("table1", "diastolic_bp", "expansion: mean"),
    diastolic_coarse=coarse.loc[diastolic, "Welch t"],
    n_coarse=int((coarse["Welch fits"] == "yes").sum()),
    sah_share=printed("table1", "sah: yes", "no_expansion: %"),
    volume_t=printed("table1", "baseline_volume_ml", "statistic"),
    volume_symbol=published.tables["table1"].rows["baseline_volume_ml"].symbol,
    volume_range=by_row.loc[volume, "Welch t"],
)

# %% [markdown]
# Welch's test fits {glue:text}`n_welch` of {glue:text}`n_means` rows in both *t*
# ({ref}`tab-audit-t`) and *P* ({ref}`tab-audit-p`), Student's fits {glue:text}`n_student`. The page
# never says so, but the *t* values are Welch's.
#
# One row resists. With means to one decimal, diastolic pressure leaves *t* at
# {glue:text}`diastolic_range`; {glue:text}`diastolic_t` is printed. The table itself offers a way out.
# All its means of 100 or more end in ".0", and one percentage, {glue:text}`sah_share`, has two
# decimals: that is how numbers look that a program rounded to three significant digits and a later
# hand filled up to one decimal. Read so, {glue:text}`diastolic_mean` is anything that rounds to the
# same whole number, *t* is {glue:text}`diastolic_coarse`, and {glue:text}`n_coarse` of
# {glue:text}`n_means` rows fit.
#
# Baseline volume is labelled {glue:text}`volume_symbol` with a value of {glue:text}`volume_t`. No
# {glue:text}`volume_symbol` is negative; as a *t*, the value lies in its range of
# {glue:text}`volume_range`.
#
# ## Counts: which χ², whose *P*?

# %%
count_table = group_summaries.count_test_table(published, "table1")
tables.show(
    count_table,
    "Printed χ² and P beside every usual test",
    name="audit-counts",
)

# %% tags=["remove-cell"]
counts_by_row = count_table.set_index("row")
rows = published.tables["table1"].rows
sex, location, diabetes = (group_summaries.label(rows[k]) for k in ("sex", "location", "diabetes"))
yates = count_table["test of χ²"].str.contains("Yates")
say(
    n_chi=int((count_table["printed χ²"] != "").sum()),
    n_yates=int(yates.sum()),
    sex_chi=counts_by_row.loc[sex, "test of χ²"],
    sex_p=counts_by_row.loc[sex, "test of P"],
    sex_p_printed=counts_by_row.loc[sex, "printed P"],
    sex_p_yates=counts_by_row.loc[sex, "Yates P"],
    location_p=counts_by_row.loc[location, "test of P"],
    location_printed=counts_by_row.loc[location, "printed P"],
    location_plain=counts_by_row.loc[location, "plain P"],
    diabetes_printed=counts_by_row.loc[diabetes, "printed χ²"],
    diabetes_yates=counts_by_row.loc[diabetes, "Yates χ²"],
    diabetes_plain=counts_by_row.loc[diabetes, "plain χ²"],
    diabetes_p=counts_by_row.loc[diabetes, "printed P"],
)

# %% [markdown]
# {glue:text}`n_yates` of {glue:text}`n_chi` printed statistics are {term}`χ² <chi-square test>`
# with Yates' continuity correction {cite:p}`yates1934` ({ref}`tab-audit-counts`). Three rows are
# worth a second look.
#
# - **Sex** prints the statistic of one test beside the *P* of another. The statistic is that of
#   {glue:text}`sex_chi`, whose *P* would be {glue:text}`sex_p_yates`; the printed
#   {glue:text}`sex_p_printed` is that of {glue:text}`sex_p`. Neither is wrong by itself.
# - **Location**, with four levels, prints no statistic. Its *P* of {glue:text}`location_printed` is
#   that of the {glue:text}`location_p` {cite:p}`freeman1951`; a plain χ² would give
#   {glue:text}`location_plain`.
# - **Diabetes**: the groups differ so little that Yates' correction, limited to the difference itself
#   as R does it, leaves {glue:text}`diabetes_yates` and *P* = {glue:text}`diabetes_p`. The printed
#   {glue:text}`diabetes_printed` looks like a bound, "less than", that lost its sign. Without the
#   correction χ² is {glue:text}`diabetes_plain`, and splitting a level can only raise it.
#
# ## A level that is not printed
#
# Some statistics fit no test of two levels. Together, a χ² and its *P* tell how many degrees of
# freedom they have, and so how many levels there were. The patients without the printed level can
# then be split in every possible way to see which splits give the printed χ².

# %%
hidden = group_summaries.hidden_level_table(published, "table1")
tables.show(
    hidden,
    "Rows that no test of the printed levels explains",
    name="audit-hidden",
)

# %% tags=["remove-cell"]
found = hidden[hidden["tables"] > 0]
say(
    hidden_rows=", ".join(found["row"].str.lower()),
    hidden_df=", ".join(sorted(set(found["degrees of freedom"]))),
    hidden_tables=", ".join(sorted({str(n) for n in found["tables"]})),
    hidden_without=", ".join(sorted({str(n) for n in found["no_expansion"]})),
    hidden_with=", ".join(sorted({str(n) for n in found["expansion"]})),
)

# %% [markdown]
# For {glue:text}`hidden_rows` the degrees of freedom are {glue:text}`hidden_df`, so there was a
# third level, and the number of tables that fit is {glue:text}`hidden_tables` in each. The third
# level holds {glue:text}`hidden_without` patient without and {glue:text}`hidden_with` with
# expansion ({ref}`tab-audit-hidden`). A single patient whose habits were not known, entered as a
# category of its own, would look like this. The page cannot say whether it was the same patient in
# both rows, nor what the category was called.
#
# ## Percentages

# %%
shares = ledger[ledger["column"].str.endswith("%") & (ledger["status"] == "explained")]
columns = ["row", "column", "published", "reason"]
tables.show(
    comparison.readable(shares)[columns],
    "Percentages of Table 1 that are not the rounded share",
    name="audit-shares",
)

# %% [markdown]
# Some authors adjust a digit so that a column adds up to 100%; readers who recompute it are puzzled.
# A footnote that columns may not add up because of rounding serves everybody better.
#
# ## Table 2 as 2 × 2 tables
#
# {term}`Accuracy <accuracy>`, {term}`precision`, {term}`recall`, {term}`specificity` and F1 are
# ratios of four counts. There are only so many counts, so a printed row can be searched for all
# tables that give it. Models that were tested on the same patients must agree on the group sizes.
# The search below tries every split of the printed total, under three readings from strict to
# lenient.

# %%
sizes = summaries.size_table(published, "table2")
tables.show(
    sizes,
    "Group sizes that fit (positive + negative class)",
    name="audit-sizes",
)

# %% tags=["remove-cell"]
readings = summaries.readings(published, "table2")
training, external = readings["training"], readings["external"]
n_external = int(printed("text", "cohort: external", "n"))
cap = printed("table2", "external: SVM", "precision")
by_model = sizes.set_index(["cohort", "model"])
say(
    training_sizes=f"{training.positives} and {training.negatives}",
    positive_class=training.positive.replace("_", " "),
    external_pos=external.positives,
    external_neg=external.negatives,
    external_splits=external.splits,
    n_external=n_external,
    cap=cap,
    cap_exists="Some" if audit.exists_share(cap, n_external) else "No",
    logit_alone=by_model.loc[("external", "Logit"), "99.9 read as up to 100"],
    expansion_first=len(
        audit.joint_search(
            {
                model: summaries.measures_of(cells)
                for model, cells in published.tables["table2"].cohorts["training"].models.items()
            },
            [(training.negatives, training.positives)],
            capped=True,
            slack=1,
        )
    )
    or "none",
)

# %% [markdown]
# Two things are not on the page and follow from {ref}`tab-audit-sizes`.
#
# **Which class is positive.** In training the group sizes are printed, {glue:text}`training_sizes`.
# The printed rows fit when **{glue:text}`positive_class`** is the {term}`positive class`; with
# expansion as the positive class {glue:text}`expansion_first` of the two sizes fits, even if every last
# digit may be off by one.
#
# **How many external patients expanded.** The paper prints a total of {glue:text}`n_external`.
# {glue:text}`cap_exists` share of that many patients or fewer is {glue:text}`cap`%, so that number
# stands for something else, and 100% is the nearest that exists. Read so, and with last digits off by
# at most one, the number of splits that fit all models is {glue:text}`external_splits`:
# **{glue:text}`external_pos` without and {glue:text}`external_neg` with expansion**. Logistic
# regression alone leaves {glue:text}`logit_alone`.

# %%
departures = summaries.departure_table(published, "table2")
tables.show(
    departures, "Measures that are not those of the recovered tables", name="audit-departures"
)

# %% tags=["remove-cell"]
accuracy = reason["table2", "training: DT", "accuracy"]
say(n_departures=len(departures), dt_reason=accuracy)

# %% [markdown]
# {glue:text}`n_departures` printed measures depart ({ref}`tab-audit-departures`), none by more than
# a unit of the last digit. One is instructive, the accuracy of the decision tree in training:
# {glue:text}`dt_reason`. No choice of table can repair that.
#
# ## What Table 2 looks like for expansion
#
# A clinician reads "precision" as the share of alarms that come true. With no expansion as the
# positive class it is the share of all-clears that hold, in a cohort where most patients do not
# expand. The same predictions, read both ways:

# %%
both = summaries.two_way_performance(published, "table2", "no expansion", "expansion")
columns = ["cohort", "model", "read for", "f1", "precision", "recall", "specificity"]
tables.show(
    both[columns],
    "Table 2 read for either class",
    name="audit-both",
)

# %% tags=["remove-cell"]
svm = both[(both["model"] == "SVM") & (both["cohort"] == "training")].set_index("read for")
for side, words in (("no", "no expansion"), ("yes", "expansion")):
    say(
        **{
            f"{name}_{side}": f"{svm.loc[words, name]:.3f}"
            for name in ("f1", "precision", "recall", "specificity")
        }
    )

# %% [markdown]
# For the SVM in training ({ref}`tab-audit-both`), precision {glue:text}`precision_no` becomes
# {glue:text}`precision_yes` and F1 {glue:text}`f1_no` becomes {glue:text}`f1_yes`; sensitivity for
# expansion is {glue:text}`recall_yes` and specificity {glue:text}`specificity_yes`. Nothing about
# the model changed. R's `caret`, for one, takes the first factor level as positive unless told
# otherwise.
#
# ## AUCs and their intervals
#
# An interval tells its standard error. Hanley and McNeil {cite:p}`hanley1982` give one to expect for
# an AUC and group sizes; the largest that DeLong's method can produce is a hard bound.

# %%
auc_table = summaries.auc_table(published, "table2")
columns = ["SE", "Hanley-McNeil SE", "ratio", "largest SE"]
tables.show(
    auc_table[["cohort", "model", "printed AUC", *columns]],
    "Standard errors behind the printed intervals",
    name="audit-auc",
)

# %% [markdown]
# The recovered {term}`operating point` limits the AUC too: a curve that passes through it encloses
# at least sensitivity × specificity and at most one minus the product of both errors.

# %%
columns = ["cohort", "model", "printed AUC", "possible AUC", "one-point AUC"]
tables.show(
    auc_table[columns],
    "AUCs of curves through the operating point",
    name="audit-points",
)

# %% tags=["remove-cell"]
text_auc, table_auc = (printed(t, "external: Logit", "auc") for t in ("text", "table2"))
cells = published.tables["table2"].cohorts["external"].models["Logit"]
centre = audit.read_ci(cells.auc, cells.auc_low, cells.auc_high).centre
pairs = (external.negatives, external.positives)
one_point = auc_table[auc_table["one-point AUC"].map("{:.3f}".format) == auc_table["printed AUC"]]
ends = auc_table["possible AUC"].str.split(" to ")
low, high = (ends.str[n].astype(float) for n in (0, 1))
tightest = auc_table.loc[auc_table["ratio"].idxmin()]
say(
    text_auc=text_auc,
    table_auc=table_auc,
    centre_low=f"{centre[0]:.4f}",
    centre_high=f"{centre[1]:.4f}",
    n_pairs=pairs[0] * pairs[1],
    text_values=", ".join(f"{float(v):.5f}" for v in audit.possible_aucs(text_auc, *pairs)),
    table_values=", ".join(f"{float(v):.5f}" for v in audit.possible_aucs(table_auc, *pairs)),
    one_point=", ".join(f"{row.model} ({row.cohort})" for row in one_point.itertuples()),
    n_aucs=len(auc_table),
    n_inside=int(auc_table["printed AUC"].astype(float).between(low, high).sum()),
    tightest=f"{tightest['model']} ({tightest['cohort']})",
    tightest_ratio=f"{tightest['ratio']:.2f}",
    svm_high=printed("table2", "external: SVM", "auc_high"),
    other_ratios=group_summaries.span(
        (
            auc_table.drop(auc_table["ratio"].idxmin())["ratio"].min(),
            auc_table["ratio"].max(),
        ),
        2,
    ),
    n_above=int(
        (auc_table["SE"].str.split(" ").str[0].astype(float) > auc_table["largest SE"]).sum()
    )
    or "none",
)

# %% [markdown]
# - The text prints {glue:text}`text_auc` for logistic regression in external validation, Table 2
#   {glue:text}`table_auc`. With {glue:text}`n_pairs` pairs of patients an AUC is a multiple of half a
#   pair: {glue:text}`text_values` would be printed as the first, {glue:text}`table_values` as the
#   second. The interval's centre, {glue:text}`centre_low` to {glue:text}`centre_high`, speaks for the
#   table.
# - The smallest standard error beside its expectation ({ref}`tab-audit-auc`) is that of
#   {glue:text}`tightest`, {glue:text}`tightest_ratio` times; the others are
#   {glue:text}`other_ratios` times. Near the top of the scale the formula is a poor guide, and of
#   all intervals {glue:text}`n_above` exceeds the hard bound. That of the external SVM is cut at 1,
#   printed as {glue:text}`svm_high`.
# - {glue:text}`n_inside` of {glue:text}`n_aucs` printed AUCs lie in the range of their operating
#   point ({ref}`tab-audit-points`).
# - {glue:text}`one_point`: the printed AUC is exactly that of two straight lines through the
#   operating point. A tree with two leaves that matter has such a curve; so has any model whose 0/1
#   predictions were scored in place of its probabilities. The page does not decide between them, and
#   coincidence is possible.
#
# ## Table 3

# %%
pair_table = summaries.pair_table(published, "table3")
tables.show(
    pair_table,
    "Z, P and the correlation they imply",
    name="audit-pairs",
)

# %% tags=["remove-cell"]
table3 = ledger[ledger["table"] == "table3"]
correlation = summaries.correlations(published, "table3").values()
say(
    n_pairs_possible=sum(low <= 1 and high >= -1 for low, high in correlation),
    n_pairs_all=len(pair_table),
    small_pairs=" and ".join(
        pair
        for pair, cells in published.tables["table3"].cohorts["training"].items()
        if audit.rounding_interval(cells.p).high < 0.05
    ),
    p_flagged="; ".join(
        f"{row.row} (P {row.published}: {row.reason.removeprefix('Z gives P ')})"
        for row in table3.itertuples()
        if row.column == "p" and row.status in ("explained", "inconsistent")
    ),
)

# %% [markdown]
# The two AUCs of a pair come from the same patients, so Z depends on their correlation, which is
# not printed but follows from Z and both intervals. {glue:text}`n_pairs_possible` of
# {glue:text}`n_pairs_all` correlations are possible ({ref}`tab-audit-pairs`). Where *P* does not
# follow from Z: {glue:text}`p_flagged`.
#
# In training, {glue:text}`small_pairs` have *P* < 0.05; section 2.4 of the paper mentions only the
# SVM against naive Bayes. None of the *P* values is corrected for the others.
#
# ## How surprising is the external AUC?
#
# The SVM does better on patients of another hospital than on those it was made from. Chance can do
# that, and how easily can be simulated: draw cohorts of the external size from a population in which
# the AUC is that of training, taken as exact or with the uncertainty of its own interval.

# %% tags=["hide-input"]
svm_training = published.tables["table2"].cohorts["training"].models["SVM"]
ci = audit.read_ci(svm_training.auc, svm_training.auc_low, svm_training.auc_high)
true, error = float(svm_training.auc), sum(ci.standard_error) / 2
draws = {
    f"{true:.3f}": audit.simulated_aucs(true, *pairs, draws=100_000, seed=study.seed),
    f"{true:.3f} ± {error:.3f}": audit.simulated_aucs(
        true, *pairs, true_se=error, draws=100_000, seed=study.seed
    ),
}
printed_auc = printed("table2", "external: SVM", "auc")
auc_expectation(draws, float(printed_auc))

# %% tags=["remove-cell"]
exact, spread = (audit.probability_of_auc(printed_auc, values) for values in draws.values())
say(
    printed_auc=printed_auc,
    training_auc=svm_training.auc,
    p_exact=f"{exact.probability:.5f} (Monte Carlo error {exact.standard_error:.5f})",
    p_spread=f"{spread.probability:.5f} (Monte Carlo error {spread.standard_error:.5f})",
    n_draws=f"{exact.draws:,}",
)

# %% [markdown]
# In {glue:text}`n_draws` simulated cohorts an AUC of {glue:text}`printed_auc` or more has a
# probability of {glue:text}`p_exact` if the true AUC is {glue:text}`training_auc`, and of
# {glue:text}`p_spread` if it is only known as well as its interval says ({ref}`fig-auc-expectation`).
# The model is simple: normal scores, independent patients, one population. Improbable is not
# impossible. An easier case mix at the second hospital, for example, would raise the AUC without
# anything being amiss, and the paper does not describe its external patients.
#
# ## Features and software

# %% tags=["remove-cell"]
shape, first, texture, higher, total = (
    int(printed("text", f"features: {name}", "n"))
    for name in ("shape", "first-order", "texture", "higher-order", "total")
)
images = audit.filtered_images(first + texture, higher)
say(
    shape=shape,
    per_image=first + texture,
    images=int(images),
    total=total,
    total_again=int(shape + (first + texture) * (images + 1)),
    whole="a whole number" if images.denominator == 1 else "not a whole number",
    pyradiomics=printed("text", "software: pyradiomics", "version"),
    pyradiomics_reason=reason["text", "software: pyradiomics", "version"],
    itksnap=printed("text", "software: ITK-SNAP", "version"),
)

# %% [markdown]
# The features of one image are {glue:text}`per_image`, first order and texture together. The
# higher-order features are {glue:text}`images` times as many, {glue:text}`whole`: so there were
# {glue:text}`images` filtered images beside the original, and with {glue:text}`shape` shape features
# the total is {glue:text}`total_again`; {glue:text}`total` is printed. The filters are not named; [chapter
# 3](03_features) shows one set that gives this count.
#
# For pyradiomics the paper prints version {glue:text}`pyradiomics`: {glue:text}`pyradiomics_reason`.
# It prints the same version, {glue:text}`itksnap`, for ITK-SNAP, where it exists; the one may have
# been copied from the other.
#
# ## How much would such an audit miss?
#
# To find out, every digit of the three tables is replaced by another one, one at a time, and the whole
# audit is repeated. A change counts as caught when some number is marked that was not marked before.

# %%
caught = mutation.catch_table(published, ("table1", "table2", "table3"), seed=study.seed)
rates = mutation.catch_rates(caught)
places = {name: published.tables[name].place for name in caught["table"].unique()}
tables.show(
    rates.replace({"table": places}), "Changed digits that the audit notices", name="audit-caught"
)

# %% tags=["remove-cell"]
overall = rates.set_index("table").loc["all"]
missed = caught[~caught["caught"]].groupby(["table", "column"]).size().sort_values()
say(
    n_digits=f"{overall['digits']:.0f}",
    rate=f"{overall['caught (%)']:.0f}",
    last_rate=f"{overall['last digits caught (%)']:.0f}",
    most_missed=f"{missed.index[-1][1]} in {places[missed.index[-1][0]]}",
)

# %% [markdown]
# Of {glue:text}`n_digits` single changes {glue:text}`rate`% are noticed ({ref}`tab-audit-caught`);
# of changes in the last digit alone {glue:text}`last_rate`%. Most often missed:
# {glue:text}`most_missed`. So a number without a mark is not thereby right.
#
# ## What the page cannot decide

# %%
counts = comparison.count_by_status(ledger)
tables.show(
    counts,
    "Published numbers by audit status",
    name="audit-status",
)

# %% [markdown]
# [Chapter 9](09_ledger) lists them one by one. Beyond any recomputation are the means and counts
# themselves, the number of stable features, which features and settings entered the models, whether
# Table 2's training rows are apparent or cross-validated, and how the operating points were chosen.
# For these one needs the patients or the authors' code, and this book's own run can only show one way
# it may have been.
#
# ## Take-aways
#
# - A printed number is an interval; a table is a system of inequalities.
# - Name the test of each *P*, the positive class of each precision and the group sizes of each cohort:
#   then nobody has to reconstruct them.
# - Most departures found here are slips of rounding that change no conclusion. The positive class does
#   change how Table 2 is read.
#
# ## Questions
#
# :::{exercise}
# :label: audit-accuracy
# A cohort of 40 has an accuracy of 86.3%. Is that possible? And one of 80?
# :::
#
# :::{solution} audit-accuracy
# :class: dropdown
# Shares of 40 are multiples of 2.5%: 85.0 and 87.5 exist, 86.3 does not. Of 80, 69 are 86.25%, which
# rounds to 86.3 when halves are rounded up, and to 86.2 when they are rounded to even.
# :::
#
# :::{exercise}
# :label: audit-welch
# Why do Welch's and Student's *t* differ for age, and agree for the Glasgow Coma Scale?
# :::
#
# :::{solution} audit-welch
# :class: dropdown
# With equal SDs both tests have the same standard error. For age the smaller group has the larger
# SD: pooling, dominated by the larger group, then makes the standard error too small and *t* too
# large.
# :::
#
# :::{exercise}
# :label: audit-own
# Write the numbers of another paper into a YAML file like `published.yaml` and run `hebook audit` on
# it. Which numbers would you have had to print in your own last paper to make it checkable?
# :::
#
# :::{solution} audit-own
# :class: dropdown
# Usually: group sizes of every cohort, the name of each test, the positive class, the 2 × 2 table of
# each model, and the method behind each interval.
# :::
