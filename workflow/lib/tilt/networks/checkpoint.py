"""Checkpoints of a training: its tensors, the settings that they belong to, and its history so far."""

import hashlib
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from tilt.io import replacing

log = logging.getLogger(__name__)

Row = dict[str, Any]


def save_checkpoint(
    path: str | Path, state: dict[str, Tensor], settings: dict[str, Any], rows: list[Row]
) -> None:
    """Write the tensors `state` as safetensors, with settings and the history's rows in the header."""
    tensors = {name: tensor.contiguous() for name, tensor in state.items()}
    with replacing(path) as temporary:
        metadata = {"settings": json.dumps(settings), "history": json.dumps(rows)}
        temporary.write_bytes(save(tensors, metadata))


def resume(path: str | Path, state: dict[str, Tensor], settings: dict[str, Any], epochs: int) -> list[Row]:
    """Fill `state` from the checkpoint and return its history; an unusable checkpoint leaves both empty."""
    if not Path(path).exists():
        return []
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            other = json.loads(metadata["settings"])
            rows: list[Row] = json.loads(metadata["history"])
            tensors = {name: file.get_tensor(name) for name in state}
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        log.warning("%s is not a readable checkpoint (%s): training starts afresh", path, error)
        return []
    changed = [name for name in settings if other.get(name) != settings[name]]
    if changed:
        log.warning("%s was made with another %s: training starts afresh", path, ", ".join(changed))
        return []
    if len(rows) > epochs:
        log.warning("%s holds %d epochs, more than %d: training starts afresh", path, len(rows), epochs)
        return []
    for name, tensor in state.items():
        tensor.copy_(tensors[name])
    log.info("%s: training continues after epoch %d", path, len(rows))
    return rows


def digest(arrays: Iterable[NDArray[Any]]) -> str:
    """SHA-256 of the arrays' bytes."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
