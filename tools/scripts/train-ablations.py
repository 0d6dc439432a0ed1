#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains variants of a configuration for the same number of steps, and compares them: a table (Markdown) and a chart.

    train-ablations.py tools/scripts/ablations.json --data camvid --output ablations --steps 2000 --batch 8 \\
        --backbone-weights tf_efficientnet_lite0=tf_efficientnet_lite0.safetensors

The list is JSON, see tools/scripts/ablations.json:
    {"base": "../../models/configs/camvid-128.json",      a configuration; relative to the list
     "set": ["optimizer.ema_decay=0.99"],                 for all variants
     "variants": [{"name": "base"},
                  {"name": "no noise", "set": ["generator.noise=none"]}, ...]}

All variants are judged by one frozen backbone, the base's with its weights (without: by none). A variant whose frozen
backbone has no weights is left out. What is there already is not done again, so an interrupted call can be repeated.
Needs dpsims-compile and dpsims-run in the PATH, or in --bin; nothing else but Python.
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import time

import flags
from ablation_list import AblationError, folder_name, is_setting, place_of, read_list, read_object, settings_of, shown

SCORES = ("frechet", "diversity")
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


class Runner:
    """Calls the tools."""

    def __init__(self, arguments):
        self.arguments = arguments
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

    def tool(self, name, *words):
        program = os.path.join(self.arguments.bin, name) if self.arguments.bin else name
        command = [program, *map(str, words)]
        try:
            process = subprocess.Popen(command)
        except OSError as error:
            raise AblationError(f"{program}: {error.strerror}; is its folder in the PATH, or in --bin?") from None
        try:
            status = process.wait()
        except KeyboardInterrupt:  # the tool has the signal too, and writes its checkpoint
            process.wait()
            raise
        if status:
            reason = f"exit status {status}" if status > 0 else signal.Signals(-status).name
            raise AblationError(f"{' '.join(command)}: {reason}")

    def make_output(self):
        try:
            self.output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AblationError(f"--output {self.output}: {error.strerror}; it must be a folder") from None

    def compile(self, base, overrides, target, *what):
        words = [base, *what, "--batch", self.arguments.batch, "-o", target]
        for override in overrides:
            words += ["--set", override]
        self.tool("dpsims-compile", *words)

    def judge(self, base, overrides, section):
        """-> flags of the backbone that judges all variants"""
        name = section["backbone"]
        if name not in self.weights:
            print(f"no --backbone-weights {name}=FILE: Frechet distances are not measured", file=sys.stderr)
            return ["--validate-every", "0"]
        model = self.output / JUDGE
        self.compile(base, overrides, model, "--program", "features")
        return ["--features-model", model, "--features-weights", self.weights[name]]

    def train(self, base, overrides, section, folder, judge):
        """-> seconds and iterations of this call, or None if the variant cannot be trained"""
        backbone, frozen = section["backbone"], section["pretrained"]
        if frozen and backbone not in self.weights:
            return None
        model = self.output / f"{folder.name}.dpsims"
        self.compile(base, overrides, model, "--training")
        before = last_step(folder, torn=True)
        start = time.monotonic()
        words = [
            "train",
            "--model",
            model,
            "--output",
            folder,
            "--steps",
            self.arguments.steps,
            "--seed",
            self.arguments.seed,
            "--resume",
            *judge,
        ]
        if self.arguments.data:
            words += ["--data", self.arguments.data]
        if frozen:
            words += ["--backbone-weights", self.weights[backbone]]
        every = max(1, self.arguments.steps // self.arguments.points)
        words += ["--checkpoint-every", every, "--sample-every", every]
        if "--validate-every" not in judge:
            words += ["--validate-every", every]
        self.tool("dpsims-run", *words, *self.train_flags)
        step = last_step(folder)
        if step < self.arguments.steps:  # SIGTERM: it has written its checkpoint, and succeeds
            raise AblationError(f"{folder}: stopped at step {step} of {self.arguments.steps}; the same call goes on")
        return time.monotonic() - start, max(0, step - before)


def numbers_of(line, columns):
    """-> a row as a dictionary, or None"""
    try:
        values = [float(value) for value in line.split(",")]
    except ValueError:
        return None
    row = dict(zip(columns, values))
    return row if len(values) == len(columns) and row["step"].is_integer() else None


def rows_of(path, required=(), torn=False):
    """-> the rows of a run's table as dictionaries of numbers; a last row without its end is none, as for dpsims-run.

    torn: what follows the first faulty row is left out; dpsims-run writes it anew if the run goes on before it."""
    try:
        header, *lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1] or [""]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AblationError(f"{path}: {error.strerror}") from None
    columns = header.split(",")
    for column in ("step", *required):
        if header and column not in columns:
            raise AblationError(f'{path}: row 1, the columns, has no "{column}"; move the folder away to train anew')
    rows = [numbers_of(line, columns) for line in lines]
    if None in rows:
        i = rows.index(None)
        if torn:
            return rows[:i]
        wanted = f"a step and {len(columns) - 1} numbers"
        raise AblationError(f"{path}: row {i + 2} is {shown(lines[i])}, not {wanted}; remove it")
    return rows


