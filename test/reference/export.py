#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a test case for any configuration: random weights, random inputs, and what the reference computes from them.

    export.py CONFIG.json --program PROGRAM --batch 2 --seed 1 --out DIR
    -> DIR/weights.safetensors  DIR/inputs.safetensors  DIR/expected.safetensors

dpsims_torch/programs.py lists the programs with their inputs and outputs. What is expected is computed in f64 and
stored in f32; tolerance.py says how close a result must be to it.
"""

from __future__ import annotations

import argparse
import json
import pathlib
from collections.abc import Callable
from typing import NamedTuple

import dpsims_torch
import tolerance
import torch
from dpsims_torch import programs
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F


class Case(NamedTuple):
    weights: programs.Tensors
    inputs: programs.Tensors
    expected: programs.Tensors
    worst: str  # the output on which f32 alone is the furthest off,
    error: float  # and its error over the tolerance


@torch.no_grad()
def randomize(net: nn.Module, seed: int) -> None:
    """Moves every weight and statistic away from its trivial start; magnitudes stay sane."""
    random = torch.Generator().manual_seed(seed)

    def noise(tensor):
        return torch.randn(tensor.shape, generator=random)

    for name, module in net.named_modules():
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)) and module.weight is not None:
            residual = "backbone" in name and name.endswith(("bn2", "bn3"))  # tame residual branches
            module.weight.copy_((0.3 if residual else 1.0) * (1 + 0.2 * noise(module.weight)))
            module.bias.copy_(0.2 * noise(module.bias))
    for name, parameter in net.named_parameters():
        if name.endswith("gamma") and parameter.dim() == 1:  # ConvNeXt's layer scale
            parameter.copy_(0.2 + 0.1 * noise(parameter))
        elif parameter.dim() > 1:
            parameter.copy_(noise(parameter) * (1.5 / parameter[0].numel()) ** 0.5)
        elif name.endswith("bias") and "norm" not in name and "bn" not in name:
            parameter.copy_(0.1 * noise(parameter))
    for module in net.modules():
        if isinstance(module, dpsims_torch.SNConv2d):
            module.u.copy_(F.normalize(noise(module.u), dim=0))
            for _ in range(4):
                module.power_iterate()


@torch.no_grad()
def calibrate(net: nn.Module, forward: Callable[[], object]) -> None:
    """Sets running statistics to those of one forward pass: stored ones and a batch's then agree in magnitude."""
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta, mode = [norm.momentum for norm in norms], net.training
    net.train()
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    forward()
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    net.train(mode)


def load_backbone(backbone: nn.Module, path: pathlib.Path) -> None:
    """Gives a backbone real weights, by timm's names; what the file lacks stays."""
    found, names = load_file(path), dpsims_torch.file_names(backbone)
    state = backbone.state_dict()
    backbone.load_state_dict({k: found.get(names.get(k, k), v).reshape(v.shape) for k, v in state.items()})


def weights_and_keys(program: str, training: dpsims_torch.Training) -> tuple[programs.Tensors, list[str]]:
    """The weights that a program has, and the names of its inputs."""
    generator, discriminator, loss, _ = training
    if program == "generator":
        return programs.state(generator), ["labels", *["instances"] * generator.config.instance_edges]
    if program in ("discriminator", "features"):
        named = programs.named_as_files(discriminator, programs.state(discriminator))
        if program == "features":
            prefix = "backbone."
            named = {k[len(prefix) :]: v for k, v in named.items() if k.startswith(prefix)}
        return named, ["image"]
    keys = ["labels", "image", "z1", "z2", "z3", *(f"patch_index{i}" for i in range(4))]
    keys += ["instances"] * (generator.config.instance_edges or loss.contrastive_segments == "instances")
    keys += ["labelmix_choice"] * bool(loss.labelmix_weight)
    return programs.both_states(training), keys


def make_case(
    config: dict, program: str, batch: int, steps: int, seed: int, backbone_weights: pathlib.Path | None = None
) -> Case:
    torch.manual_seed(seed)
    training = dpsims_torch.from_config(config)
    generator, discriminator = training[:2]
    randomize(generator, seed)
    randomize(discriminator, seed + 1)
    x = programs.make_inputs(config, 4, seed + 7, training)
    calibrate(generator, lambda: generator(x["labels"], x["z1"], x["instances"]))
    if backbone_weights:
        load_backbone(discriminator.backbone, backbone_weights)
    else:
        calibrate(discriminator.backbone, lambda: discriminator.features(x["image"]))
    count = steps if program == "train" else 1
    made = [programs.make_inputs(config, batch, seed + 2 + i, training) for i in range(count)]
    weights, keys = weights_and_keys(program, training)
    inputs = {k: torch.stack([x[k] for x in made]) if program == "train" else made[0][k] for k in keys}
    if program == "generator":
        inputs["z"] = made[0]["z1"]
    exact, single = (programs.compute(program, training, made, dtype) for dtype in (torch.float64, torch.float32))
    return Case(weights, inputs, exact, *tolerance.compare(exact, single)[0])


def best_case(args: argparse.Namespace, config: dict) -> Case:
    """The case of the first seed that is far from kinks, or the best of six."""
    best = None
    for seed in range(args.seed, args.seed + 600, 100):
        made = make_case(config, args.program, args.batch, args.steps, seed, args.backbone_weights)
        best = min(best or made, made, key=lambda case: case.error)
        if best.error < 1:
            break
    return best


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=pathlib.Path, help="a configuration, JSON")
    parser.add_argument("--program", required=True, choices=programs.NAMES, help="of models/programs.mlir")
    parser.add_argument("--batch", type=int, default=2, help="as dpsims-compile --batch (2)")
    parser.add_argument("--steps", type=int, default=10, help="of `train` (10)")
    parser.add_argument("--seed", type=int, default=1, help="of weights and inputs (1)")
    parser.add_argument("--backbone-weights", type=pathlib.Path, help="real weights (safetensors, timm's names)")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the three files")
    return parser.parse_args()


def main() -> None:
    args = parse_arguments()
    config = json.loads(args.config.read_text(encoding="utf-8"))
    case = best_case(args, config)
    gradients = tolerance.case_tolerance(case.worst, case.error)
    print(f"{args.out}: f32 alone is at {case.error:.2g} of the tolerance ({case.worst}); gradients: {gradients:.1e}")
    args.out.mkdir(parents=True, exist_ok=True)
    metadata = {
        "config": json.dumps(config),
        "program": args.program,
        "seed": str(args.seed),
        "gradient_tolerance": str(gradients),
    }
    for name in ("weights", "inputs", "expected"):
        tensors = getattr(case, name)
        stored = {k: (v.float() if v.is_floating_point() else v).detach().contiguous() for k, v in tensors.items()}
        save_file(stored, args.out / f"{name}.safetensors", metadata=metadata)


if __name__ == "__main__":
    main()
