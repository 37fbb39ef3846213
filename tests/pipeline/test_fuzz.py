"""Whatever a user's file holds, it is read or refused in one line: nothing else is raised, nothing runs."""

import copy
import io
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from conftest import ROOT
from experiments.published.tables import read_table as read_published
from pipeline.config import resolve
from pipeline.networks import families
from pipeline.schema import schema as whole_schema
from tilt.data.images import Images, load_images, save_images
from tilt.data.own import own_images
from tilt.errors import InputError
from tilt.io import read_arrays, read_json, read_table, write_json, write_table

CONFIG = resolve(yaml.safe_load((ROOT / "config.yaml").read_text()))
for alias in ("fashion_mnist", "kmnist"):  # of mnist
    del CONFIG["datasets"][alias]

fuzzed = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True, scope="module")
def schema_read_once():
    """Reading the schema takes ten times as long as all else that `resolve` does."""
    schema = whole_schema()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.config.yaml.safe_load", lambda _: schema)
        yield


def refused_in_one_line(read: Any, *names: str) -> bool:
    """Whether `read()` refuses its input, in one line that names it; anything but InputError is passed on."""
    try:
        read()
    except InputError as error:
        message = str(error)
        assert "\n" not in message
        assert all(name in message for name in names), message
        return True
    return False


# The configuration


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every key and list item."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, part in items for found in ((*path, key), *places(part, (*path, key)))]


PLACES = places(CONFIG)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 0.5, 1, 2, 10**6, 10**400, 1e-300, 1e300, float("inf"), float("nan")]),
    st.sampled_from(["", "all", "7v9", "9v7", "x", "mnist", "a\nb", "ü", "1e-3", "0" * 300]),
    st.sampled_from([[], {}, [None], [0], [1, 1], [[]], ["7v9"], {"x": 1}, {1: 2}, {"": None}]),
)


def node(config: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        config = config[key]
    return config


@pytest.mark.parametrize("mutation", ["replaced", "missing", "extra"])
def test_every_key_of_the_configuration(mutation, inputs_tried):
    refused = 0

    @settings(fuzzed, max_examples=200)
    @given(st.sampled_from(PLACES), ODD, st.sampled_from(["no_such_key", "seed", 7, None, ""]))
    def run(path, value, name):
        nonlocal refused
        config = copy.deepcopy(CONFIG)
        parent = node(config, path[:-1])
        if mutation == "replaced":
            parent[path[-1]] = value
        elif mutation == "missing":
            del parent[path[-1]]
        elif isinstance(parent, dict):
            parent[name] = value
        else:
            parent.append(value)

        def read():
            for dataset, of in resolve(config)["datasets"].items():
                families(dataset, of)

        refused += refused_in_one_line(read, "configuration: ")
        inputs_tried(f"configuration, {mutation}")

    run()
    assert refused


def test_anything_in_place_of_the_configuration(inputs_tried):
    anything = st.recursive(
        ODD, lambda part: st.lists(part) | st.dictionaries(st.sampled_from(["datasets", "main", "x"]), part)
    )

    @settings(fuzzed, max_examples=100)
    @given(anything)
    def run(config):
        assert refused_in_one_line(lambda: resolve(config), "configuration: ")
        inputs_tried("configuration, anything")

    run()


# Files


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """The content cut short, with bytes flipped, overwritten or inserted."""
    at = st.integers(0, len(content) - 1)
    cut = at.map(lambda k: content[:k])
    flipped = st.lists(st.tuples(at, st.integers(0, 7)), min_size=1, max_size=8).map(
        lambda flips: bytes(flip(content, flips))
    )
    inserted = st.tuples(at, st.binary(min_size=1, max_size=40)).map(
        lambda change: content[: change[0]] + change[1] + content[change[0] :]
    )
    overwritten = st.tuples(at, st.binary(min_size=1, max_size=40)).map(
        lambda change: content[: change[0]] + change[1] + content[change[0] + len(change[1]) :]
    )
    return st.one_of(cut, flipped, inserted, overwritten, st.binary(max_size=200))


def flip(content: bytes, flips: list[tuple[int, int]]) -> bytearray:
    changed = bytearray(content)
    for position, bit in flips:
        changed[position] ^= 1 << bit
    return changed


def images() -> Images:
    rng = np.random.default_rng(0)
    return Images(
        rng.integers(0, 255, (6, 3, 3), np.uint8),
        np.array([0, 1, 2, 0, 1, 2]),
        rng.integers(0, 255, (3, 3, 3), np.uint8),
        np.array([0, 1, 2]),
        (0, 255),
    )


def npz(tmp_path: Path) -> Path:
    save_images(tmp_path / "valid.npz", images())
    return tmp_path / "valid.npz"


def csv(tmp_path: Path) -> Path:
    write_table(
        tmp_path / "valid.csv", {"a": [1, 2], "b": [0.5, np.nan], "c": ["x", "y"], "d": [True, False]}
    )
    return tmp_path / "valid.csv"


def record(tmp_path: Path) -> Path:
    write_json(tmp_path / "valid.json", {"a": 1, "b": [0.5, None], "c": {"d": "ü"}})
    return tmp_path / "valid.json"


def network(tmp_path: Path) -> Path:
    from tilt.networks.model import build, save_network

    save_network(tmp_path / "valid.safetensors", build("lenet", (28, 28), 3), {"seed": 0})
    return tmp_path / "valid.safetensors"


def own_table(tmp_path: Path) -> Path:
    (tmp_path / "valid.csv").write_text("label,a,b\n" + '"x",1,2.5\ny,-3e2,0\n' * 4)
    return tmp_path / "valid.csv"


def load_own_table(path: Path) -> Any:
    return own_images("table", path, test_share=0.5)


def picture(tmp_path: Path) -> Path:
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(tmp_path / "valid.png")
    return tmp_path / "valid.png"


def load_picture(path: Path) -> Any:
    for file in ("a/0", "a/1", "b/0", "b/1"):
        (path.parent / "images" / file).parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "images" / f"{file}.png").write_bytes(path.read_bytes())
    return own_images("folder", path.parent / "images", test_share=0.5)


