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
backbone has no weights is left out; one that diverges is told in the table. With --seeds each variant is trained from
so many seeds, and the table has means and standard deviations. What is there already is not done again, so an
interrupted call can be repeated. Needs dpsims-compile and dpsims-run in the PATH, or in --bin; nothing else but Python.
"""

import argparse
import pathlib
import sys

import flags
from ablation_list import AblationError, folder_name, is_setting, place_of, read_list, read_object, settings_of
from ablation_runner import Runner
from ablation_table import line_of, write_table


class Variant:
    def __init__(self, name, own, common, section):
        self.name, self.own, self.overrides = name, own, common + own  # settings, KEY=VALUE
        self.backbone, self.frozen = section["backbone"], section["pretrained"]
        self.folder = folder_name(name)


def read_variants(arguments):
    """-> the base's file, its settings for all variants, the discriminator's section with them, the variants"""
    content = read_list(arguments.list)
    base = pathlib.Path(arguments.list).parent.joinpath(content["base"]).resolve()
    configuration = read_object(base)
    common = content.get("set", []) + arguments.set
    settings_of(base, configuration, [])
    shared = settings_of(arguments.list, configuration, common)
    variants = []
    for variant in content["variants"]:  # all, before the first is trained
        own, place = variant.get("set", []), place_of(arguments.list, variant)
        variants.append(Variant(variant["name"], own, common, settings_of(place, configuration, common + own)))
    return base, common, shared, variants


def ablate(arguments):
    base, common, shared, variants = read_variants(arguments)
    runner = Runner(arguments, base)
    judge = runner.judge(common, shared["backbone"])
    runner.compile_all(variants)
    lines, folders = [], []
    for variant in variants:
        print(f"== {variant.name}", file=sys.stderr)
        if not runner.can_train(variant):
            print("left out: no --backbone-weights for its backbone", file=sys.stderr)
            continue
        runs = [runner.train(variant, seed, judge) for seed in range(arguments.seeds)]
        folders += [run.folder for run in runs]
        lines.append(line_of(variant.name, variant.own, runs))
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
    parser.add_argument("--seeds", type=positive, default=1, help="train each variant from so many, --seed on (1)")
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