def last_step(folder, torn=False):
    rows = rows_of(folder / "losses.csv", torn=torn)
    return int(rows[-1]["step"]) if rows else 0


def mean_of_end(rows, column):
    """The mean over the last tenth of the steps."""
    values = [row[column] for row in rows if column in row]
    tail = values[-max(1, len(values) // 10) :]
    return sum(tail) / len(tail) if tail else None


def number(value, form="{:.3g}"):
    return "" if value is None else form.format(value)


def summary(folder, overrides, timing):
    """-> the variant's line of the table"""
    losses, scores = rows_of(folder / "losses.csv"), rows_of(folder / "validation.csv", SCORES)
    distances = [row["frechet"] for row in scores]
    best = min(scores, key=lambda row: row["frechet"]) if scores else {}
    seconds = timing[0] / timing[1] if timing and timing[1] else None
    return [
        ", ".join(f"`{o}`" for o in overrides),
        str(last_step(folder)),
        number(distances[0] if distances else None),
        number(best.get("frechet")),
        number(best.get("step"), "{:.0f}"),
        number(distances[-1] if distances else None),
        number(scores[-1]["diversity"] if scores else None),
        number(mean_of_end(losses, "loss/g")),
        number(mean_of_end(losses, "loss/d")),
        number(seconds),
    ]


HEADER = [
    "variant",
    "settings",
    "steps",
    "Frechet, first",
    "best",
    "at step",
    "last",
    "diversity",
    "loss g",
    "loss d",
    "s an iteration",
]


def write_table(path, title, lines):
    text = [f"# {title}", "", "| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    text += ["| " + " | ".join(line) + " |" for line in lines]
    text += [
        "",
        "Frechet: of the averaged generator, over one frozen backbone for all. Losses: means of the last tenth of the "
        "steps. s an iteration: this call's, everything included.",
        "",
    ]
    aside = path.with_suffix(".part")
    try:
        aside.write_text("\n".join(text), encoding="utf-8")
        os.replace(aside, path)
    except OSError as error:
        raise AblationError(f"{path}: cannot be written: {error.strerror}") from None


def ablate(arguments):
    content = read_list(arguments.list)
    base = pathlib.Path(os.path.realpath(pathlib.Path(arguments.list).parent / content["base"]))
    configuration = read_object(base)
    common = content.get("set", []) + arguments.set
    settings_of(base, configuration, [])
    shared = settings_of(arguments.list, configuration, common)
    variants = []
    for variant in content["variants"]:  # all, before the first is trained
        own, place = variant.get("set", []), place_of(arguments.list, variant)
        variants.append((variant["name"], own, settings_of(place, configuration, common + own)))
    runner = Runner(arguments)
    runner.make_output()
    judge = runner.judge(base, common, shared)
    lines, folders = [], []
    for name, own, section in variants:
        folder = runner.output / folder_name(name)
        print(f"== {name}", file=sys.stderr)
        timing = runner.train(base, common + own, section, folder, judge)
        if timing is None:
            print("left out: no --backbone-weights for its backbone", file=sys.stderr)
            continue
        folders.append(folder)
        lines.append([name, *summary(folder, own, timing)])
        write_table(runner.output / "table.md", f"Variants of {base.name}, {arguments.steps} steps", lines)
    if not folders:
        raise AblationError("no variant could be trained")
    column = "frechet" if "--features-model" in judge else "loss/d"
    runner.tool("dpsims-run", "curves", *folders, "--column", column, "-o", runner.output / "chart.png")
    print(runner.output / "table.md")


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return value


def setting(text):
    if not is_setting(text):
        raise argparse.ArgumentTypeError(f"{text}: expects key=value, as generator.noise=none")
    return text


def main():
    parser = flags.Parser(__doc__)
    parser.add_argument("list", help="variants, JSON")
    parser.add_argument("--data", default="", help="the data set's folder; the built-in shapes need none")
    parser.add_argument("--output", required=True, help="a folder for models, runs, table.md and chart.png")
    parser.add_argument("--steps", type=positive, default=2000, help="iterations of each variant (2000)")
    parser.add_argument("--batch", type=positive, default=8, help="pictures in an iteration (8)")
    parser.add_argument("--seed", type=int, default=1, help="of weights, noise and order of pictures (1)")
    parser.add_argument(
        "--points", type=positive, default=10, help="checkpoints, grids and distances of each variant (10)"
    )
    parser.add_argument(
        "--backbone-weights",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a backbone's weights, safetensors; repeatable",
    )
    parser.add_argument(
        "--set", type=setting, action="append", default=[], metavar="KEY=VALUE", help="one more setting for all"
    )
    parser.add_argument(
        "--train-flags",
        default="",
        help='more flags for dpsims-run train, "--threads 8"; none that the script gives itself',
    )
    parser.add_argument("--bin", default="", help="where dpsims-compile and dpsims-run are")
    try:
        ablate(parser.parse_args())
    except AblationError as error:
        sys.exit(f"train-ablations.py: error: {error}")
    except KeyboardInterrupt:
        sys.exit("train-ablations.py: error: interrupted; the same call goes on")


if __name__ == "__main__":
    main()
