"""Stochastic gradient descent for any network by autograd, in steps that do not wait for Python on a GPU."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EAGER = 3  # steps before the capture: they load the kernels and choose the algorithms


class Descent:
    """SGD with momentum on a network's mean softmax log-loss, by the rule of torch.optim.SGD.

    `model` and its `velocity` (a tensor for each named parameter) are updated in place; samples `x` (n, ...)
    and labels `y` (n,) lie on the same device. On a GPU the step for `batch_size` samples is captured as a
    CUDA graph after the first few and then replayed, which costs one call whatever the number of kernels. So
    nothing that the forward pass decides in Python may depend on the values of tensors.
    """

    def __init__(
        self,
        model: nn.Module,
        velocity: Mapping[str, Tensor],
        x: Tensor,
        y: Tensor,
        *,
        batch_size: int,
        weight_decay: float,
        rate: float,
        momentum: float,
    ) -> None:
        self._model, self._x, self._y = model, x, y
        self._parameters: list[Tensor] = list(model.parameters())
        self._velocity = list(velocity.values())
        self._weight_decay, self._rate, self._momentum = weight_decay, rate, momentum
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
            scores = self._model(self._x.index_select(0, rows))
            gradients = torch.autograd.grad(F.cross_entropy(scores, labels), self._parameters)
        with torch.no_grad():
            torch._foreach_mul_(self._velocity, self._momentum)
            torch._foreach_add_(self._velocity, self._parameters, alpha=self._weight_decay)
            torch._foreach_add_(self._velocity, gradients)
            torch._foreach_add_(self._parameters, self._velocity, alpha=-self._rate)
            if self._scores is None:
                self._scores = scores.new_zeros(len(self._x), scores.shape[1])
            self._scores.index_copy_(0, rows, scores)


def _captured(step: Callable[[], None], stream: torch.cuda.Stream | None) -> Callable[[], None]:
    """What repeats a step on the tensors that it uses: on a GPU the CUDA graph of its kernels."""
    if stream is None:
        return step
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        step()
    return graph.replay
