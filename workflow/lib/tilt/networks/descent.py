"""Stochastic gradient descent: of any network by autograd, in steps that do not wait for Python on a GPU, and
by the gradient of its own where a network brings one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.networks.regularisers.base import NONE, Regulariser
from tilt.networks.regularisers.weights import L2

EAGER = 3  # steps before the capture: they load the kernels and choose the algorithms


class Scratch:
    """Arrays that one minibatch leaves to the next, as their pages would take a tenth of its time to map."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._arrays: list[Tensor] = []
        self._taken = 0

    def rewind(self) -> None:
        """Take back all arrays."""
        self._taken = 0

    def take(self, *shape: int) -> Tensor:
        """The next float32 array, with anything in it, until `rewind`."""
        if self._taken == len(self._arrays) or self._arrays[self._taken].shape != shape:
            self._arrays[self._taken :] = [torch.empty(shape, device=self._device)]
        self._taken += 1
        return self._arrays[self._taken - 1]


@dataclass(frozen=True)
class Rule:
    """How SGD steps: v <- momentum v + gradient + weight_decay p + the regulariser's, and p <- p - rate v."""

    rate: float
    momentum: float
    weight_decay: float
    regulariser: Regulariser = NONE

    def regularise(self, parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        """Add the gradients of weight decay and of the regulariser's own term to `gradients`, in place."""
        for term in (L2(self.weight_decay), self.regulariser):
            term.add_gradient(parameters, gradients)


# Of images (n, ...) and labels (n,): scores (n, classes) and the gradient of the mean softmax log-loss for
# each of the network's parameters, in arrays of the scratch.
FastGradient = Callable[[Tensor, Tensor, Scratch], tuple[Tensor, list[Tensor]]]


class Descent:
    """SGD with momentum on a network's mean softmax log-loss, regularised, by the rule of torch.optim.SGD.

    `model` and its `velocity` (a tensor for each parameter to train, by name) are updated in place; samples
    `x` (n, ...) and labels `y` (n,) lie on the same device. On a GPU the step for `batch_size` samples is
    captured as a CUDA graph after the first few and then replayed, which costs one call whatever the number
    of kernels. So nothing that the forward pass decides in Python may depend on the values of tensors.
    """

    def __init__(
        self,
        model: nn.Module,
        velocity: Mapping[str, Tensor],
        x: Tensor,
        y: Tensor,
        rule: Rule,
        batch_size: int,
    ) -> None:
        self._model, self._x, self._y = model, x, y
        self._parameters: list[Tensor] = [model.get_parameter(name) for name in velocity]
        self._velocity = list(velocity.values())
        self._rule = rule
        self._rows = torch.zeros(batch_size, dtype=torch.int64, device=x.device)
        self._scores: Tensor | None = None
        self._stream: torch.cuda.Stream | None = None
        if x.is_cuda:
            self._stream = torch.cuda.Stream(x.device)  # type: ignore[no-untyped-call]
        self._taken = 0
        self._replay: Callable[[], None] | None = None

    def __call__(self, batches: Iterable[Tensor]) -> tuple[float, float]:
        """Take a step for each batch of rows, which together name every sample once.

        Returns the error and the mean loss met on the way, those of each batch before its own step.
        """
        with self._own_stream():
            for rows in batches:
                self._take(rows)
            assert self._scores is not None
            error = (self._scores.argmax(1) != self._y).double().mean().item()
            loss = F.cross_entropy(self._scores.double(), self._y).item()
        return error, loss

    def _own_stream(self) -> AbstractContextManager[object]:
        """The stream of all steps, as a capture cannot be made on the default one; it waits for that one."""
        if self._stream is None:
            return nullcontext()
        self._stream.wait_stream(torch.cuda.current_stream(self._x.device))
        return torch.cuda.stream(self._stream)

    def _take(self, rows: Tensor) -> None:
        if len(rows) != len(self._rows):  # what is left over at the end of an epoch
            self._step(rows)
            return
        self._rows.copy_(rows)
        if self._taken == EAGER:
            self._replay = _captured(partial(self._step, self._rows), self._stream)
        self._taken += 1
        if self._replay:
            self._replay()
        else:
            self._step(self._rows)

    def _step(self, rows: Tensor) -> None:
        labels = self._y[rows]
        with torch.enable_grad():
            scores, loss = self._rule.regulariser.loss(self._model, self._x.index_select(0, rows), labels)
            gradients = torch.autograd.grad(loss, self._parameters)
        with torch.no_grad():
            torch._foreach_mul_(self._velocity, self._rule.momentum)
            self._rule.regularise(self._parameters, self._velocity)
            torch._foreach_add_(self._velocity, gradients)
            torch._foreach_add_(self._parameters, self._velocity, alpha=-self._rule.rate)
            if self._scores is None:
                self._scores = scores.new_zeros(len(self._x), scores.shape[1])
            self._scores.index_copy_(0, rows, scores)


def descend(
    gradient: FastGradient,
    parameters: Sequence[Tensor],
    velocity: Sequence[Tensor],
    x: Tensor,
    y: Tensor,
    rule: Rule,
    batches: Iterable[Tensor],
) -> tuple[float, float]:
    """Take one step of SGD for each batch of rows by a network's own gradient, of the loss as it is.

    `parameters` and their `velocity` are updated in place, by the rule of torch.optim.SGD, whose import alone
    takes as long as an epoch on a small data set. Images `x` (n, ...) are on the 0-255 scale, labels `y` are
    (n,), and `batches` hold the rows of each step. Returns the error and the mean loss met on the way.
    """
    wrong = torch.zeros((), device=x.device)
    total = torch.zeros((), device=x.device)
    seen = 0
    scratch = Scratch(x.device)
    with torch.no_grad():
        for rows in batches:
            seen += len(rows)
            scratch.rewind()
            images = torch.index_select(x, 0, rows, out=scratch.take(len(rows), *x.shape[1:]))
            labels = y[rows]
            scores, gradients = gradient(images, labels, scratch)
            rule.regularise(parameters, gradients)
            for p, v, g in zip(parameters, velocity, gradients, strict=True):
                v.mul_(rule.momentum).add_(g)
                p.sub_(v, alpha=rule.rate)
            wrong += (scores.argmax(1) != labels).sum()
            total += F.cross_entropy(scores, labels, reduction="sum")
    return wrong.item() / seen, total.item() / seen


def _captured(step: Callable[[], None], stream: torch.cuda.Stream | None) -> Callable[[], None]:
    """What repeats a step on the tensors that it uses: on a GPU the CUDA graph of its kernels."""
    if stream is None:
        return step
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        step()
    return graph.replay
