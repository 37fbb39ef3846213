"""Networks trained elsewhere: what is read gives the scores that it should, what cannot be read one line."""

import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from safetensors.torch import save_file
from skl2onnx import to_onnx
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from torch import nn

from samples import refused
from tilt.data.sources import embedded_digits
from tilt.networks.given.declared import Given
from tilt.networks.given.network import class_numbers, load_given
from tilt.networks.given.sanity import doubts, reordered_error
from tilt.networks.model import build, save_network
from tilt.networks.scores import predict_scores

SHAPE, CLASSES = (6, 7), 3
OWN = """
from torch import nn
import torch

def build(shape, classes, width=4):
    return nn.Sequential(nn.Conv2d(1, width, 3), nn.ReLU(), nn.Flatten(), nn.Linear(20 * width, classes))

def raises(shape, classes):
    raise ValueError("no such thing")

def nothing(shape, classes):
    return 3

def ends(shape, classes):
    raise SystemExit(3)

def opens(shape, classes):
    open("none.txt")

def lazy(shape, classes):
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(classes))

def two(shape, classes):
    class Two(nn.Sequential):
        def forward(self, x):
            return super().forward(x), x
    return Two(*build(shape, classes))

def frozen(shape, classes):
    class Frozen(nn.Sequential):
        def forward(self, x):
            with torch.no_grad():
                return super().forward(x)
    return Frozen(*build(shape, classes))

def three(shape, classes):
    return build(shape, 3)

def double(shape, classes):
    return build(shape, classes).double()
"""
NEAR = """
from __future__ import annotations
from dataclasses import dataclass
import near_by

@dataclass
class Size:
    width: int = near_by.WIDTH

def build(shape, classes):
    import near_own
    return near_own.build(shape, classes, Size().width)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder, with the functions and the weights of `build`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("near_by", "near_own"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name, text in {"own": OWN, "near": NEAR, "near_by": "WIDTH = 4", "near_own": OWN}.items():
        (tmp_path / f"{name}.py").write_text(text)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(80, 3))
    save_file(model.state_dict(), "own.safetensors")
    torch.save(model.state_dict(), "own.pt")
    return model


def pixels(n=5, shape=SHAPE):
    return np.random.default_rng(1).uniform(0, 255, (n, *shape)).astype(np.float32)


@pytest.mark.parametrize(
    ("model", "weights"),
    [
        ("own.py:build", "own.safetensors"),
        ("own.py:build", "own.pt"),
        ("own.py:build", "renamed.pt"),
        ("own.py:double", "own.pt"),
        ("near.py:build", "own.pt"),
    ],
)
def test_a_function_with_its_weights(folder, model, weights):
    """By content, whatever the file is called; with neighbours of the function's file; in float32."""
    Path("renamed.pt").write_bytes(Path("own.safetensors").read_bytes())
    network = load_given(Given(model=model, weights=weights), SHAPE, CLASSES)
    x = pixels()
    expected = folder(torch.as_tensor(x)[:, None] / 255).detach().numpy()
    np.testing.assert_allclose(predict_scores(network, x), expected, rtol=1e-5, atol=1e-6)
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert not network.training


def test_outputs_of_a_network_with_other_classes(folder):
    """The scores of the data's classes come first, the others as they were behind them."""
    given = {"model": "own.py:three", "weights": "own.pt"}
    whole = predict_scores(load_given(Given(**given), SHAPE, 3), pixels())
    chosen = load_given(Given(**given, outputs=(2, 0)), SHAPE, 2)
    np.testing.assert_array_equal(predict_scores(chosen, pixels()), whole[:, [2, 0, 1]])
    np.testing.assert_array_equal(class_numbers((2, 0), 3), [0, 1, -2])
    np.testing.assert_array_equal(class_numbers(None, 3), [0, 1, 2])


