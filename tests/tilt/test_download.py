"""Downloads of torchvision's data sets, from servers on the loopback interface and from folders."""

import gzip
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from torchvision import datasets

from tilt.data import transfer
from tilt.data.images import check_images
from tilt.data.sources import torchvision_images
from tilt.errors import InputError

TRAIN_LABELS = [5, 0, 4, 0, 5]
TEST_LABELS = [4, 0, 5]


def idx(array: np.ndarray) -> bytes:
    """An IDX file of unsigned bytes: magic number, big-endian dimensions, values."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def pixels(n: int) -> np.ndarray:
    return np.arange(n * 4 * 3, dtype=np.uint8).reshape(n, 4, 3)


ARCHIVES = {
    f"{name}-ubyte.gz": gzip.compress(idx(array), mtime=0)
    for name, array in {
        "train-images-idx3": pixels(5),
        "train-labels-idx1": np.array(TRAIN_LABELS, np.uint8),
        "t10k-images-idx3": pixels(3)[::-1],
        "t10k-labels-idx1": np.array(TEST_LABELS, np.uint8),
    }.items()
}
FIRST = "train-images-idx3-ubyte.gz"
EXTRACTED = {name.removesuffix(".gz"): gzip.decompress(content) for name, content in ARCHIVES.items()}


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


class Mirror(ThreadingHTTPServer):
    """A mirror that sends `sent(name, content)`, or a status code where that gives one."""

    daemon_threads = True

    def __init__(self, sent) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.sent = sent
        self.requests: list[str] = []
        self.released = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/some/folder/"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        folder, _, name = self.path.rpartition("/")
        assert folder == "/some/folder"
        self.server.requests.append(name)
        sent = self.server.sent(name, ARCHIVES[name])
        if sent is None:
            self.server.released.wait(10)
        elif isinstance(sent, int):
            self.send_error(sent)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(ARCHIVES[name])))
            self.end_headers()
            self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        pass


def good(_: str, content: bytes) -> bytes:
    return content


def missing(_: str, content: bytes) -> int:
    return 404


def truncated(_: str, content: bytes) -> bytes:
    return content[: len(content) // 2]


def corrupted(_: str, content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def silent(_: str, content: bytes) -> None:
    return None


@pytest.fixture
def mirror():
    """Starts mirrors; they are stopped after the test."""
    started = []

    def start(sent) -> Mirror:
        server = Mirror(sent)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        started.append((server, thread))
        return server

    yield start
    for server, thread in started:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def pauses(monkeypatch) -> list[float]:
    """torchvision's classes with the small files above, no proxy, and pauses recorded instead of slept."""
    resources = [(name, md5(content)) for name, content in ARCHIVES.items()]
    for name in ("MNIST", "FashionMNIST", "KMNIST"):
        monkeypatch.setattr(getattr(datasets, name), "resources", resources)
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(variable, "*")
    slept: list[float] = []
    monkeypatch.setattr(transfer.time, "sleep", slept.append)
    return slept


def fetch(folder: Path, *mirrors: str, name: str = "mnist", retries: int = 1, timeout_s: float = 20):
    return torchvision_images(name, folder, mirrors, retries, timeout_s)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fill(folder: Path, archives: dict[str, bytes]) -> Path:
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in archives.items():
        (raw / name).write_bytes(content)
    return raw


def assert_as_made(images) -> None:
    check_images(images, "made")
    np.testing.assert_array_equal(images.x_train, pixels(5))
    np.testing.assert_array_equal(images.x_test, pixels(3)[::-1])
    np.testing.assert_array_equal(images.y_train, TRAIN_LABELS)
    np.testing.assert_array_equal(images.y_test, TEST_LABELS)
    assert images.x_train.dtype == np.uint8
    assert images.y_train.dtype == np.int64
    assert images.bounds == (0, 255)


