"""The gradient of LeNet's loss over a minibatch, with less arithmetic and memory traffic than layer by layer.

It is the gradient of what LeNet.forward computes, to float32 rounding. Arrays hold the images last, so that
every step is a product of matrices whose rows are whole minibatches:

* Conv1 and its pool: a pooled pixel looks at 6 x 6 pixels, and the four convolutions that it is the maximum
  of are one product with an (80, 36) matrix.
* Conv2: a circular correlation of period 12 gives the 8 x 8 outputs of 5 x 5 kernels on 12 x 12 pixels
  exactly. In the Fourier domain it is one small product of channels per frequency, 84,000 complex
  multiplications an image for 1,600,000 real ones; the transforms are products with small matrices.
"""

import functools
import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from tilt.networks.descent import Scratch

_PERIOD = 12
_COLUMNS = 7  # frequencies along the height; the others are their conjugates
_PIECES = 6  # of the 144 windows of Conv1, each small enough for the processor's cache


@torch.no_grad()
def loss_gradient(
    parameters: Sequence[Tensor], images: Tensor, labels: Tensor, scratch: Scratch
) -> tuple[Tensor, list[Tensor]]:
    """Scores (n, classes), and the gradient of the mean softmax log-loss for each of LeNet's parameters.

    Images are (n, 28, 28) as the first layer takes them, labels (n,), all on one device. The gradient's
    arrays are those of `scratch`.
    """
    n = len(images)
    w1, b1, w2, b2, w3, b3, w4, b4 = parameters
    conv1, conv2 = _WindowConvolution(w1, b1, scratch), _FourierConvolution(w2, b2, scratch)
    pixels = scratch.take(28, 28, n).copy_(images.permute(1, 2, 0))
    pooled = conv2.forward(conv1.forward(pixels)).view(800, n)
    hidden = torch.addmm(b3[:, None], w3, pooled, out=scratch.take(500, n)).relu_()
    scores = torch.addmm(b4[:, None], w4, hidden)

    g = scores.softmax(0)
    g[labels, torch.arange(n, device=g.device)] -= 1
    g /= n
    fc2 = g @ hidden.T, g.sum(1)
    g = torch.mm(w4.T, g, out=scratch.take(500, n)).mul_(hidden > 0)
    fc1 = torch.mm(g, pooled.T, out=scratch.take(500, 800)), g.sum(1)
    g, *of_conv2 = conv2.backward(torch.mm(w3.T, g, out=scratch.take(800, n)))
    return scores.T, [*conv1.backward(g), *of_conv2, *fc1, *fc2]


