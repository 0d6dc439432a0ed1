#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times a training iteration against PyTorch eager in channels-last, the fastest mode of PyTorch for it, in one run.

    compare-pytorch-training.py --tools BUILD/bin [--config camvid-128] [--backbone NAME] [--batch 8]

What the reference needs must be installed: test/reference/requirements.txt. Each round runs both, one after the other,
each in a process of its own: seconds are the median of its iterations after the first, memory is the process's peak (of
dpsims, before the benchmark measures the machine itself). The table has the medians over the rounds.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--reference",
        type=pathlib.Path,
        default=ROOT / "test/reference",
        metavar="DIR",
        help="folder of dpsims_torch (test/reference)",
    )
    parser.add_argument("--tools", type=pathlib.Path, help="folder of dpsims-compile and dpsims-run")
    parser.add_argument("--config", default="camvid-128", help="a name in models/configs, or a file")
    parser.add_argument("--backbone", help="instead of the configuration's")
    parser.add_argument("--batch", type=int, default=8, help="pictures in an iteration (8)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each contender (all)")
    parser.add_argument("--rounds", type=int, default=3, help="in which both take turns (3)")
    parser.add_argument("--iterations", type=int, default=4, help="in each round, and one more to warm up")
    # PyTorch alone, for the GPU suite too: {"seconds": of each iteration, "memory": bytes, null on a CPU} goes there.
    parser.add_argument("--pytorch-worker", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--device", default="cpu", help=argparse.SUPPRESS)
    parser.add_argument("--tf32", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--benchmark", action="store_true", help=argparse.SUPPRESS)  # on a GPU: takes minutes
    args = parser.parse_args()
    if not args.tools and not args.pytorch_worker:
        parser.error("the following arguments are required: --tools")
    return args


def configuration(args):
    path = pathlib.Path(args.config)
    path = path if path.suffix else ROOT / "models" / "configs" / f"{args.config}.json"
    config = json.loads(path.read_text())
    if args.backbone:
        config.setdefault("discriminator", {})["backbone"] = args.backbone
    return config


def pytorch_iterations(args, config):
    """Runs the reference's trainer on inputs like those of a data set; -> what the worker writes."""
    import torch

    sys.path.insert(0, str(args.reference))
    import dpsims_torch
    from dpsims_torch import programs

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.tf32
    torch.backends.cudnn.benchmark = args.benchmark
    training = dpsims_torch.from_config(config)
    for seed, net in enumerate(training[:2], 1):
        dpsims_torch.initialize(net, seed)
        net.to(args.device, memory_format=torch.channels_last)
    trainer = dpsims_torch.Trainer(*training)
    inputs = programs.make_inputs(config, args.batch, 1, training)
    inputs["image"] = inputs["image"].contiguous(memory_format=torch.channels_last)
    batch = programs.to_batch({name: value.to(args.device) for name, value in inputs.items()})
    seconds = []
    for _ in range(args.iterations + 1):
        start = time.perf_counter()
        trainer.step(batch)  # waits for the losses
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds[1:], "memory": torch.cuda.max_memory_allocated() if args.device != "cpu" else None}


def measured(command):
    """Runs a command; -> its peak memory in bytes."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(
            f"compare-pytorch-training.py: error: {command[0]}: {(error.strip().splitlines() or ['no message'])[-1]}"
        )
    return usage.ru_maxrss * 1024


def compare(args, config):
    """-> for each contender a list of (seconds an iteration, bytes at the peak), one a round, in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "config.json").write_text(json.dumps(config))
        model, times = folder / "train.dpsims", folder / "times.json"
        compiler = [args.tools / "dpsims-compile", folder / "config.json", "--program", "train"]
        measured([*compiler, "--batch", args.batch, "-o", model])
        ours = [args.tools / "dpsims-run", "bench", "--model", model, "--runs", args.iterations]
        ours += ["--threads", args.threads, "--json", times]
        theirs = [sys.executable, __file__, *sys.argv[1:], "--pytorch-worker", times]
        measured(ours)  # chooses its algorithms once a machine
        results = {"PyTorch eager": [], "dpsims": []}
        for _ in range(args.rounds):
            memory = measured(theirs)
            results["PyTorch eager"].append((statistics.median(json.loads(times.read_text())["seconds"]), memory))
            measured(ours)
            result = json.loads(times.read_text())
            results["dpsims"].append((result["median_seconds"], result["memory"]["resident_peak"]))
    return results


def main():
    args = arguments()
    config = configuration(args)
    if args.pytorch_worker:
        args.pytorch_worker.write_text(json.dumps(pytorch_iterations(args, config)))
        return
    results = compare(args, config)
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items()}
    print(
        f"{args.config}, {config.get('discriminator', {}).get('backbone', 'convnext_large')}, batch {args.batch}, "
        f"{args.threads} threads\n\n| | seconds an iteration | peak memory |\n|---|---|---|"
    )
    for name, (seconds, memory) in medians.items():
        print(f"| {name} | {seconds:.2f} | {memory / 1e9:.2f} GB |")
    (slow, large), (fast, small) = medians["PyTorch eager"], medians["dpsims"]
    print(f"\n{slow / fast:.2f} times as fast, in {small / large:.2f} of the memory")


if __name__ == "__main__":
    main()
