"""The templates of pages, with the filters that they share."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from report.claims import MARKS
from report.typeset import marked


def template(name: str) -> Template:
    """The template of that name beside this file."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["marks"] = MARKS
    environment.filters["marked"] = marked
    environment.filters["embedded"] = embedded
    environment.filters["size"] = size
    return environment


def embedded(record: Any) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def size(n: int) -> str:
    """A number of bytes in words, in powers of 1000."""
    for unit, factor in (("MB", 1e6), ("kB", 1e3)):
        if n >= factor:
            return f"{n / factor:.{0 if n >= 10 * factor else 1}f}\N{NO-BREAK SPACE}{unit}"
    return f"{n}\N{NO-BREAK SPACE}bytes"
