# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One iteration of training, and the weights that it begins with."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .discriminator import Discriminator
from .generator import Generator
from .layers import SNConv2d, power_iterate
from .losses import Batch, LossConfig, discriminator_step_loss, generator_step_loss


@dataclasses.dataclass
class OptimizerConfig:
    """The section "optimizer" of a configuration."""

    lr: float = 1e-3
    discriminator_lr: float = 0.0  # 0: as lr
    warmup_steps: int = 0  # in which learning rates grow linearly, the first step's too
    betas: tuple[float, float] = (0.0, 0.99)
    eps: float = 1e-8
    clip_weight_norm: float = 0.0  # 0: off; of each weight's gradient, before clip_norm
    clip_norm: float = 0.0  # 0: off; Swin needs it
    ema_decay: float = 0.9999


class Trainer:
    """An iteration: a step of the generator, its moving average, then a step of the discriminator on a fresh image."""

    def __init__(
        self,
        generator: Generator,
        discriminator: Discriminator,
        loss: LossConfig | None = None,
        optimizer: OptimizerConfig | None = None,
    ):
        self.generator, self.discriminator = generator, discriminator
        self.loss, self.optimizer = loss or LossConfig(), optimizer or OptimizerConfig()
        options = self.optimizer
        self.adam_g = self._adam(generator, options.lr)
        self.adam_d = self._adam(discriminator, options.discriminator_lr or options.lr)
        self.done = 0
        self.ema = {name: p.detach().clone() for name, p in generator.named_parameters()}

    def step(self, batch: Batch) -> dict[str, float]:
        """Runs an iteration; -> both losses ("g", "d") and their parts."""
        self.generator.train()
        self.discriminator.train()
        self.done += 1
        power_iterate(self.generator)
        loss_g, parts_g = generator_step_loss(self.generator, self.discriminator, batch, self.loss)
        self._apply(self.adam_g, loss_g)
        for name, parameter in self.generator.named_parameters():
            self.ema[name].lerp_(parameter.detach(), 1 - self.optimizer.ema_decay)
        power_iterate(self.discriminator)
        loss_d, parts_d = discriminator_step_loss(self.generator, self.discriminator, batch, self.loss)
        self._apply(self.adam_d, loss_d)
        losses = {"g": loss_g, "d": loss_d, **parts_g, **parts_d}
        return {name: value.item() for name, value in losses.items()}

    def _adam(self, net: nn.Module, lr: float) -> torch.optim.Adam:
        options = self.optimizer
        trained = [p for p in net.parameters() if p.requires_grad]
        adam = torch.optim.Adam(trained, lr, options.betas, options.eps)
        adam.param_groups[0]["full_lr"] = lr
        return adam

    def _apply(self, adam: torch.optim.Adam, loss: Tensor) -> None:
        parameters = [p for group in adam.param_groups for p in group["params"]]
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient if gradient is not None else torch.zeros_like(parameter)
        if self.optimizer.clip_weight_norm:
            for parameter in parameters:
                nn.utils.clip_grad_norm_([parameter], self.optimizer.clip_weight_norm)
        if self.optimizer.clip_norm:
            nn.utils.clip_grad_norm_(parameters, self.optimizer.clip_norm)
        for group in adam.param_groups:
            group["lr"] = group["full_lr"] * min(1.0, self.done / max(1, self.optimizer.warmup_steps))
        adam.step()


@torch.no_grad()
def initialize(net: nn.Module, seed: int, skip: Sequence[str] = ("backbone",)) -> None:
    """Gives a network the weights that training begins with; children named in `skip` keep what they have.

    Xavier normal for convolutions and linear layers, with gain 1, but 0.02 for the convolutions of gamma and beta (a
    modulation starts near the identity); biases 0; u normal and normalized, then 16 power iterations. (With gain 0.02
    everywhere, a learning rate of 1e-3 moves a spectrally normalized weight by more than its own size in a step, u lags
    behind, and W / sigma explodes.)
    """
    random = torch.Generator().manual_seed(seed)
    for name, module in net.named_modules():
        if any(name == s or name.startswith(s + ".") for s in skip):
            continue
        if isinstance(module, (nn.Conv2d, nn.Linear, SNConv2d)):
            weight = module.weight
            field = weight[0][0].numel() if weight.dim() > 2 else 1
            gain = 0.02 if name.endswith((".gamma", ".beta")) else 1.0
            std = gain * math.sqrt(2.0 / ((weight.shape[1] + weight.shape[0]) * field))
            weight.copy_(torch.randn(weight.shape, generator=random) * std)
            if module.bias is not None:
                module.bias.zero_()
        if isinstance(module, SNConv2d):
            module.u.copy_(F.normalize(torch.randn(module.u.shape, generator=random), dim=0))
            for _ in range(16):
                module.power_iterate()
