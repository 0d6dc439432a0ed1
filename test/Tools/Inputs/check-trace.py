# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check-trace.py TRACE.json BENCH.json: the trace has the steps of the benchmark, one after the other."""

import json
import math
import sys

trace, bench = (json.load(open(path)) for path in sys.argv[1:])
assert len(trace["traceEvents"]) == len(bench["steps"]) > 0
peak = next(speed for name, speed in bench["machine"]["flops"].items() if name.startswith("f32"))
end = 0.0
for event, step in zip(trace["traceEvents"], bench["steps"]):
    assert (event["name"], event["cat"], event["ph"]) == (step["label"], step["kind"], "X")
    assert math.isclose(event["ts"], end, abs_tol=1e-3), (event, end)
    assert math.isclose(event["dur"], step["seconds"] * 1e6)
    shortest = max(step["flops"] / peak, step["bytes"] / bench["machine"]["bandwidth"])
    assert math.isclose(step["shortest_seconds"], shortest), step
    end = event["ts"] + event["dur"]
