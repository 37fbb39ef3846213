"""Numbers as text."""


def plain(value: float, digits: str = ".3g") -> str:
    """The value in a format, and in full where that would give a power of ten below a million.

    So 140 is "140", not "1.4e+02"; 0.00001 stays "1e-05".
    """
    text = f"{value:{digits}}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e6 else text
