"""The one style of all figures, and how a figure gets onto a page in light and in dark mode.

Figures are drawn on nothing: the page shows through. Ink, muted ink, grid and surface are drawn in
four fixed colours that the page's CSS variables replace, so that one SVG serves both modes.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import escape

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import LogLocator, NullLocator

INK, MUTED, GRID, SURFACE = "#1f2328", "#57606b", "#d5dade", "#fefefd"
_VARIABLES = {INK: "ink", MUTED: "muted", GRID: "grid", SURFACE: "surface"}
# Okabe and Ito's palette; models and outcomes share no colour.
MODEL_COLOURS = {"SVM": "#0072B2", "Logit": "#D55E00", "DT": "#009E73", "NB": "#CC79A7"}
MODEL_LINES = {"SVM": "-", "Logit": (0, (6, 2)), "DT": (0, (3, 1.5, 1, 1.5)), "NB": (0, (1.2, 1.2))}
OUTCOME_COLOURS = {0: "#56B4E9", 1: "#E69F00"}
OUTCOME_WORDS = {0: "no expansion", 1: "expansion"}
STYLE = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 10,
    "text.color": INK,
    "axes.titlecolor": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "svg.fonttype": "path",
}

in_style = mpl.rc_context(STYLE)  # decorates each function that draws a figure of the book


def use_style() -> None:
    """Apply the book's style to all matplotlib figures that a notebook draws from here on."""
    mpl.rcParams.update(STYLE)


def canvas(rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.4, 3.6), **layout):
    """An empty drawing in the book's style and its axes; size in inches.

    It belongs to no window and no list of open figures, so that nothing shows it twice.
    """
    drawing = Drawing(figsize=size, layout="constrained")
    FigureCanvasSVG(drawing)
    return drawing, drawing.subplots(rows, columns, **layout)


def log_axis(axis) -> None:
    """Make an axis logarithmic, labelled 1, 2, 5, 10, ... in plain numbers."""
    axis.axes.set_xscale("log") if axis.axis_name == "x" else axis.axes.set_yscale("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_minor_locator(NullLocator())


@dataclass(frozen=True)
class Figure:
    """A figure on a page: a drawing, what it shows in words, a caption and a name.

    Parameters
    ----------
    drawing : matplotlib Figure
    alt : what somebody who cannot see the drawing needs to know of it
    caption : text below it; its number is put before it when the page is built
    name : identifier; the page refers to `fig-NAME`
    """

    drawing: Drawing
    alt: str
    caption: str
    name: str

    def __post_init__(self):
        """Refuse a figure without words."""
        for part in ("alt", "caption", "name"):
            if not getattr(self, part).strip():
                raise ValueError(f"figure: {part} is blank, expected text")

    def svg(self) -> str:
        """The drawing as an `<svg>` element that follows the page's light or dark mode."""
        with mpl.rc_context({**STYLE, "svg.hashsalt": self.name}):
            target = io.StringIO()
            self.drawing.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
        return _for_a_page(target.getvalue(), self.alt, self.name)

    def _repr_html_(self) -> str:
        return (
            f'<figure class="he-figure" id="fig-{self.name}">'
            f'<div class="he-scroll" tabindex="0" role="region" '
            f'aria-label="Figure: {escape(self.name.replace("-", " "))}">{self.svg()}</div>'
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        """Caption and text alternative."""
        return f"{self.caption}\n[{self.alt}]"


def show(drawing: Drawing, alt: str, caption: str, name: str) -> Figure:
    """Show a drawing of your own as a figure of the book.

    Parameters
    ----------
    drawing : matplotlib Figure
    alt, caption, name : see `Figure`

    Returns
    -------
    Figure
    """
    return Figure(drawing, alt, caption, name)


def _for_a_page(svg: str, alt: str, name: str) -> str:
    """A matplotlib SVG made fit to stand inside HTML: labelled, ids of its own, page colours."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', svg))

    def own_id(found: re.Match) -> str:
        return f' id="{name}-{found[1]}"' if found[1] in used else ""

    svg = re.sub(r' id="([\w.-]+)"', own_id, svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--he-{variable}, {colour})")
    size = re.search(r'width="([\d.]+)pt" height="[\d.]+pt"', svg)
    width = f'style="width: {float(size[1]) * 4 / 3:.0f}px"'
    label = f'role="img" aria-label="{escape(alt)}" {width}'
    svg = svg.replace(size.group(), label, 1)
    return re.sub(r">\s+<", "><", svg)
