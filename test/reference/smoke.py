#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ten iterations of a small configuration, in seconds: losses and time of each, then the networks' sizes.

smoke.py
"""

import time

import dpsims_torch
import torch
from dpsims_torch import programs

CONFIG = {
    "num_classes": 5,
    "image_size": [64, 64],
    "generator": {
        "widths": [32, 32, 32, 16, 8],
        "label_widths": [8, 16, 16, 16],
        "instance_edges": True,
        "noise_tokens": 4,
        "query_dim": 8,
        "style_dim": 16,
        "noise_dim": 8,
    },
    "discriminator": {
        "backbone": "convnext_atto",
        "projection_widths": [8, 8, 16, 16],
        "decoder_widths": [16, 16, 8, 8, 8],
    },
    "loss": {"contrastive_patches": 16},
}


def main() -> None:
    torch.manual_seed(0)
    training = dpsims_torch.from_config(CONFIG)
    dpsims_torch.initialize(training.generator, 1)
    dpsims_torch.initialize(training.discriminator, 2)
    trainer = dpsims_torch.Trainer(*training)
    for step in range(10):
        start = time.perf_counter()
        losses = trainer.step(programs.to_batch(programs.make_inputs(CONFIG, 2, step, training)))
        print(step, *(f"{k} {v:.4f}" for k, v in losses.items()), f"{time.perf_counter() - start:.3f} s")
    sizes = [sum(p.numel() for p in net.parameters()) for net in training[:2]]
    print(f"generator {sizes[0]} weights, discriminator {sizes[1]}")


if __name__ == "__main__":
    main()
