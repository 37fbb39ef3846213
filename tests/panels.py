"""Reading the records of interactive panels as the page's script does."""

import base64
import json
import zlib
from itertools import product
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


def unpacked(section: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The banks of a record that went through JSON; lists of texts stay as they are."""
    banks = json.loads(json.dumps(section, allow_nan=False))["banks"]
    return {
        name: {key: unpack(array) if isinstance(array, dict) else array for key, array in bank.items()}
        for name, bank in banks.items()
    }


def cut(whole: Any, index: list[str], state: dict[str, int]) -> Any:
    """The part of an array, or of nested lists of texts, at a state."""
    if isinstance(whole, np.ndarray):
        return whole[tuple(state[name] if whole.shape[axis] > 1 else 0 for axis, name in enumerate(index))]
    for name in index:
        whole = whole[state[name]]
    return whole


def counted(column: np.ndarray, row: np.ndarray, cells: int) -> np.ndarray:
    """The points in each cell of the picture that shows them, its lowest row first."""
    counts = np.zeros((cells, cells))
    np.add.at(counts, (row.astype(int), column.astype(int)), 1)
    return counts


def check_states(section: dict[str, Any]) -> int:
    """Check every state and count them: columns of a source are equally long, properties are finite."""
    banks, states = unpacked(section), 0
    for panel in section["panels"]:
        for control in panel["controls"]:
            assert len(set(control["tokens"])) == len(control["texts"]) == len(control["tokens"])
            assert 0 <= control["start"] < len(control["tokens"])
        options = {control["name"]: control["tokens"] for control in panel["controls"]}
        assert panel["targets"]
        for indices in product(*(range(len(tokens)) for tokens in options.values())):
            state = dict(zip(options, indices, strict=True))
            tokens = {name: options[name][k] for name, k in state.items()}
            states += 1
            for target in panel["targets"]:
                bank = banks.get(target["bank"].format(**tokens))
                if bank is None:
                    assert "{" in target["bank"]
                    continue
                parts = [cut(bank[part["array"]], part["index"], state) for part in target["parts"].values()]
                if target["kind"] == "counts":
                    assert np.min(parts) >= 0
                    assert counted(*parts, target["fixed"]).sum() == len(parts[0])
                elif target["kind"] == "properties":
                    assert all(isinstance(part, str) or np.isfinite(part).all() for part in parts)
                else:
                    assert len({np.size(part) for part in parts}) == 1
            for readout in panel["readouts"]:
                if bank := banks.get(readout["bank"].format(**tokens)):
                    value = cut(bank[readout["array"]], readout["index"], state)
                    assert isinstance(value, str) or np.size(value) == 1
    return states


def state_of(section: dict[str, Any], **tokens: str) -> dict[str, int]:
    """The index of every control's option: of the token where one is given, of its start otherwise."""
    found = {}
    for control in (each for panel in section["panels"] for each in panel["controls"]):
        name = control["name"]
        found[name] = control["tokens"].index(tokens[name]) if name in tokens else control["start"]
    return found


def part(section: dict[str, Any], array: str, bank: str = "", **tokens: str) -> Any:
    """What is shown of an array (of a bank so called): numbers, or a text.

    Of several targets and readouts that draw on it, the first that follows most of the controls given.
    """
    state = state_of(section, **tokens)
    options = {each["name"]: each["tokens"] for panel in section["panels"] for each in panel["controls"]}
    shown = [
        (each["bank"], part)
        for panel in section["panels"]
        for each in panel["targets"] + panel["readouts"]
        for part in each.get("parts", {"": each}).values()
    ]
    found = []
    for template, where in shown:
        name = template.format(**{name: options[name][k] for name, k in state.items()})
        if where["array"] == array and template.startswith(bank) and array in section["banks"].get(name, {}):
            found.append((name, where["index"]))
    if not found:
        raise KeyError(array)
    name, index = max(found, key=lambda each: len(tokens.keys() & set(each[1])))
    whole = section["banks"][name][array]
    return cut(unpack(whole) if isinstance(whole, dict) else whole, index, state)


def shown(record):
    """The arrays by bank, texts too, after a check of every state."""
    check_states(record)
    banks = unpacked(record).items()
    return {name: {key: np.asarray(array) for key, array in bank.items()} for name, bank in banks}
