"""Where images come from: scikit-learn's embedded digits, and data sets of torchvision's by download."""

import gzip
import logging
import tarfile
from collections.abc import Callable, Sequence
from functools import partial
from http.client import HTTPException
from pathlib import Path
from shutil import copyfileobj
from typing import Any
from urllib.request import Request, urlopen

import numpy as np

from tilt.data.images import Images, first_rows
from tilt.data.transfer import SCHEMES, pause
from tilt.errors import InputError
from tilt.io import replacing

logger = logging.getLogger(__name__)

TORCHVISION_CLASSES = {
    "mnist": "MNIST",
    "fashion_mnist": "FashionMNIST",
    "kmnist": "KMNIST",
    "cifar10": "CIFAR10",
}

TwoParts = tuple[tuple[int, ...], tuple[int, ...]]

# Images of each class: of the digits all, of the others the training and the test part.
DIGITS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
DOWNLOADS: dict[str, TwoParts] = {
    "mnist": (
        (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
        (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
    ),
    "fashion_mnist": ((6000,) * 10, (1000,) * 10),
    "kmnist": ((6000,) * 10, (1000,) * 10),
    "cifar10": ((5000,) * 10, (1000,) * 10),
}


def standard_counts(source: str, train_per_class: int | None) -> tuple[dict[str, int], dict[str, int]]:
    """Training and test images of each class by its number, of digits or of a data set of torchvision's.

    Raises InputError when a digit would be left without a training or a test image.
    """
    if source == "digits":
        each, most = train_per_class or 0, min(DIGITS) - 1
        if not 1 <= each <= most:
            raise InputError(f"digits: train_per_class is {each}; ask for 1 to {most}")
        parts: TwoParts = (each,) * 10, tuple(count - each for count in DIGITS)
    else:
        parts = DOWNLOADS[source]
    return _by_number(parts[0]), _by_number(parts[1])


def _by_number(counts: Sequence[int]) -> dict[str, int]:
    return {str(number): count for number, count in enumerate(counts)}


def embedded_digits(train_per_class: int = 100) -> Images:
    """scikit-learn's 1,797 handwritten digits of 8x8 pixels from 0 to 16; needs no network.

    The first `train_per_class` images of each digit in file order are the training part, the others
    the test part. Raises InputError when a digit would be left without a training or a test image.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    x, y = digits.images.astype(np.uint8), digits.target.astype(np.int64)
    standard_counts("digits", train_per_class)  # raises
    train = np.zeros(len(y), dtype=bool)
    for digit in range(10):
        train[first_rows(y, digit, train_per_class)] = True
    return Images(x[train], y[train], x[~train], y[~train], bounds=(0, 16))


def torchvision_images(
    name: str, data_dir: str | Path, mirrors: Sequence[str] | None, retries: int, timeout_s: float
) -> Images:
    """A data set of torchvision's MNIST family, or CIFAR-10, kept in torchvision's folders under `data_dir`.

    MNIST's images are grey, (n, 28, 28), CIFAR-10's (n, 32, 32, 3); both are integers from 0 to 255. Files
    that are there are verified by torchvision's MD5 and used. A missing one is fetched from the mirrors in
    turn (none given: torchvision's own), `retries` attempts each, giving up when a connection is silent for
    `timeout_s` seconds. A mirror is an http://, https:// or file:// address.

    Raises InputError when a file that is there has the wrong checksum, when no mirror delivers a file
    that holds it, or when an argument is out of its range.
    """
    if name not in TORCHVISION_CLASSES:
        raise InputError(f"no data set is named {name!r}; choose among {', '.join(TORCHVISION_CLASSES)}")
    if retries < 1 or timeout_s <= 0:
        raise InputError(f"retries is {retries} and timeout_s {timeout_s}; give at least 1 and more than 0")
    for mirror in mirrors or ():
        if not mirror.startswith(SCHEMES):
            raise InputError(f"mirrors: {mirror!r} does not start with {', '.join(SCHEMES)}; correct it")

    from torchvision import datasets

    source = getattr(datasets, TORCHVISION_CLASSES[name])
    fetch = partial(_fetch, mirrors=mirrors, retries=retries, timeout_s=timeout_s)
    return (_cifar if name == "cifar10" else _mnist)(source, Path(data_dir), fetch)


def _mnist(source: Any, data_dir: Path, fetch: Callable[[Path, str, Sequence[str]], None]) -> Images:
    from torchvision.datasets.mnist import read_image_file, read_label_file

    folder = data_dir / source.__name__ / "raw"
    for filename, md5 in source.resources:
        archive = folder / filename
        fetch(archive, md5, source.mirrors)
        _write(archive.with_suffix(""), gzip.decompress(archive.read_bytes()))
    return Images(
        x_train=read_image_file(folder / "train-images-idx3-ubyte").numpy(),
        y_train=read_label_file(folder / "train-labels-idx1-ubyte").numpy(),
        x_test=read_image_file(folder / "t10k-images-idx3-ubyte").numpy(),
        y_test=read_label_file(folder / "t10k-labels-idx1-ubyte").numpy(),
        bounds=(0, 255),
    )


def _cifar(source: Any, data_dir: Path, fetch: Callable[[Path, str, Sequence[str]], None]) -> Images:
    """By torchvision's reader, which unpickles, once the archive is verified."""
    archive = data_dir / source.filename
    fetch(archive, source.tgz_md5, [source.url.rpartition("/")[0]])
    with tarfile.open(archive) as archived:
        for filename, _ in (*source.train_list, *source.test_list, (source.meta["filename"], None)):
            member = f"{source.base_folder}/{filename}"
            content = archived.extractfile(member)
            assert content
            _write(data_dir / member, content.read())
    train, test = (source(data_dir, train=part) for part in (True, False))
    y_train, y_test = (np.asarray(part.targets, np.int64) for part in (train, test))
    return Images(train.data, y_train, test.data, y_test, bounds=(0, 255))


def _fetch(
    archive: Path,
    md5: str,
    usual: Sequence[str],
    *,
    mirrors: Sequence[str] | None,
    retries: int,
    timeout_s: float,
) -> None:
    """Have the archive there and verified, from the mirrors, or the usual ones where none is given."""
    if archive.is_file():
        _verify(archive, md5)
    else:
        _download(archive, md5, mirrors or usual, retries, timeout_s)


def _verify(archive: Path, md5: str) -> None:
    from torchvision.datasets.utils import calculate_md5

    found = calculate_md5(archive)
    if found != md5:
        raise InputError(
            f"{archive}: its MD5 is {found}, not {md5}; delete the file to have it fetched again"
        )
    logger.info("%s: already there, verified", archive)


def _download(archive: Path, md5: str, mirrors: Sequence[str], retries: int, timeout_s: float) -> None:
    """Fetch by urllib: torchvision's download has no timeout and cannot read file:// addresses."""
    from torchvision.datasets.utils import USER_AGENT, calculate_md5

    failures = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{archive.name}"
        for attempt in range(1, retries + 1):
            logger.info("%s: attempt %d of %d", url, attempt, retries)
            try:
                request = Request(url, headers={"User-Agent": USER_AGENT})
                with replacing(archive) as temporary:
                    with urlopen(request, timeout=timeout_s) as response, temporary.open("wb") as file:
                        copyfileobj(response, file)
                    found = calculate_md5(temporary)
                    if found != md5:
                        raise ValueError(f"wrong checksum, {temporary.stat().st_size} bytes of MD5 {found}")
            except InputError:
                raise  # the disk, not the mirror
            except (OSError, HTTPException, ValueError) as error:
                failure = str(error) or type(error).__name__
                logger.warning("%s: %s", url, failure)
            else:
                logger.info("%s: downloaded, verified", archive)
                return
            if attempt < retries:
                pause(attempt)
        failures.append(f"{mirror}: {failure}")
    raise InputError(
        f"{archive.name} could not be downloaded ({'; '.join(failures)}): check the network, set mirrors, "
        f"or put the file with MD5 {md5} in {archive.parent} yourself"
    )


def _write(target: Path, content: bytes) -> None:
    """Make a file hold what the verified archive does; write only on difference."""
    if not target.is_file() or target.read_bytes() != content:
        with replacing(target) as temporary:
            temporary.write_bytes(content)
