#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a model card of a training run: Markdown with its configuration, data, scores, curves and samples.

The folder gets README.md, config.json, curves.png and samples.png; this puts the weights beside them:
`dpsims-run export --run RUN -o FOLDER/NAME.safetensors`. The head of the card is what hubs for models read.

    model-card.py run -o card --name camvid-128 --license CC-BY-NC-4.0 --data-license "CamVid: for research"
"""

import csv
import json
import os
import re
import shutil
import sys

import flags

SHOWN_SCORES = 12


class CardError(Exception):
    """What is wrong with a run, in one line."""


def read_text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise CardError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise CardError(f"{path}: is not text") from None


def write_text(path, text):
    """The file appears whole or not at all."""
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.part", path)


def read_json(path):
    try:
        value = json.loads(read_text(path))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise CardError(f"{path}: is not a JSON object")
    return value


def read_rows(path, last_step):
    """The rows of a table up to a step, each a dictionary; none without the file."""
    if not os.path.exists(path):
        return []
    rows = list(csv.DictReader(read_text(path).splitlines()))
    if any(not re.fullmatch(r"\d+", row.get("step") or "") for row in rows):
        raise CardError(f"{path}: has no column step of whole numbers")
    return [row for row in rows if int(row["step"]) <= last_step]


def numbered(folder, pattern):
    """-> {step: path} of a folder's entries of that pattern."""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    found = ((re.fullmatch(pattern, name), name) for name in names)
    return {int(match[1]): os.path.join(folder, name) for match, name in found if match}


def find_checkpoint(run, step):
    if not os.path.isdir(run):
        raise CardError(f"{run}: is not a folder")
    checkpoints = numbered(os.path.join(run, "checkpoints"), r"step-(\d+)")
    if not checkpoints:
        raise CardError(f"{run}: has no checkpoint: is it the folder of a run?")
    step = max(checkpoints) if step is None else step
    if step not in checkpoints:
        raise CardError(f"{run}: has no checkpoint of step {step}; it has {', '.join(map(str, sorted(checkpoints)))}")
    return step, read_json(os.path.join(checkpoints[step], "state.json"))


def cell(value):
    """Text in a table: one line, without its marks."""
    return re.sub(r"\s+", " ", str(value)).replace("\\", "\\\\").replace("|", "\\|")


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def yaml_text(value):
    return json.dumps(value)  # strings of JSON are strings of YAML


def spread(rows, count):
    """So many rows at most, evenly, with the first and the last."""
    if len(rows) <= count:
        return rows
    return [rows[round(i * (len(rows) - 1) / (count - 1))] for i in range(count)]


def data_section(config, state, args):
    data = config.get("data") if isinstance(config.get("data"), dict) else {}
    facts = [("data set", data.get("dataset", "folders")), ("license", args.data_license)]
    if state.get("pictures"):
        facts.append(("pictures", state["pictures"]))
    names = data.get("names")
    if isinstance(names, list) and names:
        facts.append(("classes", ", ".join(map(str, names))))
    else:
        facts.append(("classes", config.get("num_classes", "not told")))
    return table(("", ""), facts)


def training_section(step, state, options):
    facts = [("iterations", step), ("batch", state.get("batch", "not told")), ("seed", state.get("seed", "not told"))]
    for key, what in (("backbone-weights", "weights of the backbone"), ("weights", "began with"), ("device", "device")):
        if options.get(key):
            facts.append((what, os.path.basename(str(options[key]))))
    facts.append(("compiled from", state.get("source_hash", "not told")))
    return table(("", ""), facts)


def scores_table(rows):
    heads = list(rows[0])
    return table(heads, [[row[head] or "" for head in heads] for row in spread(rows, SHOWN_SCORES)])


