# %% [markdown]
# # 2 Images and segmentations
#
# **The paper** (sections 1.2 and 1.3) scans at 120 kVp with slices of 4.8 or 5 mm and a 512 × 512
# matrix. One reader outlines every hematoma in three dimensions ({term}`segmentation`); a random
# part of the patients is outlined again by the same reader and by a second one.
#
# **You will learn** what such a scan looks like to a computer, and how far two outlines agree.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from IPython.display import display
from myst_nb import glue

from helpers import comparison, figures, interactive, pipeline, summaries, tables
from helpers.cohort import load_cohort
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
volumes, dice = pipeline.measure_cohort(study, cohort, jobs)
results.write("volumes.csv", volumes)
results.write("dice.csv", dice)
lesions = pipeline.example_lesions(study, cohort, 6) if study.images_shown else []
availability = {
    True: "",
    False: "This study has no images: it starts from a ready feature table, so the tables below "
    "are empty.",
}
glue("n_images", len(volumes), display=False)
glue("n_reread", dice["patient_id"].nunique(), display=False)
glue("availability", availability[len(volumes) > 0], display=False)

# %% [markdown]
# {glue:text}`availability` There are {glue:text}`n_images` baseline scans, and
# {glue:text}`n_reread` patients were outlined again ({term}`re-read`).
#
# ## Geometry
#
# A {term}`voxel` is much longer than wide: under half a millimetre in the plane of the slice and
# about 5 mm across slices. Texture measured on such a grid would depend on direction, which is why
# [the next chapter](03_features) resamples to cubes ({ref}`tab-how-each-image-was-prepared`).
# {ref}`tab-geometry-by-cohort-median-range` has both sides of it for each cohort.

# %%
tables.show(summaries.geometry_summary(volumes, patients), "Geometry by cohort, median (range)")

# %% [markdown]
# ## What the readers saw
#
# Blood that has clotted is denser than brain: 50 to 70 HU ({term}`Hounsfield unit`) against 20 to
# 30 in white and 37 to 41 in grey matter {cite:p}`kamalian2016`. A {term}`window` of 80 HU around
# 40 HU spends all grey values on that range.

# %% tags=["hide-input"]
if lesions:
    display(figures.lesion_panel(summaries.example_slices(lesions)))
else:
    print("Pictures of lesions are not published for this study.")

# %% tags=["hide-input"]
if lesions:
    display(interactive.ct_viewer(lesions))

# %% [markdown]
# ## Volume
#
# The volume of a {term}`mask` is its number of voxels times the volume of one, in ml.

# %% tags=["hide-input"]
if len(volumes):
    outcome = patients[["patient_id", "expansion"]]
    display(
        figures.volume_distribution(
            volumes.merge(outcome, on="patient_id"), points=study.points_shown
        )
    )

# %% [markdown]
# ## Agreement of two outlines
#
# The {term}`Dice coefficient` is twice the shared volume over the sum of both volumes: 1 for
# identical masks, 0 for masks that do not touch {cite:p}`dice1945`.
# {ref}`tab-agreement-with-the-first-read-median-ran` holds each re-read against the first read.

# %%
tables.show(summaries.agreement_summary(dice), "Agreement with the first read, median (range)")

# %% tags=["hide-input"]
if len(dice):
    display(figures.dice_plot(dice, points=study.points_shown))

# %% [markdown]
# ## Paper and run

# %% tags=["hide-input"]
ledger = comparison.compare(published, comparison.image_values(volumes, dice, patients), study)
results.enter(ledger)
tables.show(comparison.side_by_side(ledger), "Scans and re-reads, paper and run")

# %% [markdown]
# ## Take-aways
#
# - Volume comes from the mask and the spacing; a wrong spacing is a wrong outcome.
# - Two careful readers do not draw the same outline. What that does to 1688 features is the subject
#   of [chapter 4](04_reliability), where {ref}`tab-features-that-stay` has the counts.
#
# ## Questions
#
# :::{exercise}
# :label: images-dice
# Why is the Dice coefficient of a small hematoma lower than that of a large one for the same error
# in millimetres?
# :::
#
# :::{solution} images-dice
# :class: dropdown
# An error of the outline is a shell. The shell's volume grows with the surface, the hematoma's with
# the cube of its size, so the shell is a larger share of a small hematoma.
# :::
#
# :::{exercise}
# :label: images-masks
# The paper prints no Dice coefficient. What would you ask its authors before you trust the masks?
# :::
#
# :::{solution} images-masks
# :class: dropdown
# How readers were trained, which window they used, whether edema and intraventricular blood were
# left out, how volumes of two readers compare, and whether the second reading saw the first.
# :::
