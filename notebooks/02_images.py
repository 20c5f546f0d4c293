# %% [markdown]
# # 2 Images and segmentations
#
# **The paper** (sections 1.2 and 1.3) scans at 120 kVp with slices of 4.8 or 5 mm and a 512 × 512
# matrix. One reader outlines every hematoma in three dimensions; a random part is outlined again by
# the same reader and by a second one.
#
# **You will learn** what such a scan looks like to a computer, and how far two outlines agree.

# %% tags=["parameters"]
study = "studies/paper.yaml"
jobs = 1

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import figures, pipeline, tables
from helpers.results import Results
from helpers.study import load_study

study = load_study(study)
results = Results(study)
figures.use_style()

# %% tags=["remove-cell"]
patients = results.read("patients.csv")
volumes, dice = pipeline.measure_reads(study, patients, jobs)
results.write("volumes.csv", volumes)
results.write("dice.csv", dice)
glue("n_images", len(volumes), display=False)
glue("n_reread", dice["patient_id"].nunique() if len(dice) else 0, display=False)
glue(
    "availability",
    "This study has images."
    if len(volumes)
    else "This study has no images: it starts from a ready feature table, so the tables below are empty.",
    display=False,
)

# %% [markdown]
# {glue:text}`availability` There are {glue:text}`n_images` baseline scans, and
# {glue:text}`n_reread` patients were outlined again.
#
# ## Geometry
#
# A voxel is much longer than wide: under half a millimetre in the plane of the slice and about 5 mm
# across slices. Texture measured on such a grid would depend on direction, which is why
# [the next chapter](03_features) resamples to cubes.

# %%
tables.show(pipeline.geometry_summary(volumes), "Geometry by cohort")

# %% tags=["hide-input"]
if study.images_shown and len(volumes):
    display(figures.lesion_panel(pipeline.example_slices(study, patients, 6)))
else:
    print("Pictures of lesions are not published for this study.")

# %% [markdown]
# ## Volume
#
# The volume of a mask is its number of voxels times the volume of one, in ml.

# %% tags=["hide-input"]
if len(volumes):
    display(
        figures.volume_distribution(
            volumes.merge(patients[["patient_id", "expansion"]], on="patient_id")
        )
    )

# %% [markdown]
# ## Agreement of two outlines
#
# Dice's coefficient is twice the shared volume over the sum of both volumes: 1 for identical masks,
# 0 for masks that do not touch.

# %%
tables.show(pipeline.agreement_summary(dice), "Agreement with the first read")

# %% tags=["hide-input"]
if len(dice):
    display(figures.dice_plot(dice))

# %% [markdown]
# ## Take-aways
#
# - Volume comes from the mask and the spacing; a wrong spacing is a wrong outcome.
# - Two careful readers do not draw the same outline. What that does to 1688 features is the subject
#   of [chapter 4](04_reliability).
#
# **Questions.** Why is the Dice coefficient of a small hematoma lower for the same error in mm?
# The paper prints no Dice coefficient; what would you want to know before trusting its masks?