def load_network(path: Path) -> Any:
    from tilt.networks import model

    return model.load_network(path)


def state_dict(tmp_path: Path) -> Path:
    import torch

    torch.save({"weight": torch.zeros(3, 4), "bias": torch.ones(3)}, tmp_path / "valid.pt")
    return tmp_path / "valid.pt"


def load_weights(path: Path) -> Any:
    from tilt.networks.given.weights import read_weights

    return read_weights(path)


def exchanged(tmp_path: Path) -> Path:
    import onnx
    from onnx import helper, numpy_helper

    weights = [numpy_helper.from_array(np.ones((9, 3), np.float32), "w")]
    nodes = [helper.make_node("Flatten", ["x"], ["f"]), helper.make_node("MatMul", ["f", "w"], ["z"])]
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in (("x", ("n", 1, 3, 3)), ("z", ("n", 3)))
    ]
    graph = helper.make_graph(nodes, "made", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    (tmp_path / "valid.onnx").write_bytes(model.SerializeToString())
    return tmp_path / "valid.onnx"


def load_exchanged(path: Path) -> Any:
    from tilt.networks.given.declared import Given
    from tilt.networks.given.network import load_given

    return load_given(Given(model=str(path)), (3, 3), 3)


@pytest.mark.parametrize(
    ("make", "read", "examples", "named"),
    [
        (npz, load_images, 600, "damaged"),
        (csv, read_table, 300, "damaged"),
        (record, read_json, 300, "damaged"),
        (network, load_network, 100, "damaged"),
        (state_dict, load_weights, 300, "damaged"),
        (exchanged, load_exchanged, 300, "damaged"),
        (own_table, load_own_table, 100, "damaged"),
        (picture, load_picture, 100, "images"),
    ],
    ids=["NPZ", "CSV", "JSON", "safetensors", "state dict", "ONNX", "own table", "image"],
)
def test_damaged_files(make, read, examples, named, tmp_path, inputs_tried, request):
    valid = make(tmp_path)
    read(valid)
    path = tmp_path / f"damaged{valid.suffix}"
    refused = 0

    @settings(fuzzed, max_examples=examples)
    @given(damaged(valid.read_bytes()))
    def run(content):
        nonlocal refused
        path.write_bytes(content)
        refused += refused_in_one_line(lambda: read(path), str(tmp_path / named))
        inputs_tried(f"damaged {request.node.callspec.id} files")

    run()
    assert refused > examples / 4


def published_text() -> str:
    rows = np.full((14, 81), 1.25)
    return "\n".join(",".join(f"{value:g}" for value in row) for row in rows)


def test_damaged_published_tables(inputs_tried):
    valid = published_text()
    read_published(valid, "extras_79.csv")

    @settings(fuzzed, max_examples=300)
    @given(damaged(valid.encode()))
    def run(content):
        text = content.decode(errors="replace")
        refused_in_one_line(lambda: read_published(text, "extras_79.csv"), "extras_79.csv")
        inputs_tried("damaged published tables")

    run()


def array_file(shape: tuple[int, ...], descr: str = "'|u1'", magic: bytes = b"\x93NUMPY") -> bytes:
    """The bytes of an NPY file with that header and eight bytes of data."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return magic + b"\x01\x00" + struct.pack("<H", len(header)) + header + bytes(8)


@pytest.mark.parametrize(
    "content",
    [
        array_file((10**13,)),
        array_file((2**40, 2**40)),
        array_file((2**31, 2**31, 2)),
        array_file((16,)),
        array_file((-8,)),
        array_file((8,), magic=b"\x93NUMPZ"),
        array_file((8,), descr="'|V1000000000000'"),
        array_file((8,), descr="[('x', '|O')]"),
        b"",
    ],
)
def test_a_header_that_promises_what_is_not_there(content, tmp_path, inputs_tried):
    path = tmp_path / "huge.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", content)
    assert refused_in_one_line(lambda: read_arrays(path, "x"), str(path))
    inputs_tried("false headers")


class Payload:
    """Unpickling makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return Path.mkdir, (self.folder,)


@pytest.mark.parametrize("container", ["npz", "npy", "pickle"])
def test_nothing_in_a_data_file_is_executed(container, tmp_path, inputs_tried):
    folder, path = tmp_path / "executed", tmp_path / "arrays.npz"
    array = np.array([Payload(folder)], dtype=object)
    buffer = io.BytesIO()
    if container == "npz":
        np.savez(buffer, **dict.fromkeys(Images.__dataclass_fields__, array))
    elif container == "npy":
        np.save(buffer, array)
    else:
        pickle.dump(Payload(folder), buffer)
    path.write_bytes(buffer.getvalue())
    assert refused_in_one_line(lambda: load_images(path), str(path))
    assert refused_in_one_line(lambda: load_network(path), str(path))
    assert not folder.exists()
    inputs_tried("pickles")
