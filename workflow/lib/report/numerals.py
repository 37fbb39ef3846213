"""Numbers as text."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

EXPONENTS = range(-4, 6)  # of numbers that are written without one


def plain(value: float, digits: str = ".3g") -> str:
    """The value in a format, and in full where that would give a power of ten below a million.

    So 140 is "140", not "1.4e+02"; 0.00001 stays "1e-05".
    """
    text = f"{value:{digits}}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e6 else text


def or_dash(value: float, digits: str = ".3g") -> str:
    """The value as `plain` writes it, and a dash where there is none."""
    return plain(value, digits) if np.isfinite(value) else "–"


def exact(number: float) -> str:
    """A number in six digits, or in all where six would stand for another one as well."""
    short = f"{number:g}"
    return short if float(short) == number else repr(number)


def counted(n: int, word: str) -> str:
    """A count with its word: 1 pair, 45 pairs, 10 classes."""
    return f"{n:,} {word}" + ("" if n == 1 else "es" if word.endswith("s") else "s")


def span(values: ArrayLike, write: Callable[[Any], str]) -> str:
    """The least and the greatest of some numbers as text: "3 to 5", or "3" where both read alike."""
    low, high = (write(end) for end in (np.min(values), np.max(values)))
    return low if low == high else f"{low} to {high}"


def significant(value: float | np.floating[Any], digits: int = 3) -> str:
    """A number to so many significant digits; very large and very small ones as 1.2e-07."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    written = f"{value:.{digits - 1}e}"
    exponent = int(written.split("e")[1])
    return f"{float(written):.{max(digits - 1 - exponent, 0)}f}" if exponent in EXPONENTS else written
