# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""elaborate-recipes.py SCRIPTS: each variant of each list of train-ablations.py as graphs."""

import pathlib
import subprocess
import sys

scripts = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(scripts))
from ablation_list import read_list  # noqa: E402

for path in sorted(scripts.glob("ablations*.json")):
    content = read_list(path)
    base = path.parent / content["base"]
    for variant in content["variants"]:
        command = ["dpsims-compile", base, "--training", "--batch", "2", "--compile-to=graph", "-o", "-"]
        for setting in content.get("set", []) + variant.get("set", []):
            command += ["--set", setting]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or "@train" not in done.stdout:
            sys.exit(f"{path.name}: {variant['name']}: {done.stderr.strip()}")
    print(f"{path.name}: {len(content['variants'])} variants")
