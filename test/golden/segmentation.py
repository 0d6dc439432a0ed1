# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The segmentation networks of models/ in PyTorch, for make.py: what their authors published, with fewer blocks where a
configuration says so."""

import torch
from torch import nn
from torch.nn import functional
from torchvision.models.resnet import Bottleneck

# What the formula of the weights leaves as it is: counters of mit-semseg's BatchNorm, and an interpolation.
FIXED = ("_tmp_running_mean", "_tmp_running_var", "_running_iter", "up.weight")


def conv_norm(inner, out, kernel, stride=1, dilation=1, padding=None):
    padding = dilation * (kernel // 2) if padding is None else padding
    conv = nn.Conv2d(inner, out, kernel, stride, padding, dilation, bias=False)
    return conv, nn.BatchNorm2d(out)


def standardize(picture, mean, deviation):
    mean, deviation = (torch.tensor(v, dtype=picture.dtype).view(3, 1, 1) for v in (mean, deviation))
    return (picture / 255 - mean) / deviation


def resize(x, size):
    return functional.interpolate(x, size=size, mode="bilinear", align_corners=False)


class UperNet(nn.Module):
    """mit-semseg's, the logits before its softmax."""

    def __init__(self, classes, depths, width):
        from mit_semseg.models import models, resnet

        super().__init__()
        self.encoder = models.Resnet(resnet.ResNet(resnet.Bottleneck, depths))
        self.decoder = models.UPerNet(num_class=classes, fc_dim=2048, fpn_dim=width)

    def forward(self, picture):
        image = standardize(picture, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        logits = []
        hook = self.decoder.conv_last.register_forward_hook(lambda *seen: logits.append(seen[2]))
        self.decoder(self.encoder(image, return_feature_maps=True))
        hook.remove()
        return resize(logits[0], picture.shape[2:])


class Drn(nn.Module):
    """DRN-D with bottlenecks, as DRNSeg."""

    def __init__(self, classes, depths):
        super().__init__()
        base = [self.convs(3, 16, 7), self.convs(16, 16), self.convs(16, 32, stride=2)]
        width = 32
        for i, (stride, dilation) in enumerate(((2, 1), (2, 1), (1, 2), (1, 4))):
            base.append(self.blocks(depths[i], width, 64 * 2**i, stride, dilation))
            width = 256 * 2**i
        base += [self.convs(2048, 512, dilation=2), self.convs(512, 512)]
        self.base = nn.Sequential(*base)
        self.seg = nn.Conv2d(512, classes, 1)
        self.up = nn.ConvTranspose2d(classes, classes, 16, 8, 4, groups=classes, bias=False)
        ramp = 1 - (torch.arange(16) / 8 - 15 / 16).abs()
        self.up.weight.data[:] = torch.outer(ramp, ramp)

    @staticmethod
    def convs(*sizes, **options):
        kernel = sizes[2] if len(sizes) > 2 else 3
        return nn.Sequential(*conv_norm(*sizes[:2], kernel, **options), nn.ReLU())

    @staticmethod
    def blocks(count, inner, width, stride, dilation):
        skip = nn.Sequential(*conv_norm(inner, 4 * width, 1, stride))
        first = Bottleneck(inner, width, stride, skip, dilation=dilation)
        return nn.Sequential(first, *(Bottleneck(4 * width, width, dilation=dilation) for _ in range(count - 1)))

    def forward(self, picture):
        mean = [0.29010095242892997, 0.32808144844279574, 0.28696394422942517]
        deviation = [0.1829540508368939, 0.18656561047509476, 0.18447508988480435]
        height, width = picture.shape[2:]
        return self.up(self.seg(self.base(standardize(picture, mean, deviation))))[:, :, :height, :width]


def named_conv(*sizes, **options):
    conv, norm = conv_norm(*sizes, **options)
    return nn.ModuleDict({"conv": conv, "bn": norm})


def apply(pair, x):
    return pair["bn"](pair["conv"](x))


class DeepLabBlock(nn.Module):
    def __init__(self, inner, out, stride, dilation, first):
        super().__init__()
        self.reduce = named_conv(inner, out // 4, 1, stride)
        self.conv3x3 = named_conv(out // 4, out // 4, 3, dilation=dilation)
        self.increase = named_conv(out // 4, out, 1)
        self.shortcut = named_conv(inner, out, 1, stride) if first else None

    def forward(self, x):
        h = functional.relu(apply(self.reduce, x))
        h = apply(self.increase, functional.relu(apply(self.conv3x3, h)))
        return functional.relu(h + (x if self.shortcut is None else apply(self.shortcut, x)))


class DeepLab(nn.Module):
    """deeplab-pytorch's DeepLab-v2 at one scale."""

    def __init__(self, classes, depths):
        super().__init__()
        layers = {"layer1": nn.ModuleDict({"conv1": named_conv(3, 64, 7, 2)})}
        inner = 64
        for i, (stride, dilation) in enumerate(((1, 1), (2, 1), (1, 2), (1, 4))):
            out, blocks = 256 * 2**i, {}
            for j in range(depths[i]):
                blocks[f"block{j + 1}"] = DeepLabBlock(inner, out, 1 if j else stride, dilation, j == 0)
                inner = out
            layers[f"layer{i + 2}"] = nn.ModuleDict(blocks)
        rates = {f"c{i}": nn.Conv2d(2048, classes, 3, 1, rate, rate) for i, rate in enumerate((6, 12, 18, 24))}
        self.base = nn.ModuleDict(layers | {"aspp": nn.ModuleDict(rates)})

    def forward(self, picture):
        bgr = picture.flip(1) - torch.tensor([104.008, 116.669, 122.675], dtype=picture.dtype).view(3, 1, 1)
        h = functional.relu(apply(self.base["layer1"]["conv1"], bgr))
        h = functional.max_pool2d(h, 3, 2, 1, ceil_mode=True)
        for i in range(2, 6):
            for block in self.base[f"layer{i}"].values():
                h = block(h)
        return resize(sum(branch(h) for branch in self.base["aspp"].values()), picture.shape[2:])


NETWORKS = {"upernet": UperNet, "drn": Drn, "deeplab": DeepLab}
