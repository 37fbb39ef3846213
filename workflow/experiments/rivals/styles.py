"""How rivals are drawn, in figures and panels alike: thirteen lines that stay apart without colours."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#999933", "#56B4E9", "#882255")
MARKERS = "osD^vP*X<>phd"


def look(number: int) -> tuple[str, str]:
    """Colour and marker of the line of this number, which no other of the first 13 has."""
    return COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
