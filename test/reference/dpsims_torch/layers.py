# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers that both networks are made of."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LEAKY_SLOPE = 0.2
BN_EPS = 1e-5


def leaky_relu(x: Tensor) -> Tensor:
    return F.leaky_relu(x, LEAKY_SLOPE)


def upsample2(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, C, 2 H, 2 W), nearest."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


def conv(channels_in: int, channels_out: int, kernel: int, stride: int = 1, bias: bool = True) -> nn.Conv2d:
    """A convolution padded so that stride 1 keeps the size.

    One whose output a BatchNorm centers has no bias: its gradient would be rounding noise, which Adam turns into steps
    of full size. (One is left: `mods.beta` of all blocks but the last.)
    """
    return nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=bias)


class SNConv2d(nn.Module):
    """A convolution with spectral norm: W / sigma, sigma = u^T W v, with W seen as (out, in * kh * kw).

    u and v are stored buffers and constants for the gradient. One power iteration, v = normalize(W^T u),
    u = normalize(W v), runs once in a training step of the network that owns the weight (`power_iterate`, before the
    step); every use within a step, and every step of the other network, takes them as they are.
    """

    def __init__(self, channels_in: int, channels_out: int, kernel: int, bias: bool = True, stride: int = 1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels_out, channels_in, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(channels_out)) if bias else None
        self.stride, self.pad = stride, kernel // 2
        self.register_buffer("u", torch.empty(channels_out))
        self.register_buffer("v", torch.empty(channels_in * kernel * kernel))

    def matrix(self) -> Tensor:
        return self.weight.reshape(self.weight.shape[0], -1)

    @torch.no_grad()
    def power_iterate(self) -> None:
        w = self.matrix()
        self.v.copy_(F.normalize(w.t() @ self.u, dim=0, eps=1e-12))
        self.u.copy_(F.normalize(w @ self.v, dim=0, eps=1e-12))

    def forward(self, x: Tensor) -> Tensor:
        sigma = torch.dot(self.u, self.matrix() @ self.v)
        return F.conv2d(x, self.weight / sigma, self.bias, self.stride, self.pad)


def power_iterate(net: nn.Module) -> None:
    """One power iteration of every spectrally normalized weight of `net`."""
    for module in net.modules():
        if isinstance(module, SNConv2d):
            module.power_iterate()


class BatchNorm(nn.BatchNorm2d):
    """Statistics of the batch (biased variance) in training, running ones otherwise.

    The momentum is 0.1; the unbiased variance goes into the running one.
    """

    def __init__(self, channels: int, affine: bool):
        super().__init__(channels, eps=BN_EPS, momentum=0.1, affine=affine)
