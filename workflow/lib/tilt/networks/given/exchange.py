"""Networks in the exchange format ONNX as modules of torch, so that their gradients can be taken.

The converter, onnx2pytorch, wants plain graphs of tensors: what a graph has around its scores is taken off
before. The result is compared with the format's own evaluator before it is used.
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import checker, helper, numpy_helper
from onnx.inliner import inline_local_functions
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from tilt.errors import InputError
from tilt.networks.scores import both_scores

LARGEST = 2**31  # bytes of a file, which the format cannot exceed
OWN_DOMAINS = ("", "ai.onnx.ml")
FLOATS = (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.FLOAT16)
# what makes probabilities of scores
AFTER_SCORES = ("Softmax", "LogSoftmax", "Sigmoid", "Exp", "Normalizer", "ZipMap")
RESHAPED = ("Cast", "Flatten", "Reshape", "Squeeze")  # what may stand behind that
AGREEMENT = 1e-3  # relative to the greatest score

Arrays = dict[str, onnx.TensorProto]


class Exchanged(nn.Module):
    """A converted network, with raw scores (n, classes) as its only output; see `both_scores`.

    `input_shape` is that of the graph, the number of images first; an entry is 0 where the graph leaves it
    open.
    """

    def __init__(self, model: nn.Module, input_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.model, self.input_shape = model, input_shape

    def forward(self, images: Tensor) -> Tensor:
        """Raw scores (n, classes)."""
        return both_scores(self.model(images))


@dataclass(frozen=True)
class Graphs:
    """The graph of a network's raw scores, and that of what its file gives, which may be probabilities."""

    scores: onnx.ModelProto
    whole: onnx.ModelProto


