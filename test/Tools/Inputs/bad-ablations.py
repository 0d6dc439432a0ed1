#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Calls train-ablations.py with faulty lists, flags and tables, and prints of each the exit status and what it says.

    bad-ablations.py TRAIN-ABLATIONS.PY

Works in the working directory, with stand-ins for the tools: they train nothing, but write a run's table.
"""

import json
import os
import pathlib
import subprocess
import sys

COLUMNS = "step,loss/g,loss/d\n"
COMPILE = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo > "$2"
"""
RUN = """#!/bin/sh
[ "$1" = train ] || exit 0
while [ "$1" != --output ]; do shift; done
mkdir -p "$2"
[ -s "$2/losses.csv" ] || printf 'step,loss/g,loss/d\\n%s,2,3\\n' {} > "$2/losses.csv"
"""


def write(path, text):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def stand_in(name, text):
    os.chmod(write(f"bin/{name}", text), 0o755)


def call(*flags, variants="list.json"):
    words = [sys.executable, sys.argv[1], variants, "--bin", "bin", "--output", "out", "--steps", "2", *flags]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = [line for line in done.stdout.splitlines() if not line.startswith(("usage:", "  ", "==", "no --backbone"))]
    print(f"{done.returncode}: " + "\n".join(said), flush=True)


def listed(base="base.json", variants=({"name": "a"},), **more):
    call(variants=write("bad.json", json.dumps({"base": base, "variants": variants, **more})))


def lists():
    for settings in ("a=b", [5], {}, None, ["generator.noise"]):
        listed(set=settings)
    listed(variants=[{"name": "a", "set": "a=b"}])
    listed(variants=[{"name": "a b"}, {"name": "a-b"}])
    listed(base=write("array.json", "[1]"))
    listed(base=write("section.json", '{"discriminator": 5}'))
    listed(set=['discriminator={"backbone": [1]}'])
    listed(set=["discriminator=5", "discriminator.backbone=resnet18"])
    listed(base="none.json")


def names():
    frozen = 'discriminator={"pretrained": false}'
    variants = [{"name": name, "set": [frozen]} for name in ("..", "features", "table.md", "lr 0.1", "judge.features")]
    call(
        "--backbone-weights",
        "a=" + write("a.safetensors", ""),
        variants=write("names.json", json.dumps({"base": "base.json", "variants": variants})),
    )
    print(*sorted(set(os.listdir("out")) - {"a", "a.dpsims"}))


def flags():
    call("--points", "0")
    call("--steps", "-5")
    call("--batch", "0")
    call("--train-flags=--threads 1 --steps 3")
    call("--train-flags=--checkpoint-every=3")
    call("--output", "list.json")
    call("--output", "list.json/out")


def tables():
    for row in ("1,abc,2", "1", "foo", "nan,1,2"):
        write("out/a/losses.csv", f"{COLUMNS}{row}\n")
        call()
    write("out/a/losses.csv", COLUMNS + "1,2,3\n2,")
    call()
    write("out/a/losses.csv", COLUMNS + "1,2,3\n2,2,3\n")
    write("out/a/validation.csv", "step,diversity\n1,2\n")
    call()


write("base.json", json.dumps({"discriminator": {"backbone": "a"}}))
listing = {"base": "base.json", "set": ["discriminator.pretrained=false"], "variants": [{"name": "a"}]}
write("list.json", json.dumps(listing))
stand_in("dpsims-compile", COMPILE)
stand_in("dpsims-run", RUN.format(1))
lists()
flags()
call()
tables()
stand_in("dpsims-run", RUN.format(2))
names()