@pytest.mark.parametrize("part", ["data", "data/MNIST", "data/MNIST/raw"])
def test_a_file_where_the_folder_should_be_is_named(tmp_path, mirror, part):
    (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / part).touch()
    with pytest.raises(InputError, match=rf"/{part}: a file where a folder should be; move it away"):
        fetch(tmp_path / "data", mirror(good).address)


@pytest.mark.parametrize("name", [FIRST, FIRST.removesuffix(".gz")])
def test_a_folder_where_a_file_should_be_is_named(tmp_path, mirror, name):
    (tmp_path / "MNIST" / "raw" / name).mkdir(parents=True)
    with pytest.raises(InputError, match=rf"/{name}: cannot be written .*; move away the folder"):
        fetch(tmp_path, mirror(good).address)


@pytest.mark.parametrize(
    ("name", "class_name"), [("mnist", "MNIST"), ("fashion_mnist", "FashionMNIST"), ("kmnist", "KMNIST")]
)
def test_each_file_is_fetched_once_into_torchvisions_folder(tmp_path, mirror, pauses, name, class_name):
    server = mirror(good)
    assert_as_made(fetch(tmp_path, server.address, name=name))
    assert server.requests == list(ARCHIVES)
    assert pauses == []
    assert contents(tmp_path / class_name / "raw") == ARCHIVES | EXTRACTED
    np.testing.assert_array_equal(getattr(datasets, class_name)(tmp_path, train=False).targets, TEST_LABELS)


def test_slash_at_the_end_of_a_mirror_is_optional(tmp_path, mirror):
    assert_as_made(fetch(tmp_path, mirror(good).address.rstrip("/")))


@pytest.mark.parametrize("none_given", [None, []])
def test_torchvisions_own_mirrors_are_the_default(tmp_path, mirror, monkeypatch, none_given):
    server = mirror(good)
    monkeypatch.setattr(datasets.MNIST, "mirrors", [server.address])
    assert_as_made(torchvision_images("mnist", tmp_path, none_given, 1, 20))
    assert len(server.requests) == 4


@pytest.mark.parametrize("end", ["", "/"])
def test_a_folder_can_be_a_mirror(tmp_path, end):
    raw = fill(tmp_path / "a copy", ARCHIVES)
    assert_as_made(fetch(tmp_path / "new", raw.as_uri() + end))
    assert contents(raw) == ARCHIVES


def test_nothing_is_fetched_when_the_verified_files_are_there(tmp_path, mirror, caplog):
    raw = fill(tmp_path, ARCHIVES)
    server = mirror(good)
    with caplog.at_level("INFO", logger="tilt"):
        assert_as_made(fetch(tmp_path, server.address))
    assert server.requests == []
    assert caplog.text.count("already there, verified") == 4
    written = {path: path.stat().st_mtime_ns for path in raw.iterdir()}
    assert_as_made(fetch(tmp_path, server.address))
    assert {path: path.stat().st_mtime_ns for path in raw.iterdir()} == written


def test_only_the_missing_file_is_fetched(tmp_path, mirror):
    fill(tmp_path, {name: content for name, content in ARCHIVES.items() if name != FIRST})
    server = mirror(good)
    assert_as_made(fetch(tmp_path, server.address))
    assert server.requests == [FIRST]


def test_extracted_files_are_not_trusted(tmp_path, mirror):
    raw = fill(tmp_path, ARCHIVES | {name: content[:-1] + b"\0" for name, content in EXTRACTED.items()})
    assert_as_made(fetch(tmp_path, mirror(missing).address))
    assert contents(raw) == ARCHIVES | EXTRACTED


def test_extracted_files_without_their_archive_are_not_trusted(tmp_path, mirror):
    fill(tmp_path, EXTRACTED)
    with pytest.raises(InputError, match="could not be downloaded"):
        fetch(tmp_path, mirror(missing).address)


