# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Step 9: PyTorch, eager and torch.compile, on the same weights and inputs; a script of its own measures."""
import json

from runner import Skip
from speed import generator_weights, require_torch


def ratios(found):
    """-> how many times as fast as the faster of PyTorch's ways dpsims is, by precision."""
    timed = [entry for entry in found["contenders"] if entry.get("seconds")]
    result = []
    for own in (entry for entry in timed if entry["contender"] == "dpsims"):
        others = [entry["seconds"] for entry in timed
                  if entry["contender"] != "dpsims" and entry["precision"] == own["precision"]]
        if others:
            result.append({"what": f"generator, batch {found['batch']}, {own['precision']}",
                           "ratio": min(others) / own["seconds"]})
    return result


def compare(context):
    require_torch(context)
    reference = context.options.reference or context.suite.folder / "reference"
    if not (reference / "dpsims_torch.py").is_file():
        raise Skip("no reference in PyTorch: --reference DIR names the folder of dpsims_torch.py")
    path = context.work / "pytorch.json"
    try:
        context.command([context.options.python, context.options.scripts / "compare-pytorch-gpu.py",
                         "--reference", reference, "--run", context.suite.program("dpsims-run"), "--model",
                         context.suite.model("generator-1"),
                         "--weights", generator_weights(context), "--config", context.suite.folder / "config.json",
                         "--seconds", max(10, int(context.seconds_left()) - 10), "--json", path])
    finally:
        if path.exists():  # what was measured before a failure counts
            found = json.loads(path.read_text(encoding="utf-8"))
            context.results.data.update(pytorch=found, ratios=ratios(found))
