"""An epoch of LeNet by the usual recipe, by a tuned plain loop and by `tilt.networks.training`.

All start from the same weights and see the same images in the same order, so that their errors agree but for
rounding: Normalize's mean and deviation serve as the network's mean image and pixel scale.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from tilt.data.images import Images
from tilt.errors import InputError
from tilt.networks.descent import Rule, descend
from tilt.networks.layers import initialise
from tilt.networks.lenet import SIZE, resize_to_28
from tilt.networks.model import build
from tilt.networks.preprocessing import Preprocessed

MEAN, DEVIATION = 0.1307, 0.3081  # of MNIST's training pixels in [0, 1]

Measured = tuple[float, float, float]  # seconds, error, mean loss


def tables(
    *, data: Images, data_dir: str, images: int, repeats: int, threads: Sequence[int]
) -> dict[str, Any]:
    """Times of an epoch of LeNet by three recipes, and the floor of its arithmetic."""
    times = training_times(
        resize_to_28(data.x_train, data.bounds),
        data.y_train,
        usual_dataset(data_dir),
        repeats=repeats,
        threads=threads,
        images=images,
    )
    floor = training_floor()
    return {
        "times": times,
        "floor": {**floor, "epoch_seconds": floor["seconds_per_image"] * len(data.x_train)},
    }


def training_times(
    x_train: NDArray[np.float32],
    y_train: NDArray[np.int64],
    dataset: Dataset[tuple[Tensor, int]],
    *,
    repeats: int,
    threads: Sequence[int] = (1,),
    images: int | None = None,
    seed: int = 0,
    batch_size: int = 300,
    learning_rate: float = 0.01,
    momentum: float = 0.9,
    weight_decay: float = 1e-4,
) -> dict[str, NDArray[Any]]:
    """Time the first epoch on the CPU by each recipe with each number of threads in turn, `repeats` times.

    Images are (n, 28, 28) float32 on the 0-255 scale, labels (n,); `dataset` gives the same as the usual
    recipe reads them, see `usual_dataset`. With `images` the epoch is made of that many, drawn at random.

    Columns: recipe ("usual": torch.nn modules fed by a DataLoader with two worker processes more;
    "channels_last": the same modules in that memory format, batches taken from the arrays by index; "tilt"),
    threads (of torch, in the process that trains), repetition, images, seconds, epoch_seconds
    (seconds x n / images), train_error and train_loss (over the minibatches, each before its own step).
    Raises InputError when the data sets differ in length or `images`, `repeats` or `threads` cannot be had.
    """
    n = len(x_train)
    if len(dataset) != n:  # type: ignore[arg-type]
        raise InputError(f"dataset has {len(dataset)} images, x_train {n}; give the same ones")  # type: ignore[arg-type]
    images = n if images is None else images
    if not 1 <= images <= n:
        raise InputError(f"images is {images}; give 1 to {n}")
    if repeats < 1:
        raise InputError(f"repeats is {repeats}; give 1 or more")
    if not threads or min(threads) < 1:
        raise InputError(f"threads is {list(threads)}; give one number or more, each 1 or more")
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))[:images]
    x, y = torch.from_numpy(x_train), torch.from_numpy(y_train)
    settings = {"learning_rate": learning_rate, "momentum": momentum, "weight_decay": weight_decay}

    def start() -> Preprocessed:
        shape, classes = (SIZE, SIZE), int(y_train.max()) + 1
        mean = np.full(shape, 255 * MEAN, np.float32)
        network = build("lenet", shape, classes, mean_image=mean, pixel_scale=1 / (255 * DEVIATION))
        initialise(network.model, "pytorch", seed)
        return network

    def usual() -> Measured:
        loader = DataLoader(dataset, batch_size, sampler=order.tolist(), num_workers=2)
        return _plain_epoch(_plain_network(start().model), loader, images, **settings)

    def channels_last() -> Measured:
        network = _plain_network(start().model).to(memory_format=torch.channels_last)

        def batches() -> Iterator[tuple[Tensor, Tensor]]:
            for rows in torch.split(order, batch_size):
                pixels = ((x[rows] / 255 - MEAN) / DEVIATION)[:, None]
                yield pixels.contiguous(memory_format=torch.channels_last), y[rows]

        return _plain_epoch(network, batches(), images, **settings)

    def tilt() -> Measured:
        network = start()
        parameters = list(network.parameters())
        assert network.fast_gradient
        begin = time.perf_counter()
        error, loss = descend(
            network.fast_gradient,
            parameters,
            [torch.zeros_like(parameter) for parameter in parameters],
            *(x, y, Rule(learning_rate, momentum, weight_decay), torch.split(order, batch_size)),
        )
        return time.perf_counter() - begin, error, loss

    rows = []
    for repetition, count, recipe in product(range(1, repeats + 1), threads, (usual, channels_last, tilt)):
        with _threads(count):
            seconds, error, loss = recipe()
        epoch = seconds * n / images
        rows.append((recipe.__name__, count, repetition, images, seconds, epoch, error, loss))
    columns = (
        *("recipe", "threads", "repetition", "images"),
        *("seconds", "epoch_seconds", "train_error", "train_loss"),
    )
    return {name: np.array(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)}


def usual_dataset(root: str | Path) -> Dataset[tuple[Tensor, int]]:
    """MNIST's training part in the folder `root` as most programs read it: torchvision with its transforms.

    Raises InputError when the files are not there.
    """
    from torchvision import datasets, transforms

    steps = [transforms.ToTensor(), transforms.Normalize((MEAN,), (DEVIATION,))]
    try:
        dataset: Dataset[tuple[Tensor, int]] = datasets.MNIST(root, transform=transforms.Compose(steps))
    except RuntimeError as error:
        raise InputError(f"{root}: no MNIST for torchvision ({error}); fetch the data first") from error
    return dataset


def training_floor(n_classes: int = 10) -> dict[str, float]:
    """What the layers' arithmetic alone costs on one thread: direct sums at the speed of a large product.

    Keys: flop_per_image, forward and backward, without the gradient with respect to the image;
    sgemm_flop_per_second, the best of several products of 1024 x 1024 matrices in float32; and
    seconds_per_image. Fewer operations than direct sums take, as `tilt.networks.lenet_gradient` has, goes
    below.
    """
    multiplications = {"conv1": 24**2 * 25 * 20, "conv2": 8**2 * 500 * 50, "fc1": 800 * 500}
    multiplications["fc2"] = 500 * n_classes
    flop = 2.0 * (3 * sum(multiplications.values()) - multiplications["conv1"])
    matrix, product = torch.ones(1024, 1024), torch.empty(1024, 1024)
    times = []
    with _threads(1):
        for _ in range(10):
            begin = time.perf_counter()
            torch.mm(matrix, matrix, out=product)
            times.append(time.perf_counter() - begin)
    rate = 2 * 1024**3 / min(times)
    return {"flop_per_image": flop, "sgemm_flop_per_second": rate, "seconds_per_image": flop / rate}


def _plain_network(model: nn.Module) -> nn.Module:
    """The layers of `model` as they are usually written, its preprocessing left to the data."""
    layers = {
        "conv1": nn.Conv2d(1, 20, 5),
        "conv2": nn.Conv2d(20, 50, 5),
        "fc1": nn.Linear(800, 500),
        "fc2": nn.Linear(500, len(model.get_parameter("fc2.bias"))),
    }
    state = model.state_dict()
    # Rows of fc1 run over height, width, channel; here over channel, height, width.
    state["fc1.weight"] = state["fc1.weight"].view(500, 4, 4, 50).permute(0, 3, 1, 2).flatten(1)
    for name, layer in layers.items():
        layer.load_state_dict({part: state[f"{name}.{part}"] for part in ("weight", "bias")})
    convolutions = (layers["conv1"], nn.MaxPool2d(2), layers["conv2"], nn.MaxPool2d(2))
    return nn.Sequential(*convolutions, nn.Flatten(), layers["fc1"], nn.ReLU(), layers["fc2"])


def _plain_epoch(
    network: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    images: int,
    *,
    learning_rate: float,
    momentum: float,
    weight_decay: float,
) -> Measured:
    optimiser = torch.optim.SGD(
        network.parameters(), lr=learning_rate, momentum=momentum, weight_decay=weight_decay
    )
    wrong = total = torch.zeros(())
    begin = time.perf_counter()
    for pixels, labels in batches:
        scores = network(pixels)
        loss = F.cross_entropy(scores, labels)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        wrong = wrong + (scores.detach().argmax(1) != labels).sum()
        total = total + loss.detach() * len(labels)
    return time.perf_counter() - begin, wrong.item() / images, total.item() / images


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
