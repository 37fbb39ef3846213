"""Reading the records of panels as the page does."""

import base64
import json
import zlib
from itertools import product

import numpy as np


def decoded(array):
    """The numbers of a packed array; lists of texts stay as they are."""
    if isinstance(array, list):
        return array
    values = np.frombuffer(zlib.decompress(base64.b64decode(array["data"])), array["kind"])
    values = values.reshape(array["shape"])
    if array["step"] is None:
        return values.astype(float)
    if values.ndim > 1:
        values = np.cumsum(values, axis=0, dtype=values.dtype)
    return values * array["step"]


def unpacked(record):
    """The banks of a record as it is after a way through JSON, with every array decoded."""
    banks = json.loads(json.dumps(record, allow_nan=False))["banks"]
    return {name: {key: decoded(array) for key, array in bank.items()} for name, bank in banks.items()}


def check_states(record):
    """In every state, columns of a source are equally long, and whatever is named is in the bank if that is
    there; returns how many states there were."""
    banks, states = unpacked(record), 0
    for panel in record["panels"]:
        names = [control["name"] for control in panel["controls"]]
        for state in product(*(range(len(control["tokens"])) for control in panel["controls"])):
            at = dict(zip(names, state, strict=True))
            tokens = {c["name"]: c["tokens"][at[c["name"]]] for c in panel["controls"]}
            states += 1
            for target in panel["targets"]:
                bank = banks.get(target["bank"].format(**tokens))
                if bank is None:
                    assert "{" in target["bank"]
                    continue
                parts = [cut(bank[part["array"]], part["index"], at) for part in target["parts"].values()]
                if target["kind"] == "properties":
                    assert all(isinstance(part, str) or np.isfinite(part).all() for part in parts)
                else:
                    assert len({np.size(part) for part in parts}) == 1
            for readout in panel["readouts"]:
                value = cut(banks[readout["bank"]][readout["array"]], readout["index"], at)
                assert isinstance(value, str) or np.size(value) == 1
    return states


def cut(array, index, at):
    """The part of an array, or of nested lists, at a state."""
    for name in index:
        array = array[at[name]]
    return array