def read_onnx(path: str | Path) -> tuple[Exchanged, Graphs]:
    """The network of an ONNX file, and its graphs, for `check_converted`.

    Raises InputError when the file is missing, damaged or invalid, its weights lie in other files, it has not
    one input and one output of float32, or it has an operator that the converter lacks.
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
    try:
        for named in (*model.graph.node, *model.opset_import):
            if named.domain == "ai.onnx":
                named.domain = ""  # its short name, which the checker knows
        _check_parts(model)
        checker.check_model(model)
        graphs = graphs_of(inline_local_functions(model))
        for tensor in graphs.scores.graph.initializer:
            if tensor.data_type in FLOATS and np.isnan(numpy_helper.to_array(tensor)).any():
                raise InputError(f"{tensor.name} has values that are not numbers; train it again")
        return Exchanged(_converted(graphs.scores), _input_shape(graphs.scores)), graphs
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except Exception as error:  # the checker and the reader of tensors raise of every kind
        raise InputError(f"{path}: not a valid ONNX file ({_line(error)}); export it again") from error


def graphs_of(model: onnx.ModelProto) -> Graphs:
    """A model's graph of raw scores, up to its output before that becomes probabilities, and the whole one.

    Scikit-learn's own operators for scaling and linear classifiers become the usual ones, constants become
    weights, and what hands a tensor on is left out.
    """
    outputs = [each for each in model.graph.output if not _is_label(each)]
    if len(outputs) != 1:
        names = ", ".join(each.name for each in outputs)
        raise InputError(f"it has {len(outputs)} outputs of numbers ({names}); export one, of raw scores")
    last = outputs[0].name
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes, renamed = _plain(model.graph.node, weights)
    scores = _before_probabilities(_by_output(nodes), renamed.get(last, last))
    maker = _by_output(model.graph.node).get(last)
    whole = maker.input[0] if maker is not None and maker.op_type == "ZipMap" else last
    return Graphs(_part(model, nodes, weights, scores), _part(model, model.graph.node, weights, whole))


def check_converted(network: nn.Module, graphs: Graphs, images: NDArray[np.float32]) -> None:
    """Raise InputError unless a network gives inputs (n, ...) the scores of its graph, by the format's own
    evaluator, and what the whole graph gives is these, or what they become as probabilities."""
    scores, whole = (_evaluated(graph, images) for graph in (graphs.scores, graphs.whole))
    scores = both_scores(scores)
    if not scores.isfinite().all():
        raise InputError(
            "the scores of some images are not finite; look for a division or a logarithm of zero"
        )
    with torch.no_grad():
        found = network(torch.as_tensor(images))
    if not _close(found, scores):
        raise InputError(
            "converted to torch its scores are not those of the format's own evaluator; give the network as "
            "FILE.py:FUNCTION with its weights"
        )
    become = [scores, scores.softmax(1), scores.log_softmax(1)]
    if whole.shape[1:] in ((), (1,)):
        whole, become = whole.reshape(-1, 1), [each[:, 1:] for each in become]
    if not any(_close(each, whole) for each in become):
        raise InputError("its output is not the softmax of scores that it computes; export the raw scores")


def _check_parts(model: onnx.ModelProto) -> None:
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in _tensors(model.graph)):
        raise InputError(
            "its weights lie in other files; export it as one (external_data=False of torch.onnx.export)"
        )
    if model.graph.sparse_initializer:
        raise InputError("it has sparse weights; export it with dense ones")
    known = {*OWN_DOMAINS, *(each.domain for each in model.functions)}
    for node in (*model.graph.node, *(node for each in model.functions for node in each.node)):
        if node.domain not in known:
            raise InputError(
                f"the operator {node.domain}.{node.op_type} is not one of ONNX; export without it"
            )


def _evaluated(graph: onnx.ModelProto, images: NDArray[np.float32]) -> Tensor:
    (found,) = ReferenceEvaluator(graph).run(None, {graph.graph.input[0].name: images})
    return torch.as_tensor(np.array(found, np.float32))


def _close(found: Tensor, expected: Tensor) -> bool:
    if found.shape != expected.shape:
        return False
    return float((found - expected).abs().max()) <= AGREEMENT * max(float(expected.abs().max()), 1e-6)


def _is_label(output: onnx.ValueInfoProto) -> bool:
    kind = output.type.tensor_type.elem_type
    return output.type.HasField("tensor_type") and kind not in (onnx.TensorProto.UNDEFINED, *FLOATS)


def _by_output(nodes: Iterable[onnx.NodeProto]) -> dict[str, onnx.NodeProto]:
    return {name: node for node in nodes for name in node.output}


def _plain(given: Iterable[onnx.NodeProto], weights: Arrays) -> tuple[list[onnx.NodeProto], dict[str, str]]:
    """The nodes as the converter takes them, their own weights added to the others, and renamed tensors."""
    nodes: list[onnx.NodeProto] = []
    renamed: dict[str, str] = {}
    for node in given:
        inputs = [renamed.get(name, name) for name in node.input]
        attributes = {each.name: each for each in node.attribute}
        if node.op_type == "Identity":
            renamed[node.output[0]] = inputs[0]
        elif node.op_type == "Constant":
            weights[node.output[0]] = _constant(node)
        elif node.op_type == "LinearClassifier":
            nodes.append(_product(node, inputs[0], weights))
        elif node.op_type == "Scaler":
            nodes += _scaled(node, inputs[0], weights)
        elif node.op_type == "ArrayFeatureExtractor":
            nodes.append(helper.make_node("Gather", inputs, node.output, axis=1))
        elif any(each.HasField("g") or each.graphs for each in node.attribute):
            raise InputError(f"the operator {node.op_type} has graphs within; export without it")
        else:
            training = attributes.pop("training_mode", None)
            if training is not None and training.i:
                raise InputError("it was exported in training mode; call model.eval() before")
            plain = onnx.NodeProto(op_type=node.op_type, name=node.name, domain=node.domain)
            plain.input.extend(inputs)
            plain.output.extend(node.output)
            plain.attribute.extend(attributes.values())
            nodes.append(plain)
    return nodes, renamed


def _before_probabilities(makers: dict[str, onnx.NodeProto], name: str) -> str:
    """The tensor of scores that becomes the probabilities of that name; a node that only reshapes them stays,
    and takes the scores. Two classes may have 1 - p and p, p the logistic function of a score."""
    node = makers.get(name)
    if node is None or not node.input:
        return name
    if node.op_type in AFTER_SCORES:
        return _before_probabilities(makers, node.input[0])
    if node.op_type == "Concat" and len(node.input) == 2:
        other = makers.get(node.input[0])
        if other is not None and other.op_type == "Sub" and other.input[1] == node.input[1]:
            return _before_probabilities(makers, node.input[1])
    if node.op_type in RESHAPED:
        node.input[0] = _before_probabilities(makers, node.input[0])
    return name


def _part(
    model: onnx.ModelProto, nodes: Iterable[onnx.NodeProto], weights: Arrays, last: str
) -> onnx.ModelProto:
    """The model of those nodes that a tensor needs, with it as the output."""
    makers = _by_output(nodes)
    needed: set[str] = set()
    names = [last]
    while names:
        name = names.pop()
        if name in makers and name not in needed:
            needed.add(name)
            names.extend(makers[name].input)
    nodes = [node for node in nodes if needed.intersection(node.output)]
    used = {name for node in nodes for name in node.input}
    inputs = [each for each in model.graph.input if each.name in used and each.name not in weights]
    if len(inputs) != 1:
        raise InputError(f"its scores depend on {len(inputs)} inputs; export a network of one")
    if inputs[0].type.tensor_type.elem_type != onnx.TensorProto.FLOAT:
        raise InputError("its input is not float32; export it for images of float32")
    output = helper.make_tensor_value_info(last, onnx.TensorProto.FLOAT, None)
    graph = helper.make_graph(
        nodes, "scores", inputs, [output], [tensor for name, tensor in weights.items() if name in used]
    )
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def _constant(node: onnx.NodeProto) -> onnx.TensorProto:
    (attribute,) = node.attribute
    value = helper.get_attribute_value(attribute)
    if attribute.name.startswith("value_float"):
        value = numpy_helper.from_array(np.array(value, np.float32))
    elif attribute.name.startswith("value_int"):
        value = numpy_helper.from_array(np.array(value, np.int64))
    elif attribute.name != "value":
        raise InputError(f"a constant is a {attribute.name}; export it with plain ones")
    tensor = onnx.TensorProto()
    tensor.CopyFrom(value)
    tensor.name = node.output[0]
    return tensor


def _product(node: onnx.NodeProto, name: str, weights: Arrays) -> onnx.NodeProto:
    """The scores of a linear classifier; of two classes with scores -z and z, whose probabilities are the
    logistic functions, half of these."""
    given: dict[str, Any] = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    classes = given.get("classlabels_ints") or given["classlabels_strings"]
    b = np.array(given.get("intercepts") or [0] * len(classes), np.float32)
    w = np.array(given["coefficients"], np.float32).reshape(len(b), -1)
    share = np.float32(0.5 if given.get("post_transform") == b"LOGISTIC" and len(b) == 2 else 1)
    for suffix, array in (("_w", share * w), ("_b", share * b)):
        weights[node.output[1] + suffix] = numpy_helper.from_array(array, node.output[1] + suffix)
    inputs = [name, f"{node.output[1]}_w", f"{node.output[1]}_b"]
    return helper.make_node("Gemm", inputs, [node.output[1]], transB=1)


def _scaled(node: onnx.NodeProto, name: str, weights: Arrays) -> list[onnx.NodeProto]:
    given = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    (output,) = node.output
    for key, neutral in (("offset", [0]), ("scale", [1])):
        array = np.array(given.get(key, neutral), np.float32)
        weights[f"{output}_{key}"] = numpy_helper.from_array(array, f"{output}_{key}")
    return [
        helper.make_node("Sub", [name, f"{output}_offset"], [f"{output}_moved"]),
        helper.make_node("Mul", [f"{output}_moved", f"{output}_scale"], [output]),
    ]


def _converted(graph: onnx.ModelProto) -> nn.Module:
    from onnx2pytorch import ConvertModel

    own = onnx.ModelProto()
    own.CopyFrom(graph)  # it joins nodes in place
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model: nn.Module = ConvertModel(own).eval()
    except NotImplementedError as error:
        lacking = str(error).rpartition("op_type=")[2].rstrip(".")
        raise InputError(f"the operator {lacking} cannot be converted; export without it") from error
    except Exception as error:  # it asserts and looks up at will
        reason = f"{type(error).__name__}: {_line(error)}"
        raise InputError(f"it cannot be converted to torch ({reason}); export it anew") from error
    return model


def _input_shape(graph: onnx.ModelProto) -> tuple[int, ...]:
    return tuple(each.dim_value for each in graph.graph.input[0].type.tensor_type.shape.dim)


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
