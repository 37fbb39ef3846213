"""Networks in the exchange format ONNX as modules of torch, so that their gradients can be taken.

The converter, onnx2pytorch, wants plain graphs of tensors: what a graph has around its scores is taken off
before. The result is compared with the format's own evaluator before it is used.
"""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import checker, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from tilt.errors import InputError

LARGEST = 2**31  # bytes of a file, which the format cannot exceed
AFTER_SCORES = ("Softmax", "LogSoftmax", "Normalizer", "ZipMap")  # what makes probabilities of scores
AGREEMENT = 1e-3  # relative to the greatest score


class Exchanged(nn.Module):
    """A converted network, with raw scores (n, classes) as its only output.

    `input_shape` is that of the graph, without the number of images; an entry is 0 where the graph leaves it
    open.
    """

    def __init__(self, model: nn.Module, input_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.model, self.input_shape = model, input_shape

    def forward(self, images: Tensor) -> Tensor:
        """Raw scores (n, classes)."""
        scores: Tensor = self.model(images)
        return scores


def read_onnx(path: str | Path) -> tuple[Exchanged, onnx.ModelProto]:
    """The network of an ONNX file, and the graph of its raw scores, for `agrees`.

    Raises InputError when the file is missing, damaged or invalid, its weights lie in other files, or it has
    an operator that the converter lacks.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size >= LARGEST:
        raise InputError(f"{path}: it has 2 GiB or more; give a smaller network")
    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception as error:  # its reader raises errors of protobuf, which has no types
        raise InputError(f"{path}: not a readable ONNX file ({_line(error)}); export it again") from error
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in _tensors(model.graph)):
        raise InputError(f"{path}: its weights lie in other files; export it as one file")
    try:
        checker.check_model(model)
        graph = of_scores(model)
        for tensor in graph.graph.initializer:
            if not np.isfinite(numpy_helper.to_array(tensor)).all():
                raise InputError(f"{path}: {tensor.name} has values that are not finite; train it again")
    except InputError:
        raise
    except Exception as error:  # the checker and the reader of tensors raise of every kind
        raise InputError(f"{path}: not a valid ONNX file ({_line(error)}); export it again") from error
    return Exchanged(_converted(graph, path), _input_shape(graph)), graph


def of_scores(model: onnx.ModelProto) -> onnx.ModelProto:
    """The part of a model that computes raw scores: its last output, before it becomes probabilities.

    Scikit-learn's own operators for scaling and linear classifiers become the usual ones, and what hands a
    tensor on is left out.
    """
    renamed: dict[str, str] = {}
    classified = set()  # outputs of linear classifiers, taken before they become probabilities
    nodes, weights = [], {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        inputs = [renamed.get(name, name) for name in node.input]
        if node.op_type == "Identity" and not node.domain:
            renamed[node.output[0]] = inputs[0]
        elif node.op_type == "LinearClassifier":
            nodes.append(_product(node, inputs[0], weights))
            classified.add(node.output[1])
        elif node.op_type == "Scaler":
            nodes += _scaled(node, inputs[0], weights)
        else:
            copied = onnx.NodeProto()
            copied.CopyFrom(node)
            del copied.input[:]
            copied.input.extend(inputs)
            nodes.append(copied)
    maker = {name: node for node in nodes for name in node.output}
    last = renamed.get(model.graph.output[-1].name, model.graph.output[-1].name)
    while last in maker and maker[last].op_type in AFTER_SCORES:
        last = maker[last].input[0]
    needed: set[str] = set()
    names = [last]
    while names:
        name = names.pop()
        if name in maker and name not in needed:
            needed.add(name)
            names.extend(maker[name].input)
    nodes = [node for node in nodes if needed.intersection(node.output)]
    if any(name in classified for node in nodes for name in node.input):
        raise ValueError("a linear classifier stands within the graph; export the raw scores")
    used = {name for node in nodes for name in node.input}
    inputs = [each for each in model.graph.input if each.name in used and each.name not in weights]
    if len(inputs) != 1:
        raise ValueError(f"the scores depend on {len(inputs)} inputs; export a network of one")
    output = helper.make_tensor_value_info(last, onnx.TensorProto.FLOAT, None)
    graph = helper.make_graph(
        nodes, "scores", inputs, [output], [tensor for name, tensor in weights.items() if name in used]
    )
    domains = {node.domain for node in nodes} | {""}
    versions = {each.domain: each for each in model.opset_import if each.domain in domains}
    return helper.make_model(graph, opset_imports=list(versions.values()), ir_version=model.ir_version)


def agrees(network: nn.Module, graph: onnx.ModelProto, images: NDArray[np.float32]) -> bool:
    """Whether the converted network gives inputs (n, ...) the scores that the format's evaluator does."""
    (expected,) = ReferenceEvaluator(graph).run(None, {graph.graph.input[0].name: images})
    with torch.no_grad():
        found = network(torch.as_tensor(images)).numpy()
    if found.shape != np.shape(expected):
        return False
    scale = max(float(np.abs(expected).max()), 1e-6)
    return bool(np.abs(found - expected).max() <= AGREEMENT * scale)


def _product(node: onnx.NodeProto, name: str, weights: dict[str, onnx.TensorProto]) -> onnx.NodeProto:
    given = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    b = np.array(given["intercepts"], np.float32)
    w = np.array(given["coefficients"], np.float32).reshape(len(b), -1)
    for suffix, array in (("_w", w), ("_b", b)):
        weights[node.output[1] + suffix] = numpy_helper.from_array(array, node.output[1] + suffix)
    inputs = [name, f"{node.output[1]}_w", f"{node.output[1]}_b"]
    return helper.make_node("Gemm", inputs, [node.output[1]], transB=1)


def _scaled(node: onnx.NodeProto, name: str, weights: dict[str, onnx.TensorProto]) -> list[onnx.NodeProto]:
    given = {each.name: np.array(helper.get_attribute_value(each), np.float32) for each in node.attribute}
    (output,) = node.output
    for key in ("offset", "scale"):
        weights[f"{output}_{key}"] = numpy_helper.from_array(given[key], f"{output}_{key}")
    return [
        helper.make_node("Sub", [name, f"{output}_offset"], [f"{output}_moved"]),
        helper.make_node("Mul", [f"{output}_moved", f"{output}_scale"], [output]),
    ]


def _converted(graph: onnx.ModelProto, path: Path) -> nn.Module:
    from onnx2pytorch import ConvertModel

    own = onnx.ModelProto()
    own.CopyFrom(graph)  # it joins nodes in place
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model: nn.Module = ConvertModel(own).eval()
    except NotImplementedError as error:
        lacking = str(error).rpartition("op_type=")[2].rstrip(".")
        raise InputError(f"{path}: the operator {lacking} cannot be converted; export without it") from error
    except Exception as error:  # it asserts and looks up at will
        reason = f"{type(error).__name__}: {_line(error)}"
        raise InputError(f"{path}: it cannot be converted to torch ({reason}); export it anew") from error
    return model


def _input_shape(graph: onnx.ModelProto) -> tuple[int, ...]:
    return tuple(each.dim_value for each in graph.graph.input[0].type.tensor_type.shape.dim[1:])


def _tensors(graph: onnx.GraphProto) -> Iterable[onnx.TensorProto]:
    """The tensors of a graph, of its attributes and of the graphs within."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                yield from _tensors(inner)


def _line(error: Any) -> str:
    return " ".join(str(error).split())[:200]
