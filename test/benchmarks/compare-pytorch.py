#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times compiled models against PyTorch, eager and torch.compile, on the same weights and inputs in one run.

    compare-pytorch.py --tools BUILD/bin
    compare-pytorch.py --tools BUILD/bin --case generator:camvid-128:8 --case features:camvid-128:4

What the reference needs must be installed (test/reference/requirements.txt), and a C++ compiler for torch.compile. A
case is PROGRAM:CONFIGURATION:BATCH, with a name in models/configs or a path as configuration. PyTorch runs in
channels-last, with spectral norm folded into the weights, and torch.compile with freezing. Each round times all
contenders one after the other; the table has the median over the rounds. Outputs are compared with PyTorch eager's.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_CASES = ("generator:ade20k-256:1", "features:ade20k-256:1")


def fail(message):
    sys.exit(f"compare-pytorch.py: error: {message}")


def run_tool(tools, name, *args):
    """Runs one of the project's tools; -> what it printed."""
    command = [str(tools / name), *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        fail(f"{' '.join(command)}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return done.stdout


def parse_case(text):
    parts = text.split(":")
    if len(parts) != 3 or parts[0] not in ("generator", "features") or not parts[2].isdigit():
        fail(f"--case {text}: must be generator:CONFIGURATION:BATCH or features:CONFIGURATION:BATCH")
    path = pathlib.Path(parts[1])
    if not path.suffix:
        path = ROOT / "models" / "configs" / f"{parts[1]}.json"
    if not path.is_file():
        fail(f"{path}: no such configuration")
    return parts[0], path, int(parts[2])


class Ours:
    """A compiled model with initial weights, and what it takes to run it."""

    def __init__(self, tools, folder, program, config, batch, threads):
        self.tools, self.threads = tools, threads
        self.model, self.weights = folder / "model.dpsims", folder / "weights.safetensors"
        self.inputs, self.outputs = folder / "inputs.safetensors", folder / "outputs.safetensors"
        self.times = folder / "times.json"
        run_tool(tools, "dpsims-compile", config, "--program", program, "--batch", batch, "-o", self.model)
        run_tool(tools, "dpsims-run", "init", "--model", self.model, "--seed", 1, "-o", self.weights)

    def execute(self, inputs):
        from safetensors.torch import load_file, save_file

        save_file(inputs, self.inputs)
        run_tool(
            self.tools,
            "dpsims-run",
            "execute",
            "--model",
            self.model,
            "--weights",
            self.weights,
            "--inputs",
            self.inputs,
            "--outputs",
            self.outputs,
            "--threads",
            self.threads,
        )
        return load_file(self.outputs)

    def seconds(self, repetitions):
        run_tool(
            self.tools,
            "dpsims-run",
            "bench",
            "--model",
            self.model,
            "--weights",
            self.weights,
            "--threads",
            self.threads,
            "--runs",
            repetitions,
            "--json",
            self.times,
        )
        return json.loads(self.times.read_text())["median_seconds"]


def fold_spectral_norm(torch, reference, net):
    """Spectrally normalized convs -> plain ones, as an inference engine would have them."""
    for module in net.modules():
        for name, child in module.named_children():
            if isinstance(child, reference.SNConv2d):
                matrix = child.weight.reshape(child.weight.shape[0], -1)
                sigma = torch.dot(child.u, matrix @ child.v)
                out, within, kernel, _ = child.weight.shape
                plain = torch.nn.Conv2d(within, out, kernel, child.stride, child.pad, bias=child.bias is not None)
                plain.weight.copy_(child.weight / sigma)
                if child.bias is not None:
                    plain.bias.copy_(child.bias)
                setattr(module, name, plain)


def load_weights(net, names, path):
    """`names`: the network's own names -> the file's."""
    from safetensors.torch import load_file

    made, state = load_file(path), net.state_dict()
    net.load_state_dict(
        {k: made[names.get(k, k)].reshape(v.shape) if names.get(k, k) in made else v for k, v in state.items()}
    )


def generator_case(torch, reference, config, batch, weights):
    """-> the network as a function of its inputs, and the inputs by name in its order."""
    height, width = config["image_size"]
    section = reference.GeneratorConfig(config["num_classes"], (height, width), **config.get("generator", {}))
    net = reference.Generator(section)
    load_weights(net, {}, weights)
    fold_spectral_norm(torch, reference, net)
    cells = torch.randint(0, section.num_classes, (batch, -(-height // 16), -(-width // 16)), dtype=torch.int32)
    labels = cells.repeat_interleave(16, 1).repeat_interleave(16, 2)[:, :height, :width].contiguous()
    inputs = {"labels": labels, "z": torch.randn(batch, section.noise_dim)}
    if section.instance_edges:
        inputs["instances"] = labels.clone()
    return net, inputs


def features_case(torch, reference, config, batch, weights):
    name = config.get("discriminator", {}).get("backbone", reference.DEFAULT_BACKBONE)
    backbone = reference.backbone(name, config["image_size"])
    load_weights(backbone, reference.file_names(backbone), weights)

    class Features(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = backbone
            self.register_buffer("mean", torch.tensor(backbone.mean).view(1, 3, 1, 1))
            self.register_buffer("std", torch.tensor(backbone.std).view(1, 3, 1, 1))

        def forward(self, image):
            return self.backbone(((image + 1) / 2 - self.mean) / self.std)

    return Features(), {"image": torch.rand(batch, 3, *config["image_size"]) * 2 - 1}


def count_flops(net, inputs):
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        net(*inputs)
    return counter.get_total_flops()


def compiled(torch, net, inputs):
    """torch.compile with freezing, warmed up."""
    import torch._inductor.config as inductor

    inductor.freezing = True
    fast = torch.compile(net)
    for _ in range(3):
        fast(*inputs)
    return fast


def seconds_of(net, inputs, repetitions):
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        net(*inputs)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def relative_error(expected, actual):
    return float((actual.double() - expected.double()).norm() / expected.double().norm())


def compare_outputs(expected, actual):
    """`expected`: a tensor or the list of taps; -> the worst relative error."""
    if not isinstance(expected, (list, tuple)):
        return relative_error(expected, actual["image"])
    return max(relative_error(t, actual[f"tap{i}"]) for i, t in enumerate(expected))


def measure(torch, reference, args, case):
    """One case: prints its table."""
    program, path, batch = parse_case(case)
    config = json.loads(path.read_text())
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        ours = Ours(args.tools, pathlib.Path(folder), program, path, batch, args.threads)
        build = {"generator": generator_case, "features": features_case}[program]
        net, named = build(torch, reference, config, batch, ours.weights)
        net = net.eval().to(memory_format=torch.channels_last)
        inputs = [t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t for t in named.values()]
        flops = count_flops(net, inputs)
        error = compare_outputs(net(*inputs), ours.execute(named))
        contenders = {"PyTorch eager": net}
        if not args.no_compile:
            contenders["torch.compile"] = compiled(torch, net, inputs)
        times = {name: [] for name in (*contenders, "dpsims")}
        for _ in range(args.rounds):
            for name, contender in contenders.items():
                times[name].append(seconds_of(contender, inputs, args.repetitions))
            times["dpsims"].append(ours.seconds(args.repetitions))
    report(case, flops, error, times)
    return error <= 1e-4


def report(case, flops, error, times):
    medians = {name: statistics.median(values) for name, values in times.items()}
    best = min(value for name, value in medians.items() if name != "dpsims")
    print(f"\n{case}: {flops / 1e9:.1f} GFLOP, relative difference from PyTorch eager {error:.1e}")
    print(f"  {'':16}{'ms':>10}{'fastest':>10}{'GFLOP/s':>10}{'speed':>8}")
    for name, value in medians.items():
        print(
            f"  {name:16}{1e3 * value:10.2f}{1e3 * min(times[name]):10.2f}{flops / value / 1e9:10.1f}"
            f"{best / value:8.2f}"
        )
    print("  speed: over the faster of PyTorch's", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--reference",
        type=pathlib.Path,
        default=ROOT / "test/reference",
        metavar="DIR",
        help="folder of dpsims_torch (test/reference)",
    )
    parser.add_argument(
        "--tools", type=pathlib.Path, required=True, metavar="DIR", help="folder of dpsims-compile and dpsims-run"
    )
    parser.add_argument(
        "--case", action="append", metavar="PROGRAM:CONFIGURATION:BATCH", help=f"default: {' and '.join(DEFAULT_CASES)}"
    )
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of each contender (all)")
    parser.add_argument("--rounds", type=int, default=5, help="in which the contenders take turns (5)")
    parser.add_argument("--repetitions", type=int, default=5, help="runs of each contender in a round (5)")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    args = parser.parse_args()
    if not (args.reference / "dpsims_torch").is_dir():
        fail(f"{args.reference}: no dpsims_torch there")
    if not (args.tools / "dpsims-run").is_file():
        fail(f"{args.tools}: no dpsims-run there")
    return args


def processor():
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.*)", cpuinfo.read_text()) if cpuinfo.is_file() else None
    return found[1] if found else platform.processor()


def main():
    args = parse_arguments()
    os.environ.setdefault("OMP_NUM_THREADS", str(args.threads))
    sys.path.insert(0, str(args.reference))
    import dpsims_torch
    import torch

    torch.set_num_threads(args.threads)
    print(f"{processor()}, {args.threads} threads, torch {torch.__version__}, f32")
    equal = [measure(torch, dpsims_torch, args, case) for case in args.case or DEFAULT_CASES]
    if not all(equal):
        fail("outputs differ from PyTorch's by more than 1e-4")


if __name__ == "__main__":
    main()
