"""The real MNIST, where it is there."""

from pathlib import Path

import numpy as np
import pytest
from torchvision import datasets

from tilt.data.images import binary_pair, check_images
from tilt.data.sources import torchvision_images


def fetch(folder: Path, *mirrors: str, name: str = "mnist", retries: int = 1, timeout_s: float = 20):
    return torchvision_images(name, folder, mirrors, retries, timeout_s)


@pytest.fixture(scope="module")
def real(reference, tmp_path_factory):
    """The folder and the images of the real MNIST."""
    folder = tmp_path_factory.mktemp("real")
    return folder, fetch(folder, (reference / "mnist").as_uri())


def test_the_real_mnist_is_read_as_torchvision_reads_it(real):
    folder, images = real
    check_images(images, "mnist")
    assert images.x_train.shape == (60000, 28, 28)
    assert images.x_test.shape == (10000, 28, 28)
    assert (images.y_train[0], images.y_test[0]) == (5, 7)
    assert np.bincount(images.y_train).min() == 5421
    for train, x, y in ((True, images.x_train, images.y_train), (False, images.x_test, images.y_test)):
        accepted = datasets.MNIST(folder, train=train, download=False)
        np.testing.assert_array_equal(accepted.data, x)
        np.testing.assert_array_equal(accepted.targets, y)


@pytest.mark.parametrize(("i", "j"), [(7, 9), (0, 1)])
def test_a_real_pair_has_the_published_distance_of_centroids(real, reference, i, j):
    """At the largest λ the published d_adv, printed to 3 decimals, is half of that distance."""
    table = reference / "published" / f"extras_{i}{j}.csv"
    if not table.exists():
        pytest.skip(f"TILT_REFERENCE has no published/{table.name}")
    pair = binary_pair(real[1], i, j, train_per_class=3000)
    difference = pair.x_train[pair.y_train > 0].mean(axis=0) - pair.x_train[pair.y_train < 0].mean(axis=0)
    published = np.loadtxt(table, delimiter=",")[3, 0]
    assert np.linalg.norm(difference) / 2 == pytest.approx(published, abs=6e-4)
