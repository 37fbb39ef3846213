"""The job of a pair names data set and key in its errors."""

import numpy as np
import pytest

from experiments.svm import tables as svm
from tilt.data.images import Images
from tilt.errors import InputError

GRID_OF_ONE = {"first_exponent": 0, "last_exponent": 1, "step": 1, "scale": 1}


@pytest.mark.parametrize(
    ("coinciding", "changed", "message"),
    [
        (True, {}, r"datasets\.mine\.svm\.pairs: 0v1: the centroids .* coincide .*; leave the pair out"),
        (
            False,
            {"validation_per_class": 9},
            r"datasets\.mine\.svm\.validation_per_class: class 0 has 8 .* 1 to 8",
        ),
        (False, {"train_per_class": 11}, r"datasets\.mine\.svm: class 0 has 10 training images and 11 were"),
        (
            False,
            {"grid": GRID_OF_ONE | {"scale": 1e-30}},
            r"datasets\.mine\.svm\.lambda_article: lambdas from 1e-30",
        ),
    ],
)
def test_the_job_of_a_pair_names_data_set_and_key(coinciding, changed, message):
    x = np.random.default_rng(0).random((20, 4))
    y = np.repeat([0, 1], 10)
    if coinciding:
        x[10:] = x[:10]
    per_class = 10 if coinciding else 2
    settings = {"dataset": "mine", "pair": "0v1", "train_per_class": per_class, "loss": "hinge",
                "validation_per_class": None, "tolerance": 1e-6, "grid": GRID_OF_ONE}  # fmt: skip
    with pytest.raises(InputError, match=message) as caught:
        svm.path(data=Images(x, y, x, y, (0, 1)), **settings | changed)
    assert "\n" not in str(caught.value)
