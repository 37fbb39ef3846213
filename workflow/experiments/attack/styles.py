"""How attacks are called and drawn, in figures, panels and tables alike.

An attack that is not named here has its name as its label, and the next colour and line.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from report.figures.colours import CLASS_I

ASCENT = "targeted_ascent"  # the article's, which its numbers are of
TITLES = {ASCENT: "targeted ascent to the next class"}
NORMS = {"minimal_norm": "minimal L2 norm"}
MAGNITUDES = {  # symbol, and what it measures
    "signed_gradient_step": ("ε", "change ε of every pixel (pixels in [0, 1])"),
    "projected_gradient": ("radius", "L2 radius (pixels in [0, 1])"),
}
LOOKS = (  # colour, line in matplotlib and in Bokeh
    ("#CC79A7", ":", "dashed"),
    (CLASS_I, "-", "solid"),
    ("#E69F00", "--", "dotted"),
    ("#009E73", "-.", "dotdash"),
)


@dataclass(frozen=True)
class Style:
    """Label and title of an attack, what its norms are, colour and lines, and what its magnitudes are."""

    label: str
    title: str
    norm: str
    colour: str
    line: str
    dash: str
    symbol: str
    magnitude: str


def styles(attacks: Iterable[str]) -> dict[str, Style]:
    """The style of each attack, in their order."""
    return {
        name: Style(
            label(name), TITLES.get(name, label(name)), NORMS.get(name, f"L2 norm of the {label(name)}"),
            *LOOKS[k % len(LOOKS)],
            *MAGNITUDES.get(name, ("magnitude", "magnitude (pixels in [0, 1])")),
        )
        for k, name in enumerate(attacks)
    }  # fmt: skip


def label(attack: str) -> str:
    """What an attack is called."""
    return attack.replace("_", " ")
