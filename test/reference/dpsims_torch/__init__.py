# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The method in PyTorch: what the compiled models are compared with, on the same weights.

Names of parameters are those of the project's files of weights. Tensors are NCHW, as PyTorch has them.
"""

from .backbones import ConvNeXt, backbone, file_names
from .configuration import DEFAULT_BACKBONE, Training, from_config
from .discriminator import Discriminator, DiscriminatorConfig
from .generator import Generator, GeneratorConfig
from .layers import SNConv2d, power_iterate
from .losses import Batch, LossConfig, discriminator_step_loss, generator_step_loss
from .training import OptimizerConfig, Trainer, initialize

__all__ = [
    "DEFAULT_BACKBONE",
    "Batch",
    "ConvNeXt",
    "Discriminator",
    "DiscriminatorConfig",
    "Generator",
    "GeneratorConfig",
    "LossConfig",
    "OptimizerConfig",
    "SNConv2d",
    "Trainer",
    "Training",
    "backbone",
    "discriminator_step_loss",
    "file_names",
    "from_config",
    "generator_step_loss",
    "initialize",
    "power_iterate",
]
