"""What makes the numbers of a network doubtful, looked for before they are believed."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn

from tilt.networks.scores import predict_scores

Labels = NDArray[np.int64]

LITTLE = 0.1  # share of the range of values below which images are hardly seen
SHIFTED = 0.6  # times the error that another order of the classes leaves at most, where it is at fault
WRONG = 0.2  # error below which nobody looks for another order of the classes
ROUNDING = 1e-4  # relative, of scores that two passes give


def doubts(
    model: nn.Module,
    images: Tensor,
    labels: Labels,
    scores: NDArray[np.float32],
    gradient_norms: NDArray[np.float64],
    *,
    stated_error: float | None = None,
) -> Iterator[str]:
    """A sentence for each doubt about a network's numbers: what is odd, and what to do.

    `images` (n, ...) lie on the 0-255 scale, `scores` (n, classes) are the network's of them, and
    `gradient_norms` are ‖∇s‖ at some. `stated_error` is the share of misclassified test images that the user
    knows of.
    """
    error = float(np.mean(scores.argmax(axis=1) != labels))
    if not np.isfinite(scores).all():
        yield "some scores are not finite; look for a division or a logarithm of zero in the network"
        return
    deviation = np.sqrt(max(error * (1 - error), 1 / len(labels)) / len(labels))
    if stated_error is not None and abs(error - stated_error) > 3 * deviation:
        yield (
            f"the test error is {100 * error:.2f} %, and {100 * stated_error:.2f} % was stated; check "
            "value_range, mean, std, layout and the order of the classes"
        )
    if (scores >= 0).all() and (scores <= 1).all():
        yield (
            "the scores lie in [0, 1], as probabilities do: their gradients vanish where the network is "
            "sure; return what goes into the softmax"
        )
    if error > WRONG and (order := reordered_error(scores.argmax(axis=1), labels)) < SHIFTED * error:
        yield (
            f"{100 * error:.1f} % are misclassified, and {100 * order:.1f} % if the classes had another "
            "order; give the network's classes the order of the data's labels"
        )
    low, high = float(images.min()), float(images.max())
    if high - low < 255 * LITTLE:
        yield (
            f"the images' values fill {100 * (high - low) / 255:.2g} % of their range; set value_min and "
            "value_max to those of black and white"
        )
    again = predict_scores(model, images[:50])
    if not np.allclose(again, scores[:50], rtol=ROUNDING, atol=ROUNDING * float(np.abs(scores).max())):
        yield (
            "two passes over the same images give different scores; leave out what is drawn anew in "
            "evaluation mode, such as dropout by its function"
        )
    if any(module.training for module in model.modules()):
        yield "a part of the network is in training mode; leave that to model.eval()"
    if not np.isfinite(gradient_norms).all():
        yield "some gradients are not finite; look for a root or a norm of zero in the network"
    elif (gradient_norms == 0).any():
        share = float((gradient_norms == 0).mean())
        yield (
            f"at {100 * share:.0f} % of the images the gradient is zero, so that no attack by gradients "
            "finds anything there; look for rounding, clipping or saturated units"
        )


def reordered_error(predicted: Labels, labels: Labels) -> float:
    """The least error (a share) that any renaming of the predicted classes leaves."""
    classes = int(max(predicted.max(), labels.max())) + 1
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (predicted, labels), 1)
    return 1 - float(counts[linear_sum_assignment(counts, maximize=True)].sum()) / len(labels)
