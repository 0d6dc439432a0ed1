# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gives commands paths that are not UTF-8, and two Unicode forms of one name; in a folder with the model m.dpsims."""

import os
import shutil
import subprocess


def run(*words, **options):
    return subprocess.run(["dpsims-run", *words], stdout=1, stderr=1, **options).returncode


run("train", "--model", "m.dpsims", "--data", b"d\xff", "--output", "r", "--steps", "1")
run("train", "--model", "m.dpsims", "--weights", b"w\xff", "--output", "r", "--steps", "1")
os.mkdir(b"f\xff")
run("train", "--model", "m.dpsims", "--output", "../r", "--steps", "1", cwd=b"f\xff")
shutil.copy("m.dpsims", b"m\xff.dpsims")
print("bench", run("bench", "--model", b"m\xff.dpsims", "--runs", "1", "--json", "b.json"), flush=True)
for folder, name in (("img", "\u00e9"), ("label", "e\u0301")):
    os.makedirs(f"forms/train/{folder}")
    with open(f"forms/train/{folder}/{name}.png", "wb"):
        pass
with open("c.json", "w", encoding="utf-8") as file:
    file.write('{"num_classes": 5, "image_size": [64, 64], "data": {"dataset": "camvid"}}')
run("data", "--config", "c.json", "--data", "forms")
