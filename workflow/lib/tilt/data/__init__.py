"""Data sets: verified arrays of images, pairs of classes, and where they come from."""

from tilt.data.images import (
    BinaryPair,
    Images,
    binary_pair,
    check_images,
    describe,
    first_per_class,
    load_images,
    save_images,
)
from tilt.data.sources import embedded_digits, torchvision_images

__all__ = [
    "BinaryPair",
    "Images",
    "binary_pair",
    "check_images",
    "describe",
    "embedded_digits",
    "first_per_class",
    "load_images",
    "save_images",
    "torchvision_images",
]
