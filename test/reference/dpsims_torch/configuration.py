# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Configuration files: JSON, the same that dpsims-compile takes.

    {"num_classes": 35, "image_size": [96, 160],
     "generator": {"widths": [...], "label_widths": [...], "noise": "concat", ...},
     "discriminator": {"backbone": "convnext_atto", "conditioning": "bn_sigmoid", ...},
     "loss": {...}, "optimizer": {...}, "data": {...}}

Sections and keys are those of the dataclasses; what is left out has their defaults. "data" is of no concern here.
"""

from __future__ import annotations

from typing import NamedTuple

from .backbones import backbone
from .discriminator import Discriminator, DiscriminatorConfig
from .generator import Generator, GeneratorConfig
from .losses import LossConfig
from .training import OptimizerConfig

DEFAULT_BACKBONE = "convnext_large"
KEYS = {"num_classes", "image_size", "generator", "discriminator", "loss", "optimizer", "data"}


class Training(NamedTuple):
    """All that a configuration describes."""

    generator: Generator
    discriminator: Discriminator
    loss: LossConfig
    optimizer: OptimizerConfig


def from_config(config: dict) -> Training:
    assert set(config) <= KEYS, f"unknown keys {set(config) - KEYS}"
    size = tuple(config["image_size"])
    generator = Generator(GeneratorConfig(config["num_classes"], size, **config.get("generator", {})))
    section = dict(config.get("discriminator", {}))
    net = backbone(section.pop("backbone", DEFAULT_BACKBONE), size)
    discriminator = Discriminator(DiscriminatorConfig(config["num_classes"], **section), net)
    return Training(
        generator,
        discriminator,
        LossConfig(**config.get("loss", {})),
        OptimizerConfig(**config.get("optimizer", {})),
    )
