"""Neural networks: LeNet and its training."""

import torch

from tilt.errors import InputError


def choose_device(name: str) -> torch.device:
    """The device called "cpu" or "cuda"; "auto" takes the GPU when there is one.

    Raises InputError for another name, and for "cuda" where no GPU can be used.
    """
    available = torch.cuda.is_available()
    if name == "auto":
        return torch.device("cuda" if available else "cpu")
    if name not in ("cpu", "cuda"):
        raise InputError(f"device {name!r} is unknown; choose auto, cpu or cuda")
    if name == "cuda" and not available:
        raise InputError("device 'cuda' needs a GPU that torch can use and finds none; choose auto or cpu")
    return torch.device(name)
