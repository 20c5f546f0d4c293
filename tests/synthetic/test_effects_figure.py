"""The figure of the effects: its words hold every number, its axis every interval."""

import pandas as pd

from helpers.figures import dose_response_plot

AREAS = pd.DataFrame(
    [
        (0.0, "image", 0.45, 0.21, 0.69),
        (0.0, "image and clinical", 0.51, 0.40, 0.62),
        (1.0, "image", 0.72, 0.65, 0.79),
        (1.0, "image and clinical", 0.83, 0.77, 0.99),
    ],
    columns=["factor", "predictors", "auc", "auc_low", "auc_high"],
)


def test_every_interval_is_in_the_words_and_within_the_axes():
    figure = dose_response_plot(AREAS)
    for row in AREAS.itertuples():
        text = f"{row.predictors} at {row.factor:g}: {row.auc:.2f} ({row.auc_low:.2f} to"
        assert text in figure.alt
    axes = figure.drawing.axes[0]
    low, high = axes.get_ylim()
    assert low < AREAS["auc_low"].min() and high >= AREAS["auc_high"].max()
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {
        "Image",
        "Image and clinical",
    }
