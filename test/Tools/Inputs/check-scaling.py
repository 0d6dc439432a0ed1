# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check-scaling.py REPORT.json: products of 3 ms, and 40 kB that are summed beside the second, by slow-network.json."""

import json
import math
import sys

report = json.load(open(sys.argv[1]))
assert report["slowdown"] == 3, report["slowdown"]
(program,) = report["programs"]
scaling = program["scaling"]
by_devices = {row["devices"]: row for row in scaling["devices"]}
assert list(by_devices) == [2, 8, 64, 512]


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-3)  # the last kernel takes 0.4 us


# The ring of 2, the trees of 4, 32 and 256 nodes beside it; 3 ms of them are hidden.
for devices, message in {2: 0.6e-3, 8: 16.6e-3, 64: 28.6e-3, 512: 40.6e-3}.items():
    row = by_devices[devices]
    iteration = 3e-3 + max(3e-3, message)
    assert row["batch"] == 100 * devices
    assert near(row["compute_seconds"], 6e-3)
    assert near(row["communication_seconds"], message)
    assert near(row["in_order_seconds"], 6e-3 + message)
    assert near(row["iteration_seconds"], iteration)
    assert math.isclose(row["exposed_seconds"], row["iteration_seconds"] - row["compute_seconds"], abs_tol=1e-12)
    assert near(row["efficiency"], 6e-3 / iteration)
    assert near(row["images_per_second"], row["batch"] / iteration)
assert [row["limit"] for row in scaling["devices"]] == ["compute", "bandwidth", "latency", "latency"]

(message,) = scaling["all_reduces"]
assert message["bytes"] == 40000
assert math.isclose(message["ring_seconds_on_8"], 0.6e-3 + 6 * 2e-3 + 1.5 * 40000 / 1e7), message
assert math.isclose(message["tree_seconds_on_8"], 1e-3 + 4 * 2e-3 + 2 * 40000 / 1e7), message
assert math.isclose(message["seconds_on_8"], 16.6e-3), message
