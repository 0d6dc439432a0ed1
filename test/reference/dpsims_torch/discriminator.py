# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The discriminator: image -> for each pixel, whether it was generated, or the label that it shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .layers import BN_EPS, SNConv2d, conv, leaky_relu, upsample2


@dataclasses.dataclass
class DiscriminatorConfig:
    """The section "discriminator" of a configuration without `backbone`."""

    num_classes: int
    projection_widths: Sequence[int] = (64, 128, 256, 512)  # conditioned taps /4, /8, /16, /32
    decoder_widths: Sequence[int] = (512, 256, 128, 128, 64)  # outputs of the up blocks, coarse to fine
    conditioning: str = "bn_sigmoid"  # bn_sigmoid | bn | sigmoid | none
    conditioning_statistics: str = "batch"  # batch | real: see FeatureConditioning
    pretrained: bool = True  # the backbone is frozen; false trains it from scratch


class FeatureConditioning(nn.Module):
    """A 1x1 projection (trained), BatchNorm with statistics of the batch and no affine, sigmoid.

    Statistics "batch": of the batch at hand, real or generated; a shift of all of a generated batch (its overall
    color) is then invisible to the decoder. "real": of the real batch of the same step in both cases, `reference`;
    gradients pass through them.
    """

    def __init__(self, channels_in: int, channels_out: int, mode: str):
        super().__init__()
        self.project = conv(channels_in, channels_out, 1, bias="bn" not in mode)
        self.mode = mode

    def forward(self, tap: Tensor, reference: Tensor | None = None) -> Tensor:
        y = self.project(tap)
        if "bn" in self.mode:
            r = y if reference is None else self.project(reference)
            mean = r.mean((0, 2, 3), keepdim=True)
            variance = (r - mean).square().mean((0, 2, 3), keepdim=True)
            y = (y - mean) / torch.sqrt(variance + BN_EPS)
        if "sigmoid" in self.mode:
            y = torch.sigmoid(y)
        return y


class UpBlock(nn.Module):
    """Twice the size: two convolutions beside an upsampled shortcut."""

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.conv0, self.conv1 = SNConv2d(channels_in, channels_out, 3), SNConv2d(channels_out, channels_out, 3)
        self.learned = channels_in != channels_out
        if self.learned:
            self.convs = SNConv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        dx = self.conv1(leaky_relu(self.conv0(upsample2(leaky_relu(x)))))
        shortcut = upsample2(x)
        return (self.convs(shortcut) if self.learned else shortcut) + dx


class Discriminator(nn.Module):
    """Image (B, 3, H, W) in [-1, 1] -> logits (B, 1 + classes, H, W).

    Channel 0 is "generated", channel k + 1 is label k.
    """

    def __init__(self, config: DiscriminatorConfig, backbone: nn.Module):
        super().__init__()
        self.config, self.backbone = config, backbone
        if config.pretrained:
            backbone.eval()
            for parameter in backbone.parameters():
                parameter.requires_grad_(False)
        taps, widths = list(config.projection_widths), list(config.decoder_widths)
        self.condition = nn.ModuleList(
            FeatureConditioning(c, width, config.conditioning) for c, width in zip(backbone.channels, taps)
        )
        inputs = [taps[3], widths[0] + taps[2], widths[1] + taps[1], widths[2] + taps[0], widths[3]]
        self.up = nn.ModuleList(UpBlock(i, o) for i, o in zip(inputs, widths))
        self.classify = conv(widths[4], config.num_classes + 1, 1)

    def train(self, mode: bool = True) -> Discriminator:
        super().train(mode)
        if self.config.pretrained:
            self.backbone.eval()
        return self

    def features(self, image: Tensor) -> list[Tensor]:
        """The backbone's taps."""
        mean = image.new_tensor(self.backbone.mean).view(1, 3, 1, 1)
        std = image.new_tensor(self.backbone.std).view(1, 3, 1, 1)
        return self.backbone(((image + 1) / 2 - mean) / std)

    def decode(self, taps: Sequence[Tensor], real_taps: Sequence[Tensor] | None = None) -> Tensor:
        """Taps -> logits. `real_taps`: those of the step's real batch, for the statistics "real"."""
        if self.config.conditioning_statistics != "real" or real_taps is None:
            real_taps = [None] * 4
        c = [module(tap, real) for module, tap, real in zip(self.condition, taps, real_taps)]
        x = self.up[0](c[3])
        x = self.up[1](torch.cat([x, c[2]], 1))
        x = self.up[2](torch.cat([x, c[1]], 1))
        x = self.up[3](torch.cat([x, c[0]], 1))
        return self.classify(self.up[4](x))

    def forward(self, image: Tensor) -> Tensor:
        return self.decode(self.features(image))
