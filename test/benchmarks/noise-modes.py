#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What noise by cross-attention costs beside the generator's other modes, as a table: sampling, and an iteration of
training.

    noise-modes.py --tools build/release/bin [--sample ade20k-256] [--train camvid-128]

On this machine times are measured, all modes in turns, the medians of the rounds; for a GPU they are the least that its
peaks allow by the compiler's cost model.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODES = ("cross_attention", "concat", "scale_shift", "none")
PEAKS = "494e12,4.8e12"  # NVIDIA H200: TF32 without sparsity, memory (its data sheet)


def run_tool(tools, name, *words):
    done = subprocess.run([str(tools / name), *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line]
        sys.exit(f"noise-modes.py: error: {name}: {lines[0] if lines else 'no message'}")


class Program:
    """A program of one mode, compiled for both targets."""

    def __init__(self, options, folder, config, name, batch, mode):
        self.options, self.times, self.seconds = options, folder / "times.json", []
        self.model = folder / f"{name}-{mode}.dpsims"
        path = ROOT / "models/configs" / f"{config}.json"
        words = [path, "--program", name, "--batch", batch, "--set", f"generator.noise={mode}"]
        report = folder / "report.json"
        run_tool(options.tools, "dpsims-compile", *words, "-o", self.model)
        gpu = ["--target", "cuda", "--precision", "tf32", "--peaks", PEAKS, f"--report={report}"]
        run_tool(options.tools, "dpsims-compile", *words, *gpu, "-o", folder / "gpu.dpsims")
        self.gpu_seconds = sum(kind["seconds"] for kind in json.loads(report.read_text())["programs"][0]["kinds"])

    def measure(self):
        words = ["--model", self.model, "--runs", self.options.repetitions, "--json", self.times]
        run_tool(self.options.tools, "dpsims-run", "bench", *words)
        found = json.loads(self.times.read_text())
        self.seconds.append(found["median_seconds"])
        self.flops, self.memory = found["flops"], found["memory"]["resident_peak"]


def table(title, programs):
    lines = [f"{title}", "", "| noise | GFLOP | ms | | memory | least on the GPU, ms | |", "|---" * 7 + "|"]
    first = programs["none"]
    for mode, program in programs.items():
        seconds, base = statistics.median(program.seconds), statistics.median(first.seconds)
        lines.append(
            f"| {mode} | {program.flops / 1e9:.1f} | {1e3 * seconds:.1f} | {seconds / base:.2f} "
            f"| {program.memory / 2**20:.0f} MiB | {1e3 * program.gpu_seconds:.2f} "
            f"| {program.gpu_seconds / first.gpu_seconds:.2f} |"
        )
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--tools", type=pathlib.Path, required=True, metavar="DIR", help="folder of dpsims-compile and dpsims-run")
    add("--sample", default="ade20k-256", help="configuration of models/configs, sampled with batch 1 (ade20k-256)")
    add("--train", default="camvid-128", help="configuration, an iteration with batch 8 (camvid-128)")
    add("--rounds", type=int, default=3, help="in which the modes take turns (3)")
    add("--repetitions", type=int, default=3, help="runs in a turn (3)")
    options = parser.parse_args()
    for title, config, name, batch in (
        ("Sampling", options.sample, "sample", 1),
        ("An iteration of training", options.train, "train", 8),
    ):
        with tempfile.TemporaryDirectory() as folder:
            modes = {mode: Program(options, pathlib.Path(folder), config, name, batch, mode) for mode in MODES}
            for _ in range(options.rounds):
                for program in modes.values():
                    program.measure()
            print(table(f"{title}, {config}, batch {batch}", modes), flush=True)


if __name__ == "__main__":
    main()