def test_images_as_the_network_takes_them():
    """Range, mean and deviation of each channel, channels before or after, flat; by hand."""
    given = {"value_range": (-1, 1), "mean": (0.1, 0.2, 0.3), "std": (0.5, 1, 2)}
    x = pixels(2, (4, 5, 3))
    expected = (2 * x / 255 - 1 - np.array(given["mean"])) / np.array(given["std"])
    from tilt.networks.given.network import Adapted

    for layout, order in (("channels_first", (0, 3, 1, 2)), ("channels_last", (0, 1, 2, 3))):
        found = Adapted(Given(model="", **given), nn.Identity(), layout, 3)(torch.as_tensor(x)).numpy()
        np.testing.assert_allclose(found, expected.transpose(order), rtol=1e-5, atol=1e-6)
    flat = Adapted(Given(model="", **given), nn.Identity(), "flat", 3)(torch.as_tensor(x)).numpy()
    np.testing.assert_allclose(flat, expected.reshape(2, -1), rtol=1e-5, atol=1e-6)
    sized = Adapted(Given(model="", input_size=(8, 10)), nn.Identity(), "channels_first", 3)
    grown = sized(torch.as_tensor(x))
    assert grown.shape == (2, 3, 8, 10)
    np.testing.assert_allclose(grown.mean().item(), x.mean() / 255, atol=0.02)


def test_a_network_that_was_trained_here(tmp_path):
    torch.manual_seed(0)
    model = build("mlp", SHAPE, CLASSES, mean_image=np.full(SHAPE, 9, np.float32), pixel_scale=0.1)
    save_network(tmp_path / "ours.safetensors", model, {})
    given = Given(model=str(tmp_path / "ours.safetensors"))
    x = pixels()
    np.testing.assert_array_equal(
        predict_scores(load_given(given, SHAPE, CLASSES), x), predict_scores(model, x)
    )
    refused(r"images of shape \(8, 8\) do not fit", load_given, given, (8, 8), CLASSES)


@pytest.mark.parametrize("columns", [3, 1, 0])
def test_a_linear_model(tmp_path, columns):
    """Three classes, or two with one score, which is that of the second."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=(42, columns) if columns else 42)
    b = rng.normal(size=columns or 1)
    np.savez(tmp_path / "linear.npz", w=w, b=b)
    network = load_given(
        Given(model=str(tmp_path / "linear.npz")), SHAPE, max(columns, 2) if columns != 1 else 2
    )
    x = pixels()
    scores = x.reshape(5, -1) / 255 @ w.reshape(42, -1) + b
    expected = scores if columns == 3 else np.hstack([0 * scores, scores])
    np.testing.assert_allclose(predict_scores(network, x), expected, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Models of scikit-learn on the digits in [0, 1], and their ONNX files."""
    folder, data = tmp_path_factory.mktemp("fitted"), embedded_digits(20)
    x = data.scaled(data.x_train).reshape(len(data.x_train), -1).astype(np.float32)
    found = {}
    models = (
        MLPClassifier((8,), max_iter=60, random_state=0),
        LogisticRegression(),
        make_pipeline(StandardScaler(), LogisticRegression()),
    )
    for model in models:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, data.y_train)
        path = folder / f"{type(model).__name__}.onnx"
        path.write_bytes(to_onnx(model, x[:1]).SerializeToString())
        found[path] = model
    return data, found


@pytest.mark.parametrize("which", [0, 1, 2])
def test_models_of_scikit_learn(fitted, which):
    """The scores' softmax is what scikit-learn says: probabilities are taken off, with the labels."""
    data, models = fitted
    path, model = list(models.items())[which]
    network = load_given(Given(model=str(path)), (8, 8), 10)
    x = data.scaled(data.x_test[:50]).reshape(50, -1)
    scores = torch.as_tensor(predict_scores(network, (255 * x.reshape(-1, 8, 8)).astype(np.float32)))
    np.testing.assert_allclose(scores.softmax(1), model.predict_proba(x), atol=1e-4)
    image = torch.full((1, 8, 8), 100.0, requires_grad=True)
    network(image).sum().backward()
    assert image.grad is not None
    assert image.grad.abs().sum() > 0


def exported(path, nodes, weights, shape=("n", 1, *SHAPE)):
    """An ONNX file of some nodes from `x` to `scores`."""
    graph = helper.make_graph(
        nodes, "made", [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, ("n", "classes"))],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights.items()],
    )  # fmt: skip
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 1)]
    )
    path.write_bytes(model.SerializeToString())
    return model


