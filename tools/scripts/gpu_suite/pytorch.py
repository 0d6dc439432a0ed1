# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""PyTorch on the same networks; scripts of their own measure: an iteration of training, eager; the generator, eager and
with torch.compile, on the same weights and inputs."""

import json
import statistics

import process
from speed import TRAINING_BATCH, generator_weights, require_torch

ITERATIONS = 4
PYTORCH_FLAGS = {"tf32": ("--tf32",), "f32": ()}  # of time-pytorch-training.py
TRAINING_SECONDS = 40


def ratios(found):
    """-> how many times as fast as the faster of PyTorch's ways dpsims is, by precision."""
    timed = [entry for entry in found["contenders"] if entry.get("seconds")]
    result = []
    for own in (entry for entry in timed if entry["contender"] == "dpsims"):
        others = [
            entry["seconds"]
            for entry in timed
            if entry["contender"] != "dpsims" and entry["precision"] == own["precision"]
        ]
        if others:
            result.append(
                {
                    "what": f"generator, batch {found['batch']}, {own['precision']}",
                    "ratio": min(others) / own["seconds"],
                }
            )
    return result


def ratio_of_training(context, precision, seconds):
    """Records how many times as fast as PyTorch's our iteration is, where that was timed."""
    own = [
        entry["device_seconds"]
        for entry in context.results.data.get("training", [])
        if entry["precision"] == precision and "device_seconds" in entry
    ]
    if own:
        context.record("ratios", {"what": f"training, batch {TRAINING_BATCH}, {precision}", "ratio": seconds / own[0]})


def compare_training(context, reference, precision, flags):
    entry = {"precision": precision, "batch": TRAINING_BATCH}
    path = context.work / f"pytorch-training-{precision}.json"
    try:
        context.command(
            [
                context.options.python,
                context.options.scripts / "time-pytorch-training.py",
                "--reference",
                reference,
                "--config",
                context.suite.folder / "config.json",
                "--batch",
                TRAINING_BATCH,
                "--iterations",
                ITERATIONS,
                *flags,
                "--json",
                path,
            ],
            seconds=TRAINING_SECONDS,
        )
        found = json.loads(path.read_text(encoding="utf-8"))
        entry.update(seconds=statistics.median(found["seconds"]), memory=found["memory"])
        ratio_of_training(context, precision, entry["seconds"])
    except process.CommandError as error:  # the generator can be compared all the same
        entry["reason"] = str(error)
    context.record("pytorch_training", entry)


def compare(context):
    require_torch(context)
    reference = context.options.reference
    for precision, flags in PYTORCH_FLAGS.items():
        compare_training(context, reference, precision, flags)
    compare_generator(context, reference)


def compare_generator(context, reference):
    path = context.work / "pytorch.json"
    try:
        context.command(
            [
                context.options.python,
                context.options.scripts / "compare-pytorch-gpu.py",
                "--reference",
                reference,
                "--run",
                context.suite.program("dpsims-run"),
                "--model",
                context.suite.model("generator-1"),
                "--tf32-model",
                context.suite.model("generator-1", "tf32"),
                "--weights",
                generator_weights(context),
                "--config",
                context.suite.folder / "config.json",
                "--seconds",
                max(10, int(context.seconds_left()) - 10),
                "--json",
                path,
            ]
        )
    finally:
        if path.exists():  # what was measured before a failure counts
            found = json.loads(path.read_text(encoding="utf-8"))
            context.results.data["pytorch"] = found
            for ratio in ratios(found):
                context.record("ratios", ratio)
