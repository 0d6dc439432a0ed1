# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The generator: label map and noise -> image."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import BatchNorm, SNConv2d, conv, leaky_relu, upsample2


@dataclasses.dataclass
class GeneratorConfig:
    """The section "generator" of a configuration, with its two top-level keys."""

    num_classes: int  # ids of labels are 0 .. num_classes - 1; any other one is ignored
    image_size: tuple[int, int]  # height, width
    widths: Sequence[int] = (1024, 1024, 1024, 512, 256, 128, 64)  # input of block 0, then each block's output
    label_widths: Sequence[int] = (64, 128, 128, 128, 256, 256)  # one for each scale, full resolution first
    instance_edges: bool = False  # one more input channel: 1 where the instance id changes
    noise: str = "cross_attention"  # cross_attention | concat | scale_shift | none
    noise_dim: int = 64  # of z
    style_dim: int = 256  # of w
    noise_tokens: int = 16
    query_dim: int = 64

    @property
    def scales(self) -> int:
        return len(self.label_widths)

    @property
    def coarsest(self) -> int:
        """Pixels along a side of a cell at the coarsest scale."""
        return 2 ** (self.scales - 1)


def one_hot(labels: Tensor, classes: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """(B, H, W) integer -> (B, classes, H, W); an id outside 0 .. classes - 1 gives zeros."""
    valid = (labels >= 0) & (labels < classes)
    hot = F.one_hot(torch.where(valid, labels, torch.zeros_like(labels)).long(), classes)
    return (hot * valid.unsqueeze(-1)).permute(0, 3, 1, 2).to(dtype)


def instance_edges(instances: Tensor) -> Tensor:
    """(B, H, W) integer -> (B, 1, H, W): 1 at both pixels of every 4-neighbor pair with differing ids."""
    edges = torch.zeros_like(instances, dtype=torch.bool)
    across = instances[:, :, 1:] != instances[:, :, :-1]
    down = instances[:, 1:, :] != instances[:, :-1, :]
    edges[:, :, 1:] |= across
    edges[:, :, :-1] |= across
    edges[:, 1:, :] |= down
    edges[:, :-1, :] |= down
    return edges.float().unsqueeze(1)


class MappingNetwork(nn.Module):
    """z -> w: three linear layers, leaky ReLU between, none after the last."""

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        self.fc0 = nn.Linear(config.noise_dim, config.style_dim)
        self.fc1 = nn.Linear(config.style_dim, config.style_dim)
        self.fc2 = nn.Linear(config.style_dim, config.style_dim)

    def forward(self, z: Tensor) -> Tensor:
        return self.fc2(leaky_relu(self.fc1(leaky_relu(self.fc0(z)))))


class NoiseAttention(nn.Module):
    """e + out(A), A = softmax(Q K^T / sqrt(query_dim)) V; Q from the labels' features, K and V from the noise alone."""

    def __init__(self, channels: int, config: GeneratorConfig):
        super().__init__()
        self.tokens, self.dim = config.noise_tokens, config.query_dim
        self.q = nn.Linear(channels, self.dim)
        self.k = nn.Linear(config.style_dim, self.tokens * self.dim)
        self.v = nn.Linear(config.style_dim, self.tokens * self.dim)
        self.out = nn.Linear(self.dim, channels)

    def forward(self, e: Tensor, w: Tensor) -> Tensor:
        batch, channels, height, width = e.shape
        q = self.q(e.flatten(2).transpose(1, 2))  # (B, H * W, dim)
        k = self.k(w).view(batch, self.tokens, self.dim)
        v = self.v(w).view(batch, self.tokens, self.dim)
        attended = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(self.dim), -1) @ v
        return e + self.out(attended).transpose(1, 2).reshape(batch, channels, height, width)


class NoiseScaleShift(nn.Module):
    """e (1 + scale(w)) + shift(w), the same at every pixel: the cheap alternative to attention."""

    def __init__(self, channels: int, config: GeneratorConfig):
        super().__init__()
        self.scale, self.shift = nn.Linear(config.style_dim, channels), nn.Linear(config.style_dim, channels)

    def forward(self, e: Tensor, w: Tensor) -> Tensor:
        return e * (1 + self.scale(w)[:, :, None, None]) + self.shift(w)[:, :, None, None]