def test_an_existing_file_with_the_wrong_checksum_is_refused_and_kept(tmp_path, mirror):
    wrong = ARCHIVES | {FIRST: b"mine"}
    raw = fill(tmp_path, wrong)
    server = mirror(good)
    with pytest.raises(InputError, match=f"{FIRST}: its MD5 is {md5(b'mine')}, not .*; delete the file"):
        fetch(tmp_path, server.address)
    assert server.requests == []
    assert contents(raw) == wrong


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (missing, "HTTP Error 404: Not Found"),
        (truncated, f"wrong checksum, {len(ARCHIVES[FIRST]) // 2} bytes of MD5"),
        (corrupted, f"wrong checksum, {len(ARCHIVES[FIRST])} bytes of MD5"),
    ],
)
def test_a_failed_download_is_one_line_and_leaves_no_file(tmp_path, mirror, sent, says):
    server = mirror(sent)
    with pytest.raises(InputError) as caught:
        fetch(tmp_path, server.address)
    message = str(caught.value)
    for part in (
        FIRST,
        f"{server.address}: ",
        says,
        "network",
        "mirrors",
        md5(ARCHIVES[FIRST]),
        str(tmp_path),
    ):
        assert part in message
    assert "\n" not in message
    assert contents(tmp_path) == {}


def test_a_silent_mirror_is_given_up(tmp_path, mirror):
    with pytest.raises(InputError, match="timed out"):
        fetch(tmp_path, mirror(silent).address, timeout_s=0.1)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("bad", [missing, truncated, corrupted])
def test_the_next_mirror_helps(tmp_path, mirror, caplog, bad):
    first, second = mirror(bad), mirror(good)
    with caplog.at_level("INFO", logger="tilt"):
        assert_as_made(fetch(tmp_path, first.address, second.address))
    assert first.requests == second.requests == list(ARCHIVES)
    assert contents(tmp_path) == ARCHIVES | EXTRACTED
    assert f"{second.address}{FIRST}: attempt 1 of 1" in caplog.text
    assert caplog.text.count("downloaded, verified") == 4


def test_an_unreachable_mirror_and_an_absent_folder_are_both_reported(tmp_path, mirror):
    unreachable = mirror(good)
    unreachable.shutdown()
    unreachable.server_close()
    absent = (tmp_path / "absent").as_uri()
    with pytest.raises(InputError) as caught:
        fetch(tmp_path, unreachable.address, absent)
    assert f"{unreachable.address}: <urlopen error" in str(caught.value)
    assert f"; {absent}: <urlopen error" in str(caught.value)


def test_attempts_are_counted_and_pauses_grow(tmp_path, mirror, pauses):
    first, second = mirror(missing), mirror(corrupted)
    with pytest.raises(
        InputError, match=f"{first.address}: HTTP Error 404.*; {second.address}: wrong checksum"
    ):
        fetch(tmp_path, first.address, second.address, retries=3)
    assert first.requests == second.requests == [FIRST] * 3
    assert pauses == [1, 2, 1, 2]


def test_a_mirror_that_recovers_is_enough(tmp_path, mirror, pauses):
    seen = []

    def recovering(name: str, content: bytes) -> bytes | int:
        seen.append(name)
        return content if seen.count(name) > 1 else 503

    assert_as_made(fetch(tmp_path, mirror(recovering).address, retries=2))
    assert len(seen) == 8
    assert pauses == [1] * 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("cifar", None, 1, 1), "'cifar'; choose among mnist, fashion_mnist, kmnist, cifar10"),
        (
            ("mnist", ["/my/folder"], 1, 1),
            "mirrors: '/my/folder' does not start with http://, https://, file://",
        ),
        (("mnist", None, 0, 1), "retries is 0"),
        (("mnist", None, 1, 0), "timeout_s 0"),
    ],
)
def test_arguments_out_of_range_are_refused(tmp_path, arguments, says):
    name, mirrors, retries, timeout_s = arguments
    with pytest.raises(InputError, match=says):
        torchvision_images(name, tmp_path, mirrors, retries, timeout_s)
