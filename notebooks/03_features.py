# %% [markdown]
# # 3 From a lesion to 1688 numbers
#
# **The paper** (sections 1.3 and 2.2) normalises each image ({term}`normalisation`), resamples it
# to 1 mm ({term}`resampling`), groups grey values into bins of width 25 ({term}`bin width`), and
# extracts {glue:text}`paper_features` {term}`radiomic features <radiomic feature>` per lesion with
# pyradiomics {cite:p}`vangriethuysen2017`.
#
# **You will learn** where the number comes from, and how normalisation decides whether texture
# features see any texture.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from IPython.display import display
from myst_nb import glue

from helpers import comparison, figures, pipeline, summaries, tables
from helpers.cohort import load_cohort
from helpers.features.agreement import engine_agreement
from helpers.features.families import count_by_family
from helpers.features.grey_levels import grey_level_table
from helpers.published import load_published
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
published = load_published()
figures.use_style()

# %% tags=["remove-cell"]
patients = results.read("patients.csv")
cohort = load_cohort(study)
features, missing = pipeline.extract_features(study, cohort, jobs)
results.write("features.parquet", features)
results.write("missing.csv", missing)
names = [name for name in features.columns if name not in ("patient_id", "read")]
sample = pipeline.sample_reads(study, cohort, 20)
grey = grey_level_table(sample, study.imaging, jobs)
agreement = engine_agreement(sample[:3], study.imaging)
few = "Fewer than 16 grey levels leave texture features little to measure: raise `imaging.scale` or lower `imaging.bin_width`."
middle = grey["grey_levels"].median()
glue(
    "paper_features",
    comparison.printed(published, "text", "features: total", "n"),
    display=False,
)
glue("n_features", len(names), display=False)
glue("n_reads", len(features), display=False)
glue("n_missing", len(missing), display=False)
glue("bin_width", f"{study.imaging.bin_width:g}", display=False)
glue("grey_median", f"{middle:.0f}" if len(grey) else "an unknown number of", display=False)
glue("grey_warning", few if middle < 16 else "", display=False)
glue("agreement", agreement.sentence, display=False)

# %% [markdown]
# {glue:text}`n_reads` reads gave {glue:text}`n_features` features each; {glue:text}`n_missing`
# reads failed and are missing from what follows.
#
# ## Settings

# %%
tables.show(summaries.imaging_summary(study.imaging), "How each image was prepared")

# %% [markdown]
# The paper prints no scale for its normalisation, and the scale and the bin width of
# {glue:text}`bin_width` interact: over a whole head with air around it, the standard deviation is
# so large that a hematoma falls into a handful of bins. Here the image is limited to the window in
# {ref}`tab-how-each-image-was-prepared` and normalised over the voxels inside it. The median lesion
# then spans {glue:text}`grey_median` {term}`grey levels <grey level>`. {glue:text}`grey_warning`

# %% tags=["hide-input"]
if len(grey):
    display(figures.grey_level_plot(grey))

# %% [markdown]
# ## Who computed them
#
# {glue:text}`agreement`
#
# ## The count
#
# Shape is measured once, on the mask. {term}`First-order <first-order feature>` and
# {term}`texture features <texture feature>` are measured on the original image and again on every
# filtered one. The paper calls the features of the original image by their class and all those of
# filtered images {term}`higher-order <higher-order feature>`; {ref}`tab-features-by-family` counts
# them.

# %%
counts = count_by_family(names)
tables.show(counts, "Features by family")

# %% tags=["hide-input"]
figures.family_counts(counts)

# %% [markdown]
# ## Paper and run

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.family_values(counts), study)
results.enter(ledger)
tables.show(comparison.side_by_side(ledger), "Feature counts, paper and run")

# %% [markdown]
# ## Take-aways
#
# - Most radiomic features are the same few statistics on filtered copies of one image.
# - “Normalised, bin width 25” does not define a measurement; the scale and the region do.
#
# ## Questions
#
# :::{exercise}
# :label: features-families
# Which families can change when only the mask changes by one voxel? Which when only the scanner's
# noise changes?
# :::
#
# :::{solution} features-families
# :class: dropdown
# The mask changes all of them: shape directly, the others because other voxels are counted. Noise
# changes all but shape, which looks at the mask alone.
# :::
#
# :::{exercise}
# :label: features-bins
# Halving the bin width doubles the number of grey levels. Does that add information?
# :::
#
# :::{solution} features-bins
# :class: dropdown
# Only as long as the differences are larger than the noise. Below that, finer bins describe noise,
# and features change with the scanner instead of the lesion.
# :::