class LabelEncoder(nn.Module):
    """The label map at full resolution -> one modulation map for each scale, full resolution first.

    Down by convolutions of stride 2; at every scale an embedding and the noise; up along a UNet's path, so that each
    map sees finer and coarser scales.
    """

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        channels = config.num_classes + (1 if config.instance_edges else 0)
        channels += config.noise_dim if config.noise == "concat" else 0
        widths = list(config.label_widths)
        pairs = list(zip(widths, widths[1:]))  # (finer, coarser)
        attends, modulates = config.noise == "cross_attention", config.noise == "scale_shift"
        self.config = config
        self.stem = conv(channels, widths[0], 3)
        self.embed = nn.ModuleList(conv(c, c, 3) for c in widths)
        self.attend = nn.ModuleList(NoiseAttention(c, config) for c in widths) if attends else None
        self.modulate = nn.ModuleList(NoiseScaleShift(c, config) for c in widths) if modulates else None
        self.down = nn.ModuleList(conv(fine, coarse, 3, 2, bias=False) for fine, coarse in pairs)
        self.down_norm = nn.ModuleList(BatchNorm(c, True) for c in widths[1:])
        self.up = nn.ModuleList(conv(coarse + fine, fine, 3, bias=False) for fine, coarse in pairs)
        self.up_norm = nn.ModuleList(BatchNorm(c, True) for c in widths[:-1])

    def forward(self, labels: Tensor, z: Tensor, w: Tensor | None) -> list[Tensor]:
        if self.config.noise == "concat":
            labels = torch.cat([labels, z[:, :, None, None].expand(-1, -1, *labels.shape[2:])], 1)
        h = leaky_relu(self.stem(labels))
        features = []
        for i in range(self.config.scales):
            e = self.embed[i](h)
            if self.attend is not None:
                e = self.attend[i](e, w)
            if self.modulate is not None:
                e = self.modulate[i](e, w)
            features.append(e)
            if i + 1 < self.config.scales:
                h = leaky_relu(self.down_norm[i](self.down[i](e)))
        maps = [features[-1]]
        for i in reversed(range(self.config.scales - 1)):
            joined = torch.cat([upsample2(maps[0]), features[i]], 1)
            maps.insert(0, leaky_relu(self.up_norm[i](self.up[i](joined))))
        return maps


class Modulation(nn.Module):
    """BatchNorm without affine, then x (1 + gamma) + beta, gamma and beta 3x3 convolutions of the scale's map."""

    def __init__(self, channels: int, map_channels: int):
        super().__init__()
        self.norm = BatchNorm(channels, False)
        self.gamma = conv(map_channels, channels, 3)
        self.beta = conv(map_channels, channels, 3)

    def forward(self, x: Tensor, map_: Tensor) -> Tensor:
        return self.norm(x) * (1 + self.gamma(map_)) + self.beta(map_)


class GeneratorBlock(nn.Module):
    """Two modulated convolutions beside a shortcut, which is a modulated 1x1 one where channels change."""

    def __init__(self, channels_in: int, channels_out: int, map_channels: int):
        super().__init__()
        middle = min(channels_in, channels_out)
        self.mod0, self.conv0 = Modulation(channels_in, map_channels), SNConv2d(channels_in, middle, 3, bias=False)
        self.mod1, self.conv1 = Modulation(middle, map_channels), SNConv2d(middle, channels_out, 3, bias=False)
        self.learned = channels_in != channels_out
        if self.learned:
            self.mods = Modulation(channels_in, map_channels)
            self.convs = SNConv2d(channels_in, channels_out, 1, bias=False)

    def forward(self, x: Tensor, map_: Tensor) -> Tensor:
        dx = self.conv0(leaky_relu(self.mod0(x, map_)))
        dx = self.conv1(leaky_relu(self.mod1(dx, map_)))
        return (self.convs(self.mods(x, map_)) if self.learned else x) + dx


class Generator(nn.Module):
    """labels (B, H, W) integer, z (B, noise_dim) [, instances (B, H, W)] -> image (B, 3, H, W) in [-1, 1]."""

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        assert len(config.widths) == config.scales + 1, "widths: one more entry than label_widths"
        assert all(size % config.coarsest == 0 for size in config.image_size), f"image_size: not {config.coarsest} * n"
        self.config = config
        channels = config.num_classes + (1 if config.instance_edges else 0)
        self.mapping = MappingNetwork(config) if config.noise in ("cross_attention", "scale_shift") else None
        self.encoder = LabelEncoder(config)
        self.stem = conv(channels, config.widths[0], 3, bias=False)
        self.blocks = nn.ModuleList(
            GeneratorBlock(config.widths[i], config.widths[i + 1], config.label_widths[config.scales - 1 - i])
            for i in range(config.scales)
        )
        self.to_rgb = conv(config.widths[-1], 3, 3)

    def forward(self, labels: Tensor, z: Tensor, instances: Tensor | None = None) -> Tensor:
        return self.image_and_features(labels, z, instances)[0]

    def image_and_features(self, labels: Tensor, z: Tensor, instances: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The image, and the features that its last convolution reads."""
        hot = one_hot(labels, self.config.num_classes, z.dtype)
        if self.config.instance_edges:
            hot = torch.cat([hot, instance_edges(instances).to(z.dtype)], 1)
        w = self.mapping(z) if self.mapping is not None else None
        maps = self.encoder(hot, z, w)
        cell = self.config.coarsest
        x = self.stem(hot[:, :, ::cell, ::cell])  # nearest: the top-left pixel of each cell
        for i, block in enumerate(self.blocks):
            x = block(x, maps[self.config.scales - 1 - i])
            if i + 1 < self.config.scales:
                x = upsample2(x)
        features = leaky_relu(x)
        return torch.tanh(self.to_rgb(features)), features
