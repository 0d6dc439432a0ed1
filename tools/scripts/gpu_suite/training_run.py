# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A run of `dpsims-run train`, whole and in two pieces, which must give the same bits."""

import filecmp

import process

MODEL = "run-2"
ITERATIONS = 40
EMULATED_ITERATIONS = 2


def compare(whole, half, last):
    for name in (f"checkpoints/step-{last:08}/model.safetensors", "ema.safetensors"):
        if not filecmp.cmp(whole / name, half / name, shallow=False):
            raise process.CommandError(f"{name}: a run that was stopped and resumed has other bits than a whole one")


def training_run(context):
    """The built-in shapes, the generator's photos, checkpoints: all of training on a small model."""
    last = EMULATED_ITERATIONS if context.options.emulated else ITERATIONS
    model, backbone = context.suite.model(MODEL), context.work / "backbone.safetensors"
    context.dpsims("init", "--model", model, "--entry", "features", "--seed", 1, "-o", backbone)
    flags = (
        "--model",
        model,
        "--backbone-weights",
        backbone,
        "--seed",
        1,
        "--checkpoint-every",
        max(1, last // 4),
        "--sample-every",
        last // 2,
        "--validate-every",
        0,
    )
    whole, half = context.work / "whole", context.work / "half"
    context.dpsims("train", "--output", whole, *flags, "--steps", last)
    context.dpsims("train", "--output", half, *flags, "--steps", last // 2)
    context.dpsims("train", "--output", half, "--resume", "--steps", last)
    compare(whole, half, last)
