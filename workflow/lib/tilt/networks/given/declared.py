"""What is declared of a network that was trained elsewhere; torch is not needed to check it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

LAYOUTS = ("channels_first", "channels_last", "flat")


@dataclass(frozen=True, kw_only=True)
class Given:
    """Where a network comes from, and what its input is.

    `model` is FILE.py:FUNCTION, a function of the shape of an image, the number of classes and the options
    that returns a torch.nn.Module of raw scores, whose `weights` are a file; or FILE.onnx; or FILE.npz, a
    linear model; or FILE.safetensors, a network that `save_network` wrote, which takes images as they are.
    For the others a data set's values go to `value_range`, are resized to `input_size` (height, width) where
    that is given, and become (value - mean) / std, each a number or one for each channel. `layout` is one of
    LAYOUTS, by default what the file says, else channels first. `outputs` are those of the network that
    belong to the classes of the data, in their order; by default it has one for each class, in that order.
    """

    model: str
    weights: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    value_range: Sequence[float] = (0.0, 1.0)
    mean: float | Sequence[float] = 0.0
    std: float | Sequence[float] = 1.0
    input_size: Sequence[int] | None = None
    layout: str | None = None
    outputs: Sequence[int] | None = None

    @property
    def suffix(self) -> str:
        """Of the file that the model is, or ".py" of a function."""
        return Path(self.model.rpartition(":")[0] if ".py:" in self.model else self.model).suffix

    def faults(self) -> Iterator[tuple[str, str]]:
        """The fields that are wrong whatever the files are, each with a sentence."""
        if self.suffix == ".py" and self.weights is None:
            yield "weights", f"{self.model} needs them; name their file"
        if self.suffix != ".py" and self.weights is not None:
            yield "weights", f"{self.model} holds them; leave it out"
        if self.suffix != ".py" and self.options:
            yield "options", f"{self.model} is no function; leave them out"
        if self.suffix == ".safetensors":
            for name in ("value_range", "mean", "std", "input_size", "layout"):
                default = self.__dataclass_fields__[name].default
                if not np.array_equal(_comparable(getattr(self, name)), _comparable(default)):
                    yield name, "a network that was trained here takes images as they are; leave it out"
        low, high = self.value_range
        if not -np.inf < low < high < np.inf:
            yield "value_range", f"{low:g} is not below {high:g}; give black first"
        if not np.isfinite(np.asarray(self.mean, np.float32)).all():
            yield "mean", f"{self.mean} is subtracted; give finite numbers"
        std = np.asarray(self.std, np.float32)
        if not (np.isfinite(std) & (std > np.finfo(np.float32).tiny)).all():
            yield "std", "it divides; give numbers above 0"
        if self.input_size is not None and (len(self.input_size) != 2 or min(self.input_size) < 1):
            yield (
                "input_size",
                f"{list(self.input_size)} is no height and width; give two numbers from 1",
            )
        if self.layout not in (None, *LAYOUTS):
            yield "layout", f"{self.layout!r} is unknown; choose {', '.join(LAYOUTS)}"
        if self.outputs is not None and len(set(self.outputs)) < len(self.outputs):
            yield "outputs", "a number stands twice; give each class an output of its own"


def _comparable(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
