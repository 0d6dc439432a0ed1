# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Backbones of the discriminator: image (normalized) -> taps at /4, /8, /16, /32.

Each has `channels` (of the taps) and `mean` and `std` (of the images that it was trained on).
"""

from __future__ import annotations

import re

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import upsample2

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class ConvNeXtBlock(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.conv_dw = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.mlp = nn.Module()
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        self.gamma = nn.Parameter(torch.full((channels,), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.conv_dw(x).permute(0, 2, 3, 1))
        y = self.mlp.fc2(F.gelu(self.mlp.fc1(y))) * self.gamma
        return x + y.permute(0, 3, 1, 2)


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    """ConvNeXt by timm's names; the taps are the stages' outputs as they are.

    It equals timm's to the bit. timm's files of atto to nano store the MLP's weights as 1x1 convolutions,
    (out, in, 1, 1): a loader takes either shape.
    """

    mean, std = IMAGENET_MEAN, IMAGENET_STD
    SIZES = {
        "convnext_atto": ((2, 2, 6, 2), (40, 80, 160, 320)),
        "convnext_femto": ((2, 2, 6, 2), (48, 96, 192, 384)),
        "convnext_pico": ((2, 2, 6, 2), (64, 128, 256, 512)),
        "convnext_nano": ((2, 2, 8, 2), (80, 160, 320, 640)),
        "convnext_tiny": ((3, 3, 9, 3), (96, 192, 384, 768)),
        "convnext_small": ((3, 3, 27, 3), (96, 192, 384, 768)),
        "convnext_base": ((3, 3, 27, 3), (128, 256, 512, 1024)),
        "convnext_large": ((3, 3, 27, 3), (192, 384, 768, 1536)),
        "convnext_xlarge": ((3, 3, 27, 3), (256, 512, 1024, 2048)),
    }

    def __init__(self, depths: tuple[int, ...], widths: tuple[int, ...]):
        super().__init__()
        self.channels = list(widths)
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 4, 4), LayerNorm2d(widths[0], eps=1e-6))
        self.stages = nn.ModuleList()
        for i, (depth, width) in enumerate(zip(depths, widths)):
            stage = nn.Module()
            if i:
                norm = LayerNorm2d(widths[i - 1], eps=1e-6)
                stage.downsample = nn.Sequential(norm, nn.Conv2d(widths[i - 1], width, 2, 2))
            stage.blocks = nn.Sequential(*[ConvNeXtBlock(width) for _ in range(depth)])
            self.stages.append(stage)

    def forward(self, x: Tensor) -> list[Tensor]:
        x, taps = self.stem(x), []
        for i, stage in enumerate(self.stages):
            x = stage.blocks(stage.downsample(x) if i else x)
            taps.append(x)
        return taps


class TimmTaps(nn.Module):
    """Any backbone of timm that has taps at /4, /8, /16, /32.

    Swin is built for the image's size, without stochastic depth, so that a training step is a function of its inputs;
    its taps are the stages' outputs without the last norm.
    """

    def __init__(self, name: str, image_size: tuple[int, int] | None = None):
        super().__init__()
        import timm

        options = {"drop_path_rate": 0.0} if "swin" in name else {}
        if image_size and "swin" in name:
            options["img_size"] = tuple(image_size)
        whole = timm.create_model(name, pretrained=False, features_only=True, **options)
        indices = [i for i, r in enumerate(whole.feature_info.reduction()) if r in (4, 8, 16, 32)]
        self.net = timm.create_model(name, pretrained=False, features_only=True, out_indices=indices, **options)
        self.channels = self.net.feature_info.channels()
        self.channels_last = "swin" in name
        described = self.net if hasattr(self.net, "default_cfg") else timm.create_model(name)
        self.mean, self.std = described.default_cfg["mean"], described.default_cfg["std"]

    def forward(self, x: Tensor) -> list[Tensor]:
        return [tap.permute(0, 3, 1, 2) if self.channels_last else tap for tap in self.net(x)]

    def file_names(self) -> list[str]:
        """The state's names in timm's files: wrappers in `net` rename "stages.0" to "stages_0"."""
        return [re.sub(r"^(layers|stages|stem)_(\d+)", r"\1.\2", name) for name in self.net.state_dict()]


class ViTTaps(nn.Module):
    """A plain vision transformer of timm ("vit_*_patch16_*", "deit_*").

    The taps are the tokens after blocks d/4, d/2, 3 d/4 and d (of d blocks; without last norm and class token) as maps
    at /16, brought to /4 and /8 by nearest upsampling, to /32 by the mean of 2x2. Position embeddings of another grid
    than the image's are resampled as timm does (bicubic, antialiased).
    """

    def __init__(self, name: str):
        super().__init__()
        import timm

        self.net = timm.create_model(name, pretrained=False, num_classes=0, dynamic_img_size=True)
        assert self.net.patch_embed.patch_size == (16, 16), f"{name}: patches of 16 pixels are needed"
        depth = len(self.net.blocks)
        self.indices = [depth // 4 - 1, depth // 2 - 1, 3 * depth // 4 - 1, depth - 1]
        self.channels = [self.net.embed_dim] * 4
        self.mean, self.std = self.net.default_cfg["mean"], self.net.default_cfg["std"]

    def forward(self, x: Tensor) -> list[Tensor]:
        a, b, c, d = self.net.forward_intermediates(x, indices=self.indices, norm=False, intermediates_only=True)
        return [upsample2(upsample2(a)), upsample2(b), c, F.avg_pool2d(d, 2)]

    def file_names(self) -> list[str]:
        return list(self.net.state_dict())


def backbone(name: str, image_size: tuple[int, int] | None = None) -> nn.Module:
    """A backbone by timm's name; ConvNeXt needs no timm."""
    if name in ConvNeXt.SIZES:
        return ConvNeXt(*ConvNeXt.SIZES[name])
    return ViTTaps(name) if name.startswith(("vit_", "deit_")) else TimmTaps(name, image_size)


def file_names(net: nn.Module, prefix: str = "") -> dict[str, str]:
    """A backbone's names of its state -> those of files, both below `prefix`; only those that differ."""
    if not hasattr(net, "file_names"):
        return {}
    return {f"{prefix}net.{own}": prefix + file for own, file in zip(net.net.state_dict(), net.file_names())}
