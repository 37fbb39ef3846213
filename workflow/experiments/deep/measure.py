"""The nearest and a targeted adversarial example of photographs, for a deep network."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from scipy.special import softmax

from experiments.deep.network import SIDE, class_names, network
from tilt.attacks.ascent import targeted_ascent
from tilt.attacks.minimal import minimal_norm
from tilt.errors import InputError
from tilt.io import table_of
from tilt.networks.margin import margin_gradient_norms
from tilt.networks.scores import predict_scores

Pixels = NDArray[np.float32]

PHOTOGRAPHS = ("palace", "daisy")  # of scikit-learn, by what they show
STEP, MOST = 0.05, 400  # longest step of the targeted search, pixels in [0, 1], and how many there are


def tables(*, images: list[str], steps: int, confidence: float) -> dict[str, Any]:
    """The table `found`, a row an image and kind of search, and `pictures` (n, h, w, 3) on the 0-255 scale.

    Columns: image; search, "nearest" or "targeted"; predicted and score, class and probability of the
    photograph; reached and reached_score, those of the example, whose class is the second likeliest of the
    photograph where the search is targeted; norm of the perturbation, image_norm and share, the one over the
    other, L2 with pixels in [0, 1]; local_distance, s / ‖∇s‖ at the photograph.
    """
    model, names = network(), class_names()
    named = photographs(images)
    x = np.stack(list(named.values()))
    scores = predict_scores(model, x)
    order = scores.argsort(axis=1)
    label, target = order[:, -1], order[:, -2]
    logging.info("searching the nearest examples of %d photographs", len(x))
    nearest = minimal_norm(model, x, label, steps=steps).images
    targeted = targeted_ascent(
        model, x, target, 1.0, confidence=confidence, step=255 * STEP, max_steps=MOST
    ).images
    margin = scores[np.arange(len(x)), label] - scores[np.arange(len(x)), target]
    local = margin / margin_gradient_norms(model, torch.as_tensor(x))
    start, rows = softmax(scores, axis=1), []
    for search, ends in (("nearest", nearest), ("targeted", targeted)):
        reached = softmax(predict_scores(model, ends), axis=1)
        for k, name in enumerate(named):
            size, norm = (
                float(np.linalg.norm(part.astype(np.float64)) / 255) for part in (x[k], ends[k] - x[k])
            )
            best = int(reached[k].argmax())
            rows.append(
                {
                    "image": name,
                    "search": search,
                    "predicted": names[label[k]],
                    "score": float(start[k, label[k]]),
                    "reached": names[best],
                    "reached_score": float(reached[k, best]),
                    "norm": norm,
                    "image_norm": size,
                    "share": norm / size,
                    "local_distance": float(local[k]),
                }
            )
    return {"found": table_of(rows), "pictures": {"originals": x, "nearest": nearest, "targeted": targeted}}


def photographs(files: list[str]) -> Mapping[str, Pixels]:
    """The photographs of scikit-learn and of files by name: a central square, resized to 224 x 224."""
    from sklearn.datasets import load_sample_images

    found = {
        name: square(Image.fromarray(image))
        for name, image in zip(PHOTOGRAPHS, load_sample_images().images, strict=True)
    }
    for file in files:
        try:
            with Image.open(file) as image:
                found[Path(file).name] = square(image.convert("RGB"))
        except FileNotFoundError:
            raise InputError(f"deep.images: {file}: no such file; correct its name") from None
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"deep.images: {file}: not a readable picture ({reason}); give another"
            ) from error
    return found


def square(image: Image.Image) -> Pixels:
    """The central square of a photograph as (224, 224, 3) on the 0-255 scale."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    return np.asarray(image.crop(box).resize((SIDE, SIDE), Image.Resampling.BILINEAR), np.float32)