def of_convolution(path, **changed):
    """Convolution, batch normalisation and a full layer, handed on by Identity, with a softmax behind."""
    rng = np.random.default_rng(0)
    weights = {
        "k": rng.normal(size=(4, 1, 3, 3)), "s": np.ones(4), "o": rng.normal(size=4), "m": rng.normal(size=4),
        "v": rng.uniform(1, 2, 4), "w": rng.normal(size=(80, 3)) / 9, "b": rng.normal(size=3), **changed,
    }  # fmt: skip
    nodes = [
        helper.make_node("Identity", ["k"], ["kernel"]),
        helper.make_node("Conv", ["x", "kernel"], ["c"]),
        helper.make_node("BatchNormalization", ["c", "s", "o", "m", "v"], ["n"]),
        helper.make_node("Relu", ["n"], ["r"]),
        helper.make_node("Flatten", ["r"], ["f"]),
        helper.make_node("Gemm", ["f", "w", "b"], ["z"]),
        helper.make_node("Softmax", ["z"], ["scores"], axis=1),
    ]
    exported(path, nodes, weights)
    return weights


def test_a_convolutional_network(tmp_path):
    """Against torch's own functions."""
    weights = of_convolution(tmp_path / "made.onnx")
    network = load_given(Given(model=str(tmp_path / "made.onnx")), SHAPE, CLASSES)
    x = pixels()
    k, s, o, m, v, w, b = (torch.tensor(array, dtype=torch.float32) for array in weights.values())
    z = nn.functional.batch_norm(nn.functional.conv2d(torch.as_tensor(x)[:, None] / 255, k), m, v, s, o)
    np.testing.assert_allclose(predict_scores(network, x), z.relu().flatten(1) @ w + b, rtol=1e-4, atol=1e-4)


def compressed(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"0" * 10**7)


WRONG = [
    ("own.py:build", None, r"weights: own\.py:build needs them"),
    ("own.py:build", "none.safetensors", r"none\.safetensors: no such file"),
    ("own.py:build", "half.safetensors", r"half\.safetensors: not a readable safetensors file"),
    ("own.py:build", "half.pt", r"half\.pt: not a readable file of torch"),
    ("own.py:build", "wide.safetensors", r"wide\.safetensors: 0\.bias has shape \(5,\), .* \(4,\)"),
    ("own.py:build", "other.pt", r"other\.pt: it lacks 0\.bias, .*; the network has no weight;"),
    ("own.py:build", "nan.pt", r"nan\.pt: 0\.bias has values that are not finite"),
    ("own.py:build", "whole.pt", r"whole\.pt: it holds objects and not weights alone"),
    ("own.py:build", "script.pt", r"script\.pt: TorchScript is code that runs"),
    ("own.py:build", "own.pt2", r"own\.pt2: .* runs code"),
    ("own.py:build", "own.pkl", r"own\.pkl: a pickle runs code"),
    ("own.py:build", "bomb.pt", r"bomb\.pt: it is compressed"),
    ("own.py:build", ".", r"^\.: a folder; name a file in it"),
    ("own.py:build", "text.pt", r"text\.pt: neither a safetensors file nor one of torch\.save"),
    ("own.py:build", "empty.pt", r"empty\.pt: neither a safetensors file nor one of torch\.save"),
    ("own.py:build", "wrapped.pt", r"wrapped\.pt: state_dict is a OrderedDict and no tensor; save model"),
    ("own.py:build", "list.pt", r"list\.pt: it is a list and no state dict"),
    ("own.py:build", "huge.pt", r"huge\.pt: 0\.bias has shape \(1000000000000,\), .* \(4,\)"),
    ("own.py:build", "sparse.pt", r"sparse\.pt: 0\.bias is sparse, quantised or empty"),
    ("own.py:build", "quantised.pt", r"quantised\.pt: 0\.bias is sparse, quantised or empty"),
    ("own.py:build", "meta.pt", r"meta\.pt: 0\.bias is sparse, quantised or empty"),
    ("own.py:build", "complex.pt", r"complex\.pt: 0\.bias has numbers of torch\.complex64, .*float32"),
    ("own.py:build", "integer.pt", r"integer\.pt: 0\.bias has numbers of torch\.int64"),
    ("own.py:build", "great.pt", r"great\.pt: 0\.bias has values that are not finite in torch\.float32"),
    ("own.py:lazy", "own.pt", r"own\.pt: 3\.weight has no shape in the network yet"),
    ("own.py:two", "own.pt", r"own\.py:two: the network gives tuple; return the scores alone"),
    ("own.py:frozen", "own.pt", r"own\.py:frozen: its scores have no gradient; leave out no_grad"),
    ("own.py:build", "parallel.pt", r"parallel\.pt: .*; save model\.module\.state_dict\(\)"),
    ("own.py:ends", "own.pt", r"own\.py:ends: SystemExit: 3; correct its file"),
    ("own.py:opens", "own.pt", r"own\.py:opens: FileNotFoundError: .*none\.txt.*; correct its file"),
    ("own.safetensors", None, r"own\.safetensors: not a network that was trained here; .* FILE\.py:FUNCTION"),
    ("own.py:raises", "own.pt", r"own\.py:raises: ValueError: no such thing; correct its file"),
    ("own.py:nothing", "own.pt", r"own\.py:nothing: it gives int; return a torch\.nn\.Module"),
    ("none.py:build", "own.pt", r"none\.py: no such file"),
    ("none.onnx", None, r"none\.onnx: no such file"),
    ("half.onnx", None, r"half\.onnx: not a (readable|valid) ONNX file"),
    ("nan.onnx", None, r"nan\.onnx: w has values that are not numbers"),
    ("outside.onnx", None, r"outside\.onnx: its weights lie in other files"),
    ("operator.onnx", None, r"operator\.onnx: the operator Binarizer cannot be converted"),
    ("four.onnx", None, r"four\.onnx: it scores 4 classes, and the data have 3"),
    ("large.onnx", None, r"large\.onnx: images of shape \(6, 7\), as \(1, 6, 7\), do not fit its input"),
    ("none.npz", None, r"none\.npz: no such file"),
    ("names.npz", None, r"names\.npz: no array named b"),
    ("text.npz", None, r"text\.npz: b holds <U1; give numbers"),
    ("shape.npz", None, r"shape\.npz: b has shape \(2,\); give one number for each column of w, 3"),
    ("turned.npz", None, r"turned\.npz: w has shape \(3, 42\) and b \(3,\); give w transposed"),
    ("nan.npz", None, r"nan\.npz: b has values that are not finite"),
    ("small.npz", None, r"small\.npz: images of shape \(6, 7\) do not fit"),
]  # fmt: skip


