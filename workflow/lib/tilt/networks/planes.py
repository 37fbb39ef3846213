"""Images as the planes that convolutions take."""

from torch import Tensor, nn

from tilt.errors import InputError

POOLED = 4  # pixels of the shorter side from which an image is still halved


class Planes(nn.Module):
    """Images (n, h, w) or (n, h, w, channels) as planes (n, channels, h, w)."""

    def forward(self, images: Tensor) -> Tensor:
        """The planes."""
        return images[:, None] if images.dim() == 3 else images.permute(0, 3, 1, 2)


class LaidOutPlanes(Planes):
    """The same in PyTorch's usual layout in memory, on which code of others may rely (`view`)."""

    def forward(self, images: Tensor) -> Tensor:
        """The planes."""
        return super().forward(images).contiguous()


def image_planes(model: str, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Height, width and channels of images of a shape (h, w) or (h, w, 3). Raises InputError for others."""
    if len(shape) not in (2, 3) or shape[2:] not in ((), (3,)):
        raise InputError(
            f"{model} takes images of shape (h, w) or (h, w, 3), not {shape}; choose another model, or set "
            "networks: null"
        )
    return shape[0], shape[1], (*shape[2:], 1)[0]
