"""The three recipes of the training benchmark do the same work."""

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from experiments.bench.training import DEVIATION, MEAN, training_floor, training_times, usual_dataset
from tilt.errors import InputError


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.arange(200) % 4
    x = rng.uniform(0, 60, (200, 28, 28)) + 150 * (np.arange(28) // 7 == y[:, None])[:, None]
    x = x.astype(np.float32)
    pixels = (torch.from_numpy(x) / 255 - MEAN) / DEVIATION
    return x, y, TensorDataset(pixels[:, None], torch.from_numpy(y))


def test_the_recipes_reach_the_same_loss(data):
    threads = torch.get_num_threads()
    table = training_times(*data, repeats=1, threads=(1, 2), images=150, batch_size=40, learning_rate=0.02)
    assert torch.get_num_threads() == threads
    assert table["recipe"].tolist() == ["usual", "channels_last", "tilt"] * 2
    np.testing.assert_array_equal(table["threads"], [1, 1, 1, 2, 2, 2])
    np.testing.assert_array_equal(table["repetition"], 1)
    np.testing.assert_array_equal(table["images"], 150)
    np.testing.assert_allclose(table["epoch_seconds"], table["seconds"] * 200 / 150)
    assert (table["seconds"] > 0).all()
    np.testing.assert_allclose(table["train_loss"], table["train_loss"][0], rtol=2e-5)
    np.testing.assert_allclose(table["train_error"], table["train_error"][0], atol=1.01 / 150)
    assert 0.5 < table["train_loss"][0] < 1.3  # it has learnt: log 4 = 1.386 at the start


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"images": 201}, "images is 201; give 1 to 200"),
        ({"repeats": 0}, "repeats is 0"),
        ({"threads": [0]}, r"threads is \[0\]"),
    ],
)
def test_impossible_measurements(data, settings, message):
    with pytest.raises(InputError, match=message):
        training_times(*data, **{"repeats": 1} | settings)


def test_data_sets_that_differ(data):
    with pytest.raises(InputError, match="dataset has 200 images, x_train 100"):
        training_times(data[0][:100], data[1][:100], data[2], repeats=1)


def test_usual_dataset(tmp_path):
    with pytest.raises(InputError, match="no MNIST for torchvision") as caught:
        usual_dataset(tmp_path)
    assert "\n" not in str(caught.value)

    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    for part in ("train", "t10k"):
        header = np.array([0x803, 3, 28, 28], ">i4").tobytes()
        (raw / f"{part}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(np.array([0x801, 3], ">i4").tobytes() + b"\7\0\2")
    dataset = usual_dataset(tmp_path)
    assert [label for _, label in dataset] == [7, 0, 2]
    np.testing.assert_allclose(dataset[1][0][0], (images[1] / 255 - MEAN) / DEVIATION, rtol=1e-5, atol=1e-6)


def test_floor():
    floor = training_floor()
    # An image has 288,000, 1,600,000, 400,000 and 5,000 multiplications in the four layers.
    assert floor["flop_per_image"] == 2 * (2 * 288_000 + 3 * (1_600_000 + 400_000 + 5_000))
    assert floor["seconds_per_image"] == floor["flop_per_image"] / floor["sgemm_flop_per_second"]
    assert 1e8 < floor["sgemm_flop_per_second"] < 1e13