def damage(model):
    """The wrong files of all kinds."""
    state = model.state_dict()
    for name in ("own.safetensors", "own.pt"):
        content = Path(name).read_bytes()
        Path(name.replace("own", "half")).write_bytes(content[: len(content) // 2])
    save_file(state | {"0.bias": torch.zeros(5)}, "wide.safetensors")
    torch.save({"weight": torch.zeros(3)}, "other.pt")
    torch.save(state | {"0.bias": torch.full((4,), torch.nan)}, "nan.pt")
    torch.save(model, "whole.pt")
    torch.save({"state_dict": state, "epoch": 3}, "wrapped.pt")
    torch.save([3], "list.pt")
    torch.save({f"module.{name}": tensor for name, tensor in state.items()}, "parallel.pt")
    bias = torch.arange(4.0)
    great = torch.full((4,), 1e300, dtype=torch.float64)
    changed = {
        "huge": torch.zeros(1).expand(10**12), "sparse": bias.to_sparse(), "meta": bias.to("meta"),
        "complex": bias * 1j, "integer": torch.arange(4), "great": great,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        changed["quantised"] = torch.quantize_per_tensor(bias, 0.1, 0, torch.qint8)
    for name, tensor in changed.items():
        torch.save(state | {"0.bias": tensor}, f"{name}.pt")
    Path("text.pt").write_text("weights\n" * 9)
    Path("empty.pt").write_text("")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(model, torch.zeros(1, 1, *SHAPE)), "script.pt")


@pytest.mark.parametrize(("name", "weights", "message"), WRONG, ids=[row[1] or row[0] for row in WRONG])
def test_wrong_files_end_in_one_line(folder, tmp_path, name, weights, message):
    damage(folder)
    compressed(tmp_path / "bomb.pt")
    of_convolution(tmp_path / "half.onnx")
    content = (tmp_path / "half.onnx").read_bytes()
    (tmp_path / "half.onnx").write_bytes(content[: len(content) // 2])
    of_convolution(tmp_path / "nan.onnx", w=np.full((80, 3), np.nan))
    of_convolution(tmp_path / "four.onnx", w=np.zeros((80, 4)), b=np.zeros(4))
    (tmp_path / "inside").mkdir()
    of_convolution(tmp_path / "inside" / "outside.onnx")
    flat = [helper.make_node("Flatten", ["x"], ["f"]), helper.make_node("Gemm", ["f", "w"], ["scores"])]
    exported(tmp_path / "large.onnx", flat, {"w": np.zeros((243, 3))}, ("n", 3, 9, 9))
    exported(
        tmp_path / "operator.onnx",
        [helper.make_node("Binarizer", ["x"], ["scores"], domain="ai.onnx.ml")],
        {},
    )
    if name == "outside.onnx":
        model = onnx.load(str(tmp_path / "inside" / "outside.onnx"))
        for tensor in model.graph.initializer:
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="../../secret")
        (tmp_path / "outside.onnx").write_bytes(model.SerializeToString())
    arrays = {"names": {"w": np.zeros(42)}, "shape": {"w": np.zeros((42, 3)), "b": np.zeros(2)},
              "nan": {"w": np.zeros((42, 3)), "b": np.full(3, np.nan)},
              "text": {"w": np.zeros((42, 3)), "b": np.array(["a", "b", "c"])},
              "turned": {"w": np.zeros((3, 42)), "b": np.zeros(3)},
              "small": {"w": np.zeros((41, 3)), "b": np.zeros(3)}}  # fmt: skip
    for key, held in arrays.items():
        np.savez(tmp_path / f"{key}.npz", **held)
    refused(message, load_given, Given(model=name, weights=weights), SHAPE, CLASSES)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"value_range": (1, 0)}, r"value_range: 1 is not below 0"),
        ({"std": 0}, r"std: it divides; give numbers above 0"),
        ({"std": 1e-60}, r"std: it divides; give numbers above 0"),
        ({"mean": np.nan}, r"mean: nan is subtracted; give finite numbers"),
        ({"mean": (0.1, 0.2)}, r"mean: \[0\.1, 0\.2\] does not fit; give a number for each of 1 channels"),
        ({"layout": "nchw"}, r"layout: 'nchw' is unknown; choose channels_first"),
        ({"outputs": (1, 1)}, r"outputs: a number stands twice"),
        ({"outputs": (0, 1, 3)}, r"outputs: 3 numbers up to 3; give 3, .*, from 0 to 2"),
        ({"outputs": (0, 1)}, r"outputs: 2 numbers up to 1; give 3, one for each class"),
        ({"input_size": (8,)}, r"input_size: \[8\] is no height and width"),
        ({"input_size": (0, 0)}, r"input_size: \[0, 0\] is no height and width"),
        ({"options": {"depth": 3}}, r"own\.py:build: it cannot be built with the options \{'depth': 3\}"),
        ({"model": "line.npz"}, r"weights: line\.npz holds them; leave it out"),
        ({"model": "line.npz", "weights": None, "options": {"a": 1}}, r"options: line\.npz is no function"),
        ({"model": "ours.safetensors", "weights": None, "std": (2,)}, r"std: .* takes images as they are"),
        (
            {"model": "ours.safetensors", "weights": None, "layout": "flat"},
            r"layout: .* takes images as they",
        ),
    ],
)
def test_what_is_declared_is_checked(folder, changed, message):
    given = {"model": "own.py:build", "weights": "own.pt"} | changed
    refused(message, load_given, Given(**given), SHAPE, CLASSES)


