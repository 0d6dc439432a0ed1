# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The losses, and what a step of either network minimizes."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from .discriminator import Discriminator
from .generator import Generator


@dataclasses.dataclass
class LossConfig:
    """The section "loss" of a configuration."""

    focal_gamma: float = 2.0
    contrastive_weight: float = 100.0
    contrastive_temperature: float = 0.3
    contrastive_patches: int = 128  # of an image and tap; never more than the tap has positions
    contrastive_segments: str = "labels"  # labels | instances: what separates an anchor from its negatives
    diversity_weight: float = 10.0
    diversity_margin: float = 0.5
    diversity_on: str = "features"  # features (those before to_rgb) | image
    r1_weight: float = 0.0
    labelmix_weight: float = 0.0


@dataclasses.dataclass
class Batch:
    """What one iteration takes. Ids are integers, (B, H, W)."""

    labels: Tensor
    image: Tensor  # (B, 3, H, W) in [-1, 1]
    z1: Tensor  # the generator's step: two noises, (B, noise_dim)
    z2: Tensor
    z3: Tensor  # the discriminator's step
    patch_index: list[Tensor]  # for each tap (B, patches): flat positions in its grid
    instances: Tensor | None = None
    labelmix_choice: Tensor | None = None  # (classes + 1,) of 0 and 1


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """Inverse frequency over the batch: pixels / (classes present * pixels of the class), 0 for those absent."""
    valid = (labels >= 0) & (labels < classes)
    pixels = torch.bincount(labels[valid].long(), minlength=classes).float()
    present = (pixels > 0).sum().clamp(min=1)
    return torch.where(pixels > 0, labels.numel() / (present * pixels.clamp(min=1)), torch.zeros_like(pixels))


def real_loss(logits: Tensor, labels: Tensor, config: LossConfig) -> Tensor:
    """Focal cross entropy against the label map, balanced by class; the mean over all pixels, ignored ones count 0."""
    classes = logits.shape[1] - 1
    valid = (labels >= 0) & (labels < classes)
    safe = torch.where(valid, labels, torch.zeros_like(labels)).long()
    logp = F.log_softmax(logits, 1).gather(1, (safe + 1).unsqueeze(1)).squeeze(1)
    weight = class_weights(labels, classes).to(logits.dtype)[safe] * valid
    return -(weight * (1 - logp.exp()) ** config.focal_gamma * logp).mean()


def fake_loss(logits: Tensor, config: LossConfig) -> Tensor:
    """Focal cross entropy against "generated"."""
    logp = F.log_softmax(logits, 1)[:, 0]
    return -((1 - logp.exp()) ** config.focal_gamma * logp).mean()


def slope_penalty(image: Tensor, logits: Tensor, labels: Tensor) -> Tensor:
    """R1: the squared length of the slope at an image of how much more its pixels are taken for their labels than for
    generated (the mean over its pixels, ignored ones count 0); the mean over the batch.
    """
    classes = logits.shape[1] - 1
    valid = (labels >= 0) & (labels < classes)
    safe = torch.where(valid, labels, torch.zeros_like(labels)).long()
    odds = logits.gather(1, (safe + 1).unsqueeze(1)).squeeze(1) - logits[:, 0]
    score = (odds * valid).flatten(1).mean(1).sum()
    (slope,) = torch.autograd.grad(score, image, create_graph=True)
    return slope.square().flatten(1).sum(1).mean()


def contrastive_loss(
    fake_taps: Sequence[Tensor],
    real_taps: Sequence[Tensor],
    segments: Tensor,
    index: Sequence[Tensor],
    config: LossConfig,
) -> Tensor:
    """Patch InfoNCE between generated and real features of the same label map.

    Anchor: the generated feature at a position of `index`; positive: the real feature there; negatives: the real
    features at the image's other positions, except those of the anchor's own segment. `segments` (B, H, W), the label
    map or the instance map, is sampled at a tap's grid by its top-left pixel. Features are normalized in L2; the real
    side takes no gradient.
    """
    total = 0.0
    for fake, real, positions in zip(fake_taps, real_taps, index):
        batch, channels, height, width = fake.shape
        down, across = segments.shape[1] // height, segments.shape[2] // width
        segment = segments[:, ::down, ::across].reshape(batch, -1).gather(1, positions)  # (B, P)
        spread = positions.unsqueeze(1).expand(-1, channels, -1)
        anchor = F.normalize(fake.reshape(batch, channels, -1).gather(2, spread), dim=1)
        key = F.normalize(real.detach().reshape(batch, channels, -1).gather(2, spread), dim=1)
        similarity = torch.einsum("bci,bcj->bij", anchor, key) / config.contrastive_temperature
        same = segment.unsqueeze(2) == segment.unsqueeze(1)
        diagonal = torch.eye(positions.shape[1], dtype=torch.bool, device=fake.device)
        similarity = similarity.masked_fill(same & ~diagonal, float("-inf"))
        total = total - torch.log_softmax(similarity, 2).diagonal(dim1=1, dim2=2).mean()
    return total / len(fake_taps)


