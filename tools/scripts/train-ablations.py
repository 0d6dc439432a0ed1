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
import csv
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

DEFAULT_BACKBONE = "convnext_large"
SCORES = ("frechet", "diversity")


class AblationError(Exception):
    """What is wrong, in one line."""


def read_list(path):
    try:
        content = json.loads(pathlib.Path(path).read_text())
    except (OSError, ValueError) as error:
        raise AblationError(f"{path}: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("base"), str):
        raise AblationError(f'{path}: has no "base", the configuration\'s file')
    unknown = set(content) - {"base", "set", "variants"}
    if unknown:
        raise AblationError(f'{path}: unknown key "{sorted(unknown)[0]}"; known are base, set, variants')
    variants = content.get("variants")
    if not isinstance(variants, list) or not variants:
        raise AblationError(f'{path}: has no "variants"')
    names = set()
    for i, variant in enumerate(variants):
        if not isinstance(variant, dict) or not isinstance(variant.get("name"), str):
            raise AblationError(f'{path}: variant {i} has no "name"')
        if set(variant) - {"name", "set"}:
            raise AblationError(f'{path}: variant "{variant["name"]}" has keys other than name and set')
        if folder_name(variant["name"]) in names:
            raise AblationError(f'{path}: two variants would use the folder "{folder_name(variant["name"])}"')
        names.add(folder_name(variant["name"]))
    return content


def folder_name(name):
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-") or "variant"


def settings_of(configuration, overrides):
    """-> the discriminator's section after the overrides"""
    section = dict(configuration.get("discriminator", {}))
    for override in overrides:
        key, _, value = override.partition("=")
        if key.startswith("discriminator."):
            section[key.removeprefix("discriminator.")] = value
    return section


class Runner:
    """Calls the tools."""

    def __init__(self, arguments):
        self.arguments = arguments
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
            done = subprocess.run(command)
        except OSError as error:
            raise AblationError(f"{program}: {error.strerror}; is its folder in the PATH, or in --bin?") from None
        except KeyboardInterrupt:  # the tool has the signal too, and has written its checkpoint
            raise AblationError("interrupted; the same call goes on") from None
        if done.returncode:
            reason = f"exit status {done.returncode}" if done.returncode > 0 else signal.Signals(-done.returncode).name
            raise AblationError(f"{' '.join(command)}: {reason}")

    def compile(self, base, overrides, target, *what):
        words = [base, *what, "--batch", self.arguments.batch, "-o", target]
        for override in overrides:
            words += ["--set", override]
        self.tool("dpsims-compile", *words)

    def judge(self, base, overrides, section):
        """-> flags of the backbone that judges all variants"""
        name = section.get("backbone", DEFAULT_BACKBONE)
        if name not in self.weights:
            print(f"no --backbone-weights {name}=FILE: Frechet distances are not measured", file=sys.stderr)
            return ["--validate-every", "0"]
        model = self.output / "features.dpsims"
        self.compile(base, overrides, model, "--program", "features")
        return ["--features-model", model, "--features-weights", self.weights[name]]

    def train(self, base, overrides, section, folder, judge):
        """-> seconds and iterations of this call, or None if the variant cannot be trained"""
        backbone = section.get("backbone", DEFAULT_BACKBONE)
        frozen = str(section.get("pretrained", True)).lower() != "false"
        if frozen and backbone not in self.weights:
            return None
        model = self.output / f"{folder.name}.dpsims"
        self.compile(base, overrides, model, "--training")
        before = last_step(folder)
        start = time.monotonic()
        words = ["train", "--model", model, "--output", folder, "--steps", self.arguments.steps, "--seed",
                 self.arguments.seed, "--resume", *judge]
        if self.arguments.data:
            words += ["--data", self.arguments.data]
        if frozen:
            words += ["--backbone-weights", self.weights[backbone]]
        every = max(1, self.arguments.steps // self.arguments.points)
        words += ["--checkpoint-every", every, "--sample-every", every]
        if "--validate-every" not in judge:
            words += ["--validate-every", every]
        self.tool("dpsims-run", *words, *self.arguments.train_flags.split())
        return time.monotonic() - start, last_step(folder) - before


def rows_of(path):
    """-> the rows of a table as dictionaries of numbers"""
    try:
        with open(path, newline="") as file:
            return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    except OSError:
        return []


def last_step(folder):
    rows = rows_of(folder / "losses.csv")
    return int(rows[-1]["step"]) if rows else 0


def mean_of_end(rows, column):
    """The mean over the last tenth of the steps."""
    values = [row[column] for row in rows if column in row]
    tail = values[-max(1, len(values) // 10):]
    return sum(tail) / len(tail) if tail else None


def number(value, form="{:.3g}"):
    return "" if value is None else form.format(value)


def summary(folder, overrides, timing):
    """-> the variant's line of the table"""
    losses, scores = rows_of(folder / "losses.csv"), rows_of(folder / "validation.csv")
    distances = [row["frechet"] for row in scores]
    best = min(scores, key=lambda row: row["frechet"]) if scores else {}
    seconds = timing[0] / timing[1] if timing and timing[1] else None
    return [", ".join(f"`{o}`" for o in overrides), str(last_step(folder)),
            number(distances[0] if distances else None), number(best.get("frechet")),
            number(best.get("step"), "{:.0f}"), number(distances[-1] if distances else None),
            number(scores[-1]["diversity"] if scores else None), number(mean_of_end(losses, "loss/g")),
            number(mean_of_end(losses, "loss/d")), number(seconds)]


HEADER = ["variant", "settings", "steps", "Frechet, first", "best", "at step", "last", "diversity", "loss g", "loss d",
          "s an iteration"]


def write_table(path, title, lines):
    text = [f"# {title}", "", "| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    text += ["| " + " | ".join(line) + " |" for line in lines]
    text += ["", "Frechet: of the averaged generator, over one frozen backbone for all. Losses: means of the last tenth of the "
             "steps. s an iteration: this call's, everything included.", ""]
    aside = path.with_suffix(".part")
    aside.write_text("\n".join(text))
    os.replace(aside, path)


def ablate(arguments):
    content = read_list(arguments.list)
    base = (pathlib.Path(arguments.list).parent / content["base"]).resolve()
    try:
        configuration = json.loads(base.read_text())
    except (OSError, ValueError) as error:
        raise AblationError(f"{base}: {error}") from None
    common = content.get("set", []) + arguments.set
    runner = Runner(arguments)
    runner.output.mkdir(parents=True, exist_ok=True)
    judge = runner.judge(base, common, settings_of(configuration, common))
    lines, folders = [], []
    for variant in content["variants"]:
        overrides = common + variant.get("set", [])
        folder = runner.output / folder_name(variant["name"])
        print(f"== {variant['name']}", file=sys.stderr)
        timing = runner.train(base, overrides, settings_of(configuration, overrides), folder, judge)
        if timing is None:
            print("left out: no --backbone-weights for its backbone", file=sys.stderr)
            continue
        folders.append(folder)
        lines.append([variant["name"], *summary(folder, variant.get("set", []), timing)])
        write_table(runner.output / "table.md", f"Variants of {base.name}, {arguments.steps} steps", lines)
    if not folders:
        raise AblationError("no variant could be trained")
    column = "frechet" if "--features-model" in judge else "loss/d"
    runner.tool("dpsims-run", "curves", *folders, "--column", column, "-o", runner.output / "chart.png")
    print(runner.output / "table.md")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", help="variants, JSON")
    parser.add_argument("--data", default="", help="the data set's folder; the built-in shapes need none")
    parser.add_argument("--output", required=True, help="a folder for models, runs, table.md and chart.png")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=10, help="checkpoints, grids and distances of each variant")
    parser.add_argument("--backbone-weights", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="one more setting for all")
    parser.add_argument("--train-flags", default="", help='more flags for dpsims-run train, "--threads 8"')
    parser.add_argument("--bin", default="", help="where dpsims-compile and dpsims-run are")
    try:
        ablate(parser.parse_args())
    except AblationError as error:
        sys.exit(f"train-ablations.py: error: {error}")


if __name__ == "__main__":
    main()