W = torch.randn(42, 3, generator=torch.Generator().manual_seed(0))


class Scored(nn.Module):
    """Linear scores, changed by a function."""

    def __init__(self, change=lambda scores: scores):
        super().__init__()
        self.w, self.change = nn.Parameter(W, requires_grad=False), change
        self.eval()

    def forward(self, x):
        return self.change((x / 255 - 0.5).flatten(1) @ self.w)


def doubted(model, x=None, y=None, norms=(1.0,), **given):
    x = torch.as_tensor(pixels(200) if x is None else x)
    scores = predict_scores(model, x)
    y = predict_scores(Scored(), x).argmax(1) if y is None else y
    return list(doubts(model, x, y, scores, np.array(norms), **given))


def test_a_sane_network_is_not_doubted():
    assert doubted(Scored(), stated_error=0.0) == []


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (lambda: doubted(Scored(), stated_error=0.2), "20.00 % was stated"),
        (lambda: doubted(Scored(lambda scores: scores.softmax(1))), "as probabilities do"),
        (lambda: doubted(Scored(torch.sigmoid)), "as probabilities do"),
        (lambda: doubted(Scored(lambda scores: scores.roll(1, 1))), "the classes had another order"),
        (lambda: doubted(Scored(lambda scores: scores + torch.rand_like(scores))), "two passes"),
        (lambda: doubted(Scored(lambda scores: scores / 0)), "scores are not finite"),
        (lambda: doubted(Scored(), x=pixels(50) / 255), "fill 0.39 % of their range"),
        (lambda: doubted(Scored(), norms=(1, np.nan)), "gradients are not finite"),
        (lambda: doubted(Scored(), norms=(1, 0)), "at 50 % of the images the gradient is zero"),
        (lambda: doubted(Scored().train()), "in training mode"),
    ],
)
def test_each_doubt_is_said(found, says):
    assert any(says in sentence for sentence in found())


