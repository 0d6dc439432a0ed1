#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times a generator compiled for cuda against PyTorch on the same GPU, weights and inputs.

    compare-pytorch-gpu.py --run BUILD/bin/dpsims-run --model generator.dpsims --tf32-model generator-tf32.dpsims \\
        --weights weights.safetensors --config models/configs/ade20k-256.json --json result.json

The contenders: dpsims, PyTorch eager and torch.compile (max-autotune) in channels-last with spectral norm folded, each
in f32, TF32 and, PyTorch, bf16. Times are the best of several, by CUDA events; outputs are compared with PyTorch's in
f64. The result is written after each contender: torch.compile may take minutes.
"""

import argparse
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import networks

REPETITIONS = 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, text in (
        ("run", "dpsims-run"),
        ("model", "the generator, compiled for cuda"),
        ("tf32-model", "the same, compiled with --precision tf32"),
        ("weights", "its weights, safetensors"),
        ("config", "the configuration that it was compiled for"),
        ("json", "where the result goes"),
    ):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True, help=text)
    parser.add_argument(
        "--reference",
        type=pathlib.Path,
        default=networks.REFERENCE,
        metavar="DIR",
        help="folder of dpsims_torch (test/reference)",
    )
    parser.add_argument("--batch", type=int, default=1, help="that the model was compiled for")
    parser.add_argument("--seconds", type=int, default=600, help="start no contender after so many")
    return parser.parse_args()


def run_tool(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"compare-pytorch-gpu.py: error: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")


def measure_dpsims(args, inputs, expected, precision):
    """-> (seconds, relative error)"""
    from safetensors.torch import load_file, save_file

    model = args.tf32_model if precision == "tf32" else args.model
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        save_file({key: tensor.contiguous() for key, tensor in inputs.items()}, folder / "inputs.safetensors")
        run_tool(
            args.run,
            "execute",
            "--model",
            model,
            "--weights",
            args.weights,
            "--inputs",
            folder / "inputs.safetensors",
            "--outputs",
            folder / "outputs.safetensors",
        )
        error = networks.relative_error(expected, load_file(folder / "outputs.safetensors")["image"])
        run_tool(
            args.run,
            "bench",
            "--model",
            model,
            "--weights",
            args.weights,
            "--runs",
            REPETITIONS,
            "--json",
            folder / "times.json",
        )
        return json.loads((folder / "times.json").read_text())["device_seconds"], error


def seconds_of(torch, run):
    for _ in range(3):
        run()
    events = [torch.cuda.Event(enable_timing=True) for _ in range(REPETITIONS + 1)]
    events[0].record()
    for event in events[1:]:
        run()
        event.record()
    torch.cuda.synchronize()
    return min(a.elapsed_time(b) for a, b in zip(events, events[1:])) / 1e3


def measure_pytorch(torch, net, inputs, expected, precision, compiled):
    """-> (seconds, relative error)"""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.benchmark = True
    mine = copy.deepcopy(net)
    values = [tensor.cuda() for tensor in inputs.values()]
    if precision == "bf16":
        mine = mine.bfloat16()
        values = [value.bfloat16() if value.is_floating_point() else value for value in values]
    if compiled:
        torch._dynamo.reset()
        mine = torch.compile(mine, mode="max-autotune")
    image = mine(*values).float().cpu()
    return seconds_of(torch, lambda: mine(*values)), networks.relative_error(expected, image)


def expected_image(net, inputs):
    exact = copy.deepcopy(net).double()
    values = [tensor.cuda() for tensor in inputs.values()]
    return exact(*(value.double() if value.is_floating_point() else value for value in values)).cpu()


def main():
    args = arguments()
    end = time.monotonic() + args.seconds
    reference = networks.load_reference(args.reference)
    import torch

    torch.manual_seed(1)
    result = {"torch": torch.__version__, "device": torch.cuda.get_device_name(), "batch": args.batch, "contenders": []}
    with torch.no_grad():
        config = json.loads(args.config.read_text())
        net, inputs = networks.generator(reference, config, args.batch, args.weights)
        net = net.cuda().to(memory_format=torch.channels_last)
        expected = expected_image(net, inputs)
        contenders = [("dpsims", precision, None) for precision in ("tf32", "f32")]
        contenders += [("PyTorch eager", precision, False) for precision in ("tf32", "f32", "bf16")]
        contenders += [("torch.compile", precision, True) for precision in ("tf32", "bf16", "f32")]
        for name, precision, compiled in contenders:
            entry = {"contender": name, "precision": precision}
            if time.monotonic() > end:
                entry["reason"] = "no time was left"
            elif compiled is None:
                entry["seconds"], entry["error"] = measure_dpsims(args, inputs, expected, precision)
            else:
                entry["seconds"], entry["error"] = measure_pytorch(torch, net, inputs, expected, precision, compiled)
            result["contenders"].append(entry)
            args.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
