"""Reading the records of interactive panels as the page's script does."""

import base64
import zlib
from typing import Any

import numpy as np


def unpack(array: dict[str, Any]) -> np.ndarray:
    """The numbers of a packed array."""
    values = np.frombuffer(zlib.decompress(base64.b64decode(array["data"])), array["kind"])
    values = values.reshape(array["shape"])
    if array["step"] is None:
        return values.astype(float)
    if values.ndim > 1:
        values = np.cumsum(values, axis=0, dtype=values.dtype)
    return values * array["step"]


def state_of(section: dict[str, Any], **tokens: str) -> dict[str, int]:
    """The index of every control's option: of the token where one is given, of its start otherwise."""
    found = {}
    for control in (each for panel in section["panels"] for each in panel["controls"]):
        name = control["name"]
        found[name] = control["tokens"].index(tokens[name]) if name in tokens else control["start"]
    return found


def part(section: dict[str, Any], array: str, bank: str = "", **tokens: str) -> Any:
    """What a target or readout that draws on the array (of a bank so called) shows: numbers, or a text."""
    state = state_of(section, **tokens)
    options = {each["name"]: each["tokens"] for panel in section["panels"] for each in panel["controls"]}
    for panel in section["panels"]:
        shown = [(each["bank"], cut) for each in panel["targets"] for cut in each["parts"].values()]
        for template, cut in [*shown, *((each["bank"], each) for each in panel["readouts"])]:
            if not template.startswith(bank) or cut["array"] != array:
                continue
            name = template.format(**{name: options[name][k] for name, k in state.items()})
            if (whole := section["banks"].get(name, {}).get(array)) is not None:
                if isinstance(whole, dict):
                    whole = unpack(whole)
                    return whole[
                        tuple(state[n] if whole.shape[a] > 1 else 0 for a, n in enumerate(cut["index"]))
                    ]
                for name in cut["index"]:
                    whole = whole[state[name]]
                return whole
    raise KeyError(array)
