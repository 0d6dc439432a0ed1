# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# check-bench-ranks.py BENCH.json RANKS: the times of ranks fit each other and the steps.
import json
import sys

bench, count = json.load(open(sys.argv[1])), int(sys.argv[2])
ranks = bench["ranks"]
assert ranks["count"] == count == len(ranks["compute_seconds"]) == len(ranks["waiting_seconds"])

whole = [
    compute + waiting + ranks["transfer_seconds"]
    for compute, waiting in zip(ranks["compute_seconds"], ranks["waiting_seconds"], strict=True)
]
# Ranks begin together and end within the last steps' differences.
assert max(whole) < 1.5 * min(whole), whole
assert min(ranks["compute_seconds"]) > 0 < ranks["transfer_seconds"]

messages = [step for step in bench["steps"] if step["kind"] == "all-reduce"]
assert len(messages) == ranks["all_reduces"] > 100
assert sum(step["message_bytes"] for step in messages) == ranks["all_reduce_bytes"]
# Of the best run, not of all.
assert 0 < sum(step["seconds"] for step in messages) <= ranks["transfer_seconds"] * 1.001
waiting = sum(step["waiting_seconds"] for step in messages)
assert abs(waiting - sum(ranks["waiting_seconds"]) / count) <= 1e-6 + 1e-3 * waiting
assert abs(ranks["exposed_seconds"] - waiting - ranks["transfer_seconds"]) <= 1e-6 + 1e-3 * waiting