class _WindowConvolution:
    """Conv 5x5x1x20 on (28, 28, n) and its pool, to (144, 20, n)."""

    def __init__(self, weight: Tensor, bias: Tensor, scratch: Scratch) -> None:
        shifted = [F.pad(weight[:, 0], (b, 1 - b, a, 1 - a)) for a in (0, 1) for b in (0, 1)]
        self._matrix = torch.stack(shifted).view(80, 36)
        self._bias = bias
        self._take = scratch.take

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[2]
        windows = self._take(12, 12, 6, 6, n)
        windows.copy_(x.unfold(0, 6, 2).unfold(1, 6, 2).permute(0, 1, 3, 4, 2))
        y, largest = self._take(144, 80, n), self._take(144, 20 * n)
        parts = windows.view(144, 36, n), y, y.view(144, 4, 20 * n), largest
        self._pieces = [part.chunk(_PIECES) for part in parts]
        for inputs, outputs, quarters, maximum in zip(*self._pieces, strict=True):
            torch.bmm(self._matrix.expand(len(inputs), 80, 36), inputs, out=outputs)
            torch.amax(quarters, 1, out=maximum)
        return torch.add(largest.view(144, 20, n), self._bias[:, None], out=self._take(144, 20, n))

    def backward(self, g: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients of weight and bias; `g` and the outputs of the forward pass are used up."""
        bias = g.sum((0, 2))
        products = g.new_zeros(144 // _PIECES, 36, 80)
        pieces = zip(*self._pieces, g.flatten(1).chunk(_PIECES), strict=True)
        for inputs, outputs, quarters, maximum, gradient in pieces:
            _unpool(quarters.unbind(1), maximum, gradient)
            products.baddbmm_(inputs, outputs.transpose(1, 2))
        matrix = products.sum(0).T.reshape(2, 2, 20, 6, 6)
        shifted = [matrix[a, b, :, a : a + 5, b : b + 5] for a in (0, 1) for b in (0, 1)]
        return torch.stack(shifted).sum(0)[:, None], bias


class _FourierConvolution:
    """Conv 5x5x20x50 on (144, 20, n) and its pool, to (16, 50, n)."""

    def __init__(self, weight: Tensor, bias: Tensor, scratch: Scratch) -> None:
        self._bias = bias
        self._take = scratch.take
        self._to_columns, self._to_rows, self._from_rows, self._from_columns, self._of_kernels = _transforms(
            weight.device
        )
        spectrum = self._of_kernels @ weight.reshape(1000, 25).T
        re, im = spectrum.view(_COLUMNS, _PERIOD, 2, 50, 20).unbind(2)
        matrix = weight.new_empty(_COLUMNS, _PERIOD, 2, 50, 2, 20)
        matrix[:, :, 0, :, 0] = matrix[:, :, 1, :, 1] = re
        matrix[:, :, 1, :, 0] = im
        matrix[:, :, 0, :, 1] = -im
        self._matrix = matrix.view(_COLUMNS, _PERIOD, 100, 40)

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[2]
        self._rows, self._columns = self._take(_COLUMNS, 24, 20 * n), self._take(_COLUMNS, 16, 50 * n)
        self._inputs, self._outputs = self._take(_COLUMNS, _PERIOD, 40, n), self._take(_PERIOD, 100, n)
        torch.mm(self._to_columns, x.view(_PERIOD, -1), out=self._rows.view(14, -1))
        for k in range(_COLUMNS):
            torch.mm(self._to_rows, self._rows[k], out=self._inputs[k].view(24, -1))
            torch.bmm(self._matrix[k], self._inputs[k], out=self._outputs)
            torch.mm(self._from_rows, self._outputs.view(24, -1), out=self._columns[k])
        self._y, self._largest = self._take(2, 4, 2, 200 * n), self._take(4, 200 * n)
        torch.mm(self._from_columns, self._columns.view(14, -1), out=self._y.view(8, -1))
        self._quarters = [self._y[a, :, b] for a in (0, 1) for b in (0, 1)]
        torch.maximum(*self._quarters[:2], out=self._largest)
        for quarter in self._quarters[2:]:
            torch.maximum(self._largest, quarter, out=self._largest)
        return torch.add(self._largest.view(16, 50, n), self._bias[:, None], out=self._take(16, 50, n))

    def backward(self, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of input, weight and bias; `g` and what the forward pass left are used up."""
        n = g.shape[1]
        bias = g.view(16, 50, n).sum((0, 2))
        _unpool(self._quarters, self._largest, g.view(4, -1))
        products = torch.empty_like(self._matrix)
        torch.mm(self._from_columns.T, self._y.view(8, -1), out=self._columns.view(14, -1))
        for k in range(_COLUMNS):
            torch.mm(self._from_rows.T, self._columns[k], out=self._outputs.view(24, -1))
            torch.bmm(self._outputs, self._inputs[k].transpose(1, 2), out=products[k])
            torch.bmm(self._matrix[k].transpose(1, 2), self._outputs, out=self._inputs[k])
            torch.mm(self._to_rows.T, self._inputs[k].view(24, -1), out=self._rows[k])
        p = products.view(-1, 2, 50, 2, 20)
        spectrum = torch.stack((p[:, 0, :, 0] + p[:, 1, :, 1], p[:, 1, :, 0] - p[:, 0, :, 1]), 1)
        weight = (spectrum.view(-1, 1000).T @ self._of_kernels).view(50, 20, 5, 5)
        gradient = self._take(144, 20, n)
        torch.mm(self._to_columns.T, self._rows.view(14, -1), out=gradient.view(_PERIOD, -1))
        return gradient, weight, bias


def _unpool(quarters: Sequence[Tensor], maximum: Tensor, gradient: Tensor) -> None:
    """Overwrite the four values behind each maximum by its gradient for the first that equals it, else 0."""
    for quarter in quarters:
        quarter.eq_(maximum).mul_(gradient)
        gradient.sub_(quarter)


@functools.cache
def _transforms(device: torch.device) -> tuple[Tensor, ...]:
    """The discrete Fourier transforms of period 12 as real matrices, complex parts side by side.

    Of 12 pixels down to 7 column frequencies (14, 12), of each of them along the rows (24, 24), back from
    there to 8 pixels (16, 24) and up to 8 pixels (8, 14), and the conjugate one of 5 x 5 kernels (168, 25).
    The 8 pixels come with the even ones first, as the pool takes them.
    """

    def waves(frequencies: int, pixels: int) -> Tensor:
        turns = torch.outer(torch.arange(frequencies), torch.arange(pixels)).double() / _PERIOD
        return torch.polar(torch.ones_like(turns), 2 * math.pi * turns)

    def real(matrix: Tensor) -> Tensor:
        re, im = matrix.real, matrix.imag
        return torch.stack((torch.stack((re, -im), 1), torch.stack((im, re), 1)), 1)

    pooled = [0, 2, 4, 6, 1, 3, 5, 7]
    to_columns = torch.view_as_real(waves(_COLUMNS, 12).conj().resolve_conj()).transpose(1, 2)
    to_rows = real(waves(12, 12).conj())
    from_rows = real(waves(12, 8).T[pooled] / _PERIOD).permute(1, 0, 3, 2)
    twice = torch.tensor([1, 2, 2, 2, 2, 2, 1]) / _PERIOD
    from_columns = torch.view_as_real((waves(_COLUMNS, 8).T[pooled] * twice).conj().resolve_conj())
    kernels = torch.einsum("ki,lj->klij", waves(_COLUMNS, 5), waves(12, 5)).flatten(2).flatten(0, 1)
    shaped = (
        to_columns.reshape(14, 12),
        to_rows.reshape(24, 24),
        from_rows.reshape(16, 24),
        from_columns.reshape(8, 14),
        torch.view_as_real(kernels).transpose(1, 2).reshape(168, 25),
    )
    return tuple(matrix.to(device, torch.float32) for matrix in shaped)
