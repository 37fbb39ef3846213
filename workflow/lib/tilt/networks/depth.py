"""How deep a network is, and how its scores grow with its weights, read off what any model computes."""

import copy
from graphlib import TopologicalSorter
from typing import Any

import torch
from torch import Tensor

from tilt.networks.layers import is_weight
from tilt.networks.preprocessing import Preprocessed


def weight_layers(model: Preprocessed) -> int:
    """The number of layers with weights on the longest path from the images to the scores.

    Layers that only normalise have none. Found in the graph that autograd walks.
    """
    network, images = _drawn(model)
    graph: dict[Any, list[Any]] = {}
    nodes = [network(images.requires_grad_()).grad_fn]
    while nodes:
        node = nodes.pop()
        if node not in graph:
            graph[node] = [before for before, _ in node.next_functions if before]
            nodes += graph[node]
    depth: dict[Any, int] = {}  # of what depends on the images
    weighed = dict.fromkeys(graph, False)  # whether, of parameters alone, it has weights among them
    for node in TopologicalSorter(graph).static_order():
        leaf, before = getattr(node, "variable", None), graph[node]
        weighed[node] = any(weighed[b] for b in before if b not in depth)
        if leaf is images:
            depth[node] = 0
        elif leaf is not None:
            weighed[node] = is_weight(leaf)
        elif known := [depth[b] for b in before if b in depth]:
            depth[node] = max(known) + weighed[node]
    return max(depth.values())


def homogeneous_degree(model: Preprocessed) -> int | None:
    """The L for which scores are c^L times as large when all parameters are c times as large, for any c > 0.

    None where there is none, as with biases in several layers, normalisation, or paths of different depth; a
    single layer has degree 1 with or without biases. Found by doubling parameters drawn at random, in double
    precision.
    """
    network, images = _drawn(model)
    degree = weight_layers(model)
    with torch.no_grad():
        expected = 2.0**degree * network(images)
        for parameter in network.parameters():
            parameter.mul_(2)
        homogeneous = torch.allclose(network(images), expected, rtol=1e-9, atol=0)
    return degree if homogeneous else None


def _drawn(model: Preprocessed) -> tuple[Preprocessed, Tensor]:
    """A copy of a network in double precision with all parameters drawn at random, and four images."""
    network = copy.deepcopy(model).cpu().double().eval().requires_grad_()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    images = 255 * torch.rand(4, *model.architecture.shape, generator=generator)
    return network, images.double()