def labelmix(labels: Tensor, real: Tensor, fake: Tensor, choice: Tensor) -> tuple[Tensor, Tensor]:
    """LabelMix: the mixed image, and the mask (B, 1, H, W).

    choice (classes + 1,) of 0 and 1 has an entry for each label and a last one for every ignored id; a pixel is real
    where its label's choice is 1.
    """
    classes = choice.shape[0] - 1
    valid = (labels >= 0) & (labels < classes)
    mask = choice[torch.where(valid, labels, torch.full_like(labels, classes)).long()].to(real.dtype).unsqueeze(1)
    return mask * real + (1 - mask) * fake, mask


def labelmix_loss(logits_mix: Tensor, logits_real: Tensor, logits_fake: Tensor, mask: Tensor) -> Tensor:
    """Mean squared difference between the logits of the mix and the mix of the logits."""
    return F.mse_loss(logits_mix, mask * logits_real + (1 - mask) * logits_fake)


def diversity_loss(first: Tensor, second: Tensor, config: LossConfig) -> Tensor:
    """max(0, margin - mean |first - second|) for each image, of two noises; the mean over the batch."""
    distance = (first - second).abs().flatten(1).mean(1)
    return F.relu(config.diversity_margin - distance).mean()


Losses = tuple[Tensor, dict[str, Tensor]]  # what is minimized, and its parts


def generator_step_loss(generator: Generator, discriminator: Discriminator, batch: Batch, config: LossConfig) -> Losses:
    fake, features = generator.image_and_features(batch.labels, batch.z1, batch.instances)
    taps = discriminator.features(fake)
    real_taps = None
    if config.contrastive_weight or discriminator.config.conditioning_statistics == "real":
        with torch.no_grad():
            real_taps = discriminator.features(batch.image)
    parts = {"adversarial": real_loss(discriminator.decode(taps, real_taps), batch.labels, config)}
    total = parts["adversarial"]
    if config.contrastive_weight:
        segments = batch.instances if config.contrastive_segments == "instances" else batch.labels
        parts["contrastive"] = contrastive_loss(taps, real_taps, segments, batch.patch_index, config)
        total = total + config.contrastive_weight * parts["contrastive"]
    if config.diversity_weight:
        fake2, features2 = generator.image_and_features(batch.labels, batch.z2, batch.instances)
        pair = (fake, fake2) if config.diversity_on == "image" else (features, features2)
        parts["diversity"] = diversity_loss(*pair, config)
        total = total + config.diversity_weight * parts["diversity"]
    return total, parts


def discriminator_step_loss(
    generator: Generator, discriminator: Discriminator, batch: Batch, config: LossConfig
) -> Losses:
    with torch.no_grad():
        fake = generator(batch.labels, batch.z3, batch.instances)
    image = batch.image.detach().requires_grad_(config.r1_weight > 0)
    # Fused attention has no second derivative.
    with sdpa_kernel(SDPBackend.MATH) if config.r1_weight else contextlib.nullcontext():
        real_taps = discriminator.features(image)
    logits_real = discriminator.decode(real_taps)
    logits_fake = discriminator.decode(discriminator.features(fake), real_taps)
    parts = {"real": real_loss(logits_real, batch.labels, config), "fake": fake_loss(logits_fake, config)}
    total = parts["real"] + parts["fake"]
    if config.r1_weight:
        parts["r1"] = slope_penalty(image, logits_real, batch.labels)
        total = total + config.r1_weight / 2 * parts["r1"]
    if config.labelmix_weight:
        mixed, mask = labelmix(batch.labels, batch.image, fake, batch.labelmix_choice)
        logits_mix = discriminator.decode(discriminator.features(mixed), real_taps)
        parts["labelmix"] = labelmix_loss(logits_mix, logits_real, logits_fake, mask)
        total = total + config.labelmix_weight * parts["labelmix"]
    return total, parts