def test_the_order_of_classes_by_hand():
    y = np.array([0, 1, 2, 2, 1])
    assert reordered_error((y + 1) % 3, y) == 0
    assert reordered_error(np.zeros(5, int), y) == pytest.approx(0.6)


def of_scikit_learn(path, model, classes, dtype=np.float32):
    """An ONNX file of a model fitted to the first classes of the digits, and test images (n, 64)."""
    data = embedded_digits(20)
    x = data.scaled(data.x_train).reshape(len(data.x_train), -1).astype(dtype)[data.y_train < classes]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, data.y_train[data.y_train < classes])
    path.write_bytes(to_onnx(model, x[:1]).SerializeToString())
    return data.scaled(data.x_test[:50]).reshape(50, -1)


@pytest.mark.parametrize(
    "model",
    [
        MLPClassifier((8,), max_iter=60, random_state=0),
        LogisticRegression(),
        SGDClassifier(loss="log_loss", random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_two_classes_of_scikit_learn(tmp_path, model):
    """The margin is the log-odds, whether the file has one score, two, or probabilities p and 1 - p."""
    x = of_scikit_learn(tmp_path / "two.onnx", model, 2)
    network = load_given(Given(model=str(tmp_path / "two.onnx")), (8, 8), 2)
    scores = predict_scores(network, (255 * x.reshape(-1, 8, 8)).astype(np.float32))
    with np.errstate(divide="ignore"):
        odds = np.diff(model.predict_log_proba(x), axis=1)
    known = np.abs(odds) < 10  # beyond, float32 rounds 1 - p
    assert known.sum() > 10
    np.testing.assert_allclose(np.diff(scores, axis=1)[known], odds[known], rtol=1e-3, atol=1e-3)


@pytest.mark.filterwarnings("ignore:Using a non-tuple")  # by the converter
def test_a_support_vector_machine_of_two_classes(tmp_path):
    """Its file has one number an image: the second class's score, the first's being 0."""
    model = LinearSVC()
    x = of_scikit_learn(tmp_path / "svm.onnx", model, 2)
    network = load_given(Given(model=str(tmp_path / "svm.onnx")), (8, 8), 2)
    scores = predict_scores(network, (255 * x.reshape(-1, 8, 8)).astype(np.float32))
    np.testing.assert_allclose(scores[:, 1], model.decision_function(x), rtol=1e-4, atol=1e-4)
    assert not scores[:, 0].any()


@pytest.mark.parametrize(
    ("model", "dtype", "says"),
    [
        (OneVsRestClassifier(LogisticRegression()), np.float32, "its output is not the softmax of scores"),
        (LogisticRegression(), np.float64, "its input is not float32; export it for images of float32"),
    ],
)
def test_what_is_refused_of_scikit_learn(tmp_path, model, dtype, says):
    of_scikit_learn(tmp_path / "made.onnx", model, 10, dtype)
    refused(says, load_given, Given(model=str(tmp_path / "made.onnx")), (8, 8), 10)


def test_an_export_of_torch(tmp_path, folder):
    """Of one image, with its constants as nodes and its layers as functions, an end in probabilities."""
    model = nn.Sequential(*folder, nn.Softmax(1)).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, (torch.zeros(1, 1, *SHAPE),), "torch.onnx", dynamo=False, do_constant_folding=False
        )
    x = pixels()
    expected = folder(torch.as_tensor(x)[:, None] / 255).detach().numpy()
    found = predict_scores(load_given(Given(model="torch.onnx"), SHAPE, CLASSES), x)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["constants", "bounded", "reshaped", "domain", "function"])
def test_graphs_of_other_exporters(tmp_path, kind):
    """Weights as constants, an infinite bound, probabilities that are reshaped, the domain's full name, a
    function of the file's own: the scores are x W + b all the same."""
    rng = np.random.default_rng(0)
    weights = {"w": rng.normal(size=(42, 3)), "b": rng.normal(size=3)}
    node = helper.make_node
    ends = {
        "reshaped": [node("Softmax", ["z"], ["p"]), node("Flatten", ["p"], ["scores"])],
        "bounded": [node("Clip", ["z", "", "most"], ["scores"])],
    }
    domain = {"domain": "ai.onnx", "function": "own"}.get(kind, "")
    nodes = [
        helper.make_node("Flatten", ["x"], ["f"]),
        helper.make_node("Gemm", ["f", "w", "b"], ["z" if kind in ends else "scores"], domain=domain),
        *ends.get(kind, []),
    ]
    if kind == "constants":
        nodes = [
            helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array.astype(np.float32)))
            for name, array in weights.items()
        ] + nodes
    held = (
        {} if kind == "constants" else weights | ({"most": np.float32(np.inf)} if kind == "bounded" else {})
    )
    model = exported(tmp_path / "made.onnx", nodes, held)
    if kind == "function":
        inner = [helper.make_node("Gemm", ["f", "w", "b"], ["z"])]
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
        model.functions.append(helper.make_function("own", "Gemm", ["f", "w", "b"], ["z"], inner, opsets))
        model.opset_import.append(helper.make_opsetid("own", 1))
        (tmp_path / "made.onnx").write_bytes(model.SerializeToString())
    network = load_given(Given(model=str(tmp_path / "made.onnx")), SHAPE, CLASSES)
    x = pixels()
    expected = x.reshape(5, -1) / 255 @ weights["w"] + weights["b"]
    np.testing.assert_allclose(predict_scores(network, x), expected, rtol=1e-4, atol=1e-4)


