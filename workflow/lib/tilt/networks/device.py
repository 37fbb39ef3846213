"""The device that networks run on."""

import torch

from tilt.errors import InputError


def choose_device(name: str) -> torch.device:
    """The device called "cpu" or "cuda"; "auto" takes the GPU when there is one.

    A GPU is set to float32 without TensorFloat-32, and to convolutions that give the same in every run.
    Raises InputError for another name, and for "cuda" where no GPU can be used.
    """
    available = torch.cuda.is_available()
    if name == "auto":
        name = "cuda" if available else "cpu"
    if name not in ("cpu", "cuda"):
        raise InputError(f"device {name!r} is unknown; choose auto, cpu or cuda")
    if name == "cuda" and not available:
        raise InputError("device 'cuda' needs a GPU that torch can use and finds none; choose auto or cpu")
    if name == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.deterministic = True
    return torch.device(name)
