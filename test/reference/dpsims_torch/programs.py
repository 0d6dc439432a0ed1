# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The programs of models/programs.mlir that tests compare: their inputs, and what they compute.

Tensors are NCHW; ids are int32. Weights are named relative to the network:

    program         inputs -> outputs                                                       weights
    generator       labels (B,H,W), z (B,noise_dim) [instances (B,H,W)] -> image            the generator's
    discriminator   image -> logits                                                         the discriminator's
    features        image -> tap0 .. tap3                                                   by timm's names
    generator_gradients, discriminator_gradients (of one step's loss, in training mode, without an update)
                    labels, image, z1, z2, z3, patch_index0 .. patch_index3 (B,P) [instances]
                    [labelmix_choice (classes + 1,)] -> loss, each part, gradient/WEIGHT    generator.*, discriminator.*
    train           the same inputs with the steps in front -> loss/PART (steps,), after/WEIGHT, ema/generator.WEIGHT

BatchNorm uses running statistics in `generator` and `features`, those of the batch in the programs of training. A
frozen backbone has running ones everywhere, one that is trained from scratch those of the batch in training and in
`discriminator`. In training the power iteration of spectral norm comes first for the network that steps, as in
`Trainer.step`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .backbones import file_names
from .configuration import Training
from .layers import power_iterate
from .losses import Batch, discriminator_step_loss, generator_step_loss
from .training import Trainer

NAMES = ("generator", "discriminator", "features", "generator_gradients", "discriminator_gradients", "train")
UNSTORED = ("num_batches_tracked", "relative_position_index", "attn_mask")  # state that files of weights leave out
Tensors = dict[str, Tensor]


def noise_in_cells(batch: int, size: Sequence[int], cells: Sequence[int], random: torch.Generator) -> Iterator[Tensor]:
    """Normal noise (batch, 3, H, W), once for each of `cells`, in cells of so many pixels a side."""
    height, width = size
    for cell in cells:
        coarse = torch.randn(batch, 3, -(-height // cell), -(-width // cell), generator=random)
        yield F.interpolate(coarse, (height, width))


def random_labels(batch: int, size: Sequence[int], classes: int, cell: int, random: torch.Generator) -> Tensor:
    """(batch, H, W), cells of one label each; one id beyond the classes is among them, to be ignored."""
    height, width = size
    shape = (batch, -(-height // cell), -(-width // cell))
    cells = torch.randint(0, classes + 1, shape, generator=random, dtype=torch.int32)
    return cells.repeat_interleave(cell, 1).repeat_interleave(cell, 2)[:, :height, :width].contiguous()


def make_inputs(config: dict, batch: int, seed: int, training: Training) -> Tensors:
    """Inputs of one step for any program, by the names that the programs of training have."""
    random = torch.Generator().manual_seed(seed)
    height, width = size = config["image_size"]
    classes = config["num_classes"]
    labels = random_labels(batch, size, classes, 8, random)
    columns = torch.arange(width, dtype=torch.int32) // 12
    x = {
        "labels": labels,
        "instances": (labels * 7 + columns.view(1, 1, width)).contiguous(),
        "image": sum(noise_in_cells(batch, size, (64, 32, 16, 8, 4, 2, 1), random)).div(3).clamp(-1, 1),
        "labelmix_choice": torch.randint(0, 2, (classes + 1,), generator=random, dtype=torch.int32),
    }
    for name in ("z1", "z2", "z3"):
        x[name] = torch.randn(batch, training.generator.config.noise_dim, generator=random)
    for i, cell in enumerate((4, 8, 16, 32)):
        positions, patches = (height // cell) * (width // cell), training.loss.contrastive_patches
        drawn = [torch.randperm(positions, generator=random)[:patches] for _ in range(batch)]
        x[f"patch_index{i}"] = torch.stack(drawn).to(torch.int32)
    return x


def to_batch(inputs: Tensors) -> Batch:
    index = [inputs[f"patch_index{i}"].long() for i in range(4)]
    named = {name: inputs[name] for name in ("labels", "image", "z1", "z2", "z3", "instances", "labelmix_choice")}
    return Batch(patch_index=index, **named)


def state(net: nn.Module, prefix: str = "") -> Tensors:
    """A copy of the state that files of weights have."""
    stored = {name: value for name, value in net.state_dict().items() if not name.endswith(UNSTORED)}
    return {prefix + name: value.detach().clone().contiguous() for name, value in stored.items()}


def named_as_files(discriminator: nn.Module, tensors: Tensors, prefix: str = "") -> Tensors:
    """Tensors named as the discriminator's, below `prefix`, under the names of files."""
    names = file_names(discriminator.backbone, prefix + "backbone.")
    return {names.get(name, name): tensor for name, tensor in tensors.items()}


def both_states(training: Training) -> Tensors:
    """State of both networks under the names of files."""
    discriminator = state(training.discriminator, "discriminator.")
    return {
        **state(training.generator, "generator."),
        **named_as_files(training.discriminator, discriminator, "discriminator."),
    }


def _gradients(program: str, training: Training, batch: Batch) -> Tensors:
    generator, discriminator, loss, _ = training
    of_generator = program == "generator_gradients"
    net = generator if of_generator else discriminator
    prefix = "generator." if of_generator else "discriminator."
    step_loss = generator_step_loss if of_generator else discriminator_step_loss
    power_iterate(net)
    total, parts = step_loss(generator, discriminator, batch, loss)
    parameters = {name: p for name, p in net.named_parameters() if p.requires_grad}
    found = torch.autograd.grad(total, list(parameters.values()), allow_unused=True)
    gradients = {
        prefix + name: gradient if gradient is not None else torch.zeros_like(p)
        for (name, p), gradient in zip(parameters.items(), found)
    }
    if not of_generator:
        gradients = named_as_files(discriminator, gradients, prefix)
    return {
        "loss": total.detach().reshape(1),
        **{name: value.detach().reshape(1) for name, value in parts.items()},
        **{"gradient/" + name: gradient for name, gradient in gradients.items()},
    }


def _train(training: Training, batches: Sequence[Batch]) -> Tensors:
    trainer = Trainer(*training)
    log = [trainer.step(batch) for batch in batches]
    losses = {"loss/" + name: torch.tensor([step[name] for step in log], dtype=torch.float64) for name in log[0]}
    return {
        **losses,
        **{"after/" + name: value for name, value in both_states(training).items()},
        **{"ema/generator." + name: value for name, value in trainer.ema.items()},
    }


def compute(program: str, training: Training, steps: Sequence[Tensors], dtype: torch.dtype) -> Tensors:
    """The program's outputs on the inputs of each step, computed in `dtype` on copies of the networks."""
    generator, discriminator = (copy.deepcopy(net).to(dtype).train() for net in training[:2])
    training = training._replace(generator=generator, discriminator=discriminator)
    steps = [{k: v.to(dtype) if v.is_floating_point() else v for k, v in step.items()} for step in steps]
    first = steps[0]
    with torch.no_grad():
        if program == "generator":
            return {"image": generator.eval()(first["labels"], first["z1"], first["instances"])}
        if program == "discriminator":
            return {"logits": discriminator(first["image"])}
        if program == "features":
            taps = discriminator.eval().features(first["image"])
            return {f"tap{i}": tap for i, tap in enumerate(taps)}
    batches = [to_batch(step) for step in steps]
    return _train(training, batches) if program == "train" else _gradients(program, training, batches[0])