def linear_nodes(*more, end="scores"):
    return [helper.make_node("Flatten", ["x"], ["f"]), helper.make_node("Gemm", ["f", "w"], [end]), *more]


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        (linear_nodes(helper.make_node("Gelu", ["z"], ["scores"], domain="com.other"), end="z"),
         r"the operator com\.other\.Gelu is not one of ONNX"),
        (linear_nodes(helper.make_node("Sigmoid", ["z"], ["scores"]), end="z"),
         r"its output is not the softmax of scores that it computes"),
        (linear_nodes(helper.make_node("Sqrt", ["z"], ["scores"]), end="z"),
         r"the scores of some images are not finite"),
        (linear_nodes(
            helper.make_node("BatchNormalization", ["z", *"bbbb"], ["scores", "m", "v"], training_mode=1),
            end="z",
         ),
         r"exported in training mode; call model\.eval\(\) before"),
        (linear_nodes(helper.make_node("Reshape", ["z", "one"], ["scores"]), end="z"),
         r"it takes 1 images at a time; export it for any number"),
    ],
)  # fmt: skip
def test_graphs_that_are_refused(tmp_path, nodes, says):
    weights = {"w": np.random.default_rng(0).normal(size=(42, 3)), "b": np.ones(3)}
    model = exported(tmp_path / "made.onnx", nodes, weights, (1, 1, *SHAPE))
    model.graph.initializer.append(numpy_helper.from_array(np.array([1, 3]), "one"))
    model.opset_import.append(helper.make_opsetid("com.other", 1))
    (tmp_path / "made.onnx").write_bytes(model.SerializeToString())
    refused(says, load_given, Given(model=str(tmp_path / "made.onnx")), SHAPE, CLASSES)


def test_a_graph_of_two_outputs_is_refused(tmp_path):
    model = exported(tmp_path / "made.onnx", linear_nodes(), {"w": np.ones((42, 3))})
    model.graph.output.append(helper.make_tensor_value_info("f", onnx.TensorProto.FLOAT, ("n", 42)))
    (tmp_path / "made.onnx").write_bytes(model.SerializeToString())
    refused(
        r"it has 2 outputs of numbers \(scores, f\); export one, of raw scores",
        *(load_given, Given(model=str(tmp_path / "made.onnx")), SHAPE, CLASSES),
    )