def scores_section(run, step):
    rows = read_rows(os.path.join(run, "validation.csv"), step)
    evaluated = read_rows(os.path.join(run, "evaluation.csv"), step)
    text = f"{scores_table(evaluated)}\n\n" if evaluated else ""
    if not rows:
        return text or "The run was not validated.\n"
    return (
        f"{text}{scores_table(rows)}\n\n"
        "`frechet` is the Frechet distance over the discriminator's frozen backbone, which is not FID: it\n"
        "compares runs of one backbone, data set and size. `diversity` is the mean difference of two samples of a\n"
        "label map.\n"
    )


def pictures_section(run, step, folder):
    text = ""
    if os.path.exists(curves := os.path.join(run, "curves.png")):
        shutil.copyfile(curves, os.path.join(folder, "curves.png"))
        text += "![losses and scores by iteration](curves.png)\n\n"
    grids = {at: path for at, path in numbered(os.path.join(run, "grids"), r"step-(\d+)\.png").items() if at <= step}
    if grids:
        shutil.copyfile(grids[max(grids)], os.path.join(folder, "samples.png"))
        text += (
            f"After {max(grids)} iterations, in each row: a label map of the validation split, a sample, one with\n"
            "another noise, a sample of the averaged generator, the photo.\n\n![samples](samples.png)\n"
        )
    return text or "The run has no pictures.\n"


def card(run, folder, args):
    step, state = find_checkpoint(run, args.step)
    config = state.get("config")
    if not isinstance(config, dict):
        raise CardError(f"{run}: the checkpoint of step {step} does not tell its configuration")
    options = read_json(os.path.join(run, "run.json"))
    size = "x".join(map(str, config["image_size"])) if isinstance(config.get("image_size"), list) else "a fixed size"
    os.makedirs(folder, exist_ok=True)
    write_text(os.path.join(folder, "config.json"), json.dumps(config, indent=2, sort_keys=True) + "\n")
    head = f"---\nlicense: {yaml_text(args.license)}\ntags: [semantic-image-synthesis, image-generation, dp-sims]\n---"
    sections = [
        ("", f"A DP-SIMS generator (arXiv 2312.13314): a label map of {size} pixels goes in, a photo comes out."),
        (
            "Use",
            f"    dpsims-compile config.json --program sample -o {args.name}.dpsims\n"
            f"    dpsims-run sample --model {args.name}.dpsims --weights {args.name}.safetensors \\\n"
            "      --labels map.png --output photo.png\n\n`config.json` is the configuration below.",
        ),
        ("Data", data_section(config, state, args)),
        ("Training", training_section(step, state, options)),
        ("Scores", scores_section(run, step)),
        ("Pictures", pictures_section(run, step, folder)),
        ("Configuration", f"```json\n{json.dumps(config, indent=2, sort_keys=True)}\n```"),
    ]
    body = "".join(f"\n## {title}\n\n{text.rstrip()}\n" if title else f"\n{text}\n" for title, text in sections)
    return f"{head}\n\n# {cell(args.name)}\n{body}"


def parse_arguments():
    parser = flags.Parser(__doc__)
    parser.add_argument("run", metavar="RUN", help="the folder of dpsims-run train --output")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="the folder to write; made if need be")
    parser.add_argument("--name", required=True, help="what the model is called")
    parser.add_argument("--license", required=True, metavar="TEXT", help="of the weights, as CC-BY-4.0")
    parser.add_argument("--data-license", required=True, metavar="TEXT", help="of the pictures that it learned from")
    parser.add_argument("--step", type=int, metavar="N", help="of this checkpoint; without: of the newest")
    args = parser.parse_args()
    if not re.fullmatch(r"[\w.-]+", args.name):
        parser.error(f"--name {args.name}: letters, digits, and _ . -")
    return args


def run(args):
    path = os.path.join(args.output, "README.md")
    try:
        write_text(path, card(args.run, args.output, args))
    except OSError as error:
        raise CardError(f"{error.filename or path}: {error.strerror or error}") from None
    print(f"{path}: the card of {args.name}")


def main():
    try:
        run(parse_arguments())
    except CardError as error:
        sys.exit(f"model-card.py: error: {error}")


if __name__ == "__main__":
    main()
