# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check-report.py REPORT.json FLOPS BANDWIDTH: a report of dpsims-compile agrees with itself and with these peaks."""

import json
import math
import sys

report = json.load(open(sys.argv[1]))
flops, bandwidth = map(float, sys.argv[2:])
assert report["peaks"] == {"flops": flops, "bandwidth": bandwidth}, report["peaks"]
assert [program["name"] for program in report["programs"]] == ["sample", "generator_gradients"]
for program in report["programs"]:
    steps = program["steps"]
    assert [step["step"] for step in steps] == list(range(len(steps)))
    for step in steps:
        assert step["bytes"] > 0 and step["label"], step
        assert math.isclose(step["seconds"], max(step["flops"] / flops, step["bytes"] / bandwidth)), step
    for kind in program["kinds"]:
        own = [step for step in steps if step["kind"] == kind["kind"]]
        assert kind["count"] == len(own) > 0
        for key in ("flops", "bytes", "seconds"):
            assert math.isclose(kind[key], math.fsum(step[key] for step in own)), (kind, key)
    passes = program["passes"]
    for before, after in zip(passes, passes[1:]):
        assert math.isclose(after["flops_saved"], before["flops"] - after["flops"], abs_tol=1), after
        assert after["bytes_saved"] == before["bytes"] - after["bytes"], after
    # Each op left is a step, and counts as the graph did.
    assert passes[-1]["ops"] == len(steps), (passes[-1], len(steps))
    assert math.isclose(passes[-1]["flops"], math.fsum(step["flops"] for step in steps), rel_tol=1e-9)
    assert passes[-1]["bytes"] == sum(step["bytes"] for step in steps), passes[-1]
