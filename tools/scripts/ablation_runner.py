# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Calls the project's tools for train-ablations.py."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from ablation_list import AblationError
from ablation_table import Run, last_step

DIVERGED = 3  # the exit status of dpsims-run train
OWN_FLAGS = (
    "--model",
    "--output",
    "--steps",
    "--seed",
    "--resume",
    "--data",
    "--backbone-weights",
    "--features-model",
    "--features-weights",
    "--checkpoint-every",
    "--sample-every",
    "--validate-every",
)
JUDGE = "judge.features.dpsims"  # a letter on either side of a dot: no variant's name, see folder_name


def words_of(seconds):
    """-> "3.2 h", "12 min", "40 s" """
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} s"


class Runner:
    def __init__(self, arguments, base):
        self.arguments, self.base = arguments, base
        self.train_flags = arguments.train_flags.split()
        for flag in self.train_flags:
            if flag.partition("=")[0] in OWN_FLAGS:
                raise AblationError(f"--train-flags: {flag} clashes with the script's own; leave it out, see --help")
        self.output = pathlib.Path(arguments.output)
        self.weights = {}
        for pair in arguments.backbone_weights:
            name, separator, path = pair.partition("=")
            if not separator or not os.path.isfile(path):
                raise AblationError(f"--backbone-weights {pair}: expected NAME=FILE, and the file must be there")
            self.weights[name] = path
        try:
            self.output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AblationError(f"--output {self.output}: {error.strerror}; it must be a folder") from None

    def tool(self, name, *words, allowed=(), output=None):
        """Runs a tool; -> its exit status, 0 or one of those allowed. output: where what it prints goes."""
        program = os.path.join(self.arguments.bin, name) if self.arguments.bin else name
        command = [program, *map(str, words)]
        try:
            process = subprocess.Popen(command, stdout=output)
        except OSError as error:
            raise AblationError(f"{program}: {error.strerror}; is its folder in the PATH, or in --bin?") from None
        try:
            status = process.wait()
        except KeyboardInterrupt:  # the tool has the signal too, and writes its checkpoint
            process.wait()
            raise
        if status and status not in allowed:
            reason = f"exit status {status}" if status > 0 else signal.Signals(-status).name
            raise AblationError(f"{' '.join(command)}: {reason}")
        return status

    def compile(self, overrides, target, *what):
        words = [self.base, *what, "--batch", self.arguments.batch, "-o", target]
        for override in overrides:
            words += ["--set", override]
        self.tool("dpsims-compile", *words)

    def judge(self, overrides, backbone):
        """-> flags of the backbone that judges all variants"""
        if backbone not in self.weights:
            print(f"no --backbone-weights {backbone}=FILE: Frechet distances are not measured", file=sys.stderr)
            return ["--validate-every", "0"]
        model = self.output / JUDGE
        self.compile(overrides, model, "--program", "features")
        return ["--features-model", model, "--features-weights", self.weights[backbone]]

    def can_train(self, variant):
        return not variant.frozen or variant.backbone in self.weights

    def model(self, variant):
        return self.output / f"{variant.folder}.dpsims"

    def run_folder(self, variant, seed):
        """A letter on either side of the dot: no other variant's."""
        return self.output / (variant.folder if seed == 0 else f"{variant.folder}.seed-{self.arguments.seed + seed}")

    def compile_all(self, variants):
        """Before the first is trained; tells how long all will take."""
        seconds = 0
        for variant in filter(self.can_train, variants):
            self.compile(variant.overrides, self.model(variant), "--training")
            done = [last_step(self.run_folder(variant, seed), torn=True) for seed in range(self.arguments.seeds)]
            left = sum(max(0, self.arguments.steps - steps) for steps in done)
            seconds += left and left * self.seconds_of(self.model(variant))
        if seconds:
            print(f"about {words_of(seconds)} for the iterations of {len(variants)} variants", file=sys.stderr)

    def seconds_of(self, model):
        """-> an iteration's, by one after one that warms up; 0 if that is not known"""
        times = self.output / "times.json"
        words = ["--model", model, "--entry", "train", "--runs", 1, "--json", times]
        self.tool("dpsims-run", "bench", *words, output=subprocess.DEVNULL)
        try:
            return json.loads(times.read_text(encoding="utf-8"))["median_seconds"]
        except (OSError, ValueError, KeyError):
            return 0

    def train(self, variant, seed, judge):
        """-> the Run of one of the variant's seeds"""
        arguments, folder = self.arguments, self.run_folder(variant, seed)
        before, start = last_step(folder, torn=True), time.monotonic()
        words = ["--model", self.model(variant), "--output", folder, "--steps", arguments.steps, "--resume", *judge]
        words += ["--seed", arguments.seed + seed]
        if arguments.data:
            words += ["--data", arguments.data]
        if variant.frozen:
            words += ["--backbone-weights", self.weights[variant.backbone]]
        every = max(1, arguments.steps // arguments.points)
        words += ["--checkpoint-every", every, "--sample-every", every]
        if "--validate-every" not in judge:
            words += ["--validate-every", every]
        diverged = self.tool("dpsims-run", "train", *words, *self.train_flags, allowed=(DIVERGED,)) == DIVERGED
        step = last_step(folder)
        if step < arguments.steps and not diverged:  # SIGTERM: it has written its checkpoint, and succeeds
            raise AblationError(f"{folder}: stopped at step {step} of {arguments.steps}; the same call goes on")
        done = max(0, step - before)
        return Run(folder, (time.monotonic() - start) / done if done else None, diverged)
