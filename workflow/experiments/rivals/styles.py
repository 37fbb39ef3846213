"""How rivals are drawn: thirteen lines that stay apart without colours, weight decay's the first."""

DECAY = "#000000"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#999933", "#56B4E9", "#882255")
MARKERS = "osD^vP*X<>phd"


def look(number: int) -> tuple[str, str, str]:
    """Colour, marker and dashes of the line of this number; no other of the first 13 has its marker."""
    colour = COLOURS[(number - 1) % len(COLOURS)] if number else DECAY
    return colour, MARKERS[number % len(MARKERS)], "-" if number <= len(COLOURS) else "--"
