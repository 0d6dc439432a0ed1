# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""compare-losses.py A.csv B.csv TOLERANCE: the same steps, and losses that differ by so much of themselves at most."""

import csv
import sys

tables = [list(csv.reader(open(path))) for path in sys.argv[1:3]]
tolerance = float(sys.argv[3])
if tables[0][0] != tables[1][0] or len(tables[0]) != len(tables[1]) or len(tables[0]) < 2:
    sys.exit(f"{len(tables[0])} and {len(tables[1])} rows, of {tables[0][0]} and {tables[1][0]}")
worst = 0.0
for one, other in zip(tables[0][1:], tables[1][1:]):
    if one[0] != other[0]:
        sys.exit(f"step {one[0]} and step {other[0]}")
    for a, b in zip(map(float, one[1:]), map(float, other[1:])):
        worst = max(worst, abs(a - b) / max(abs(a), abs(b), 1e-9))
print(f"losses differ by {worst:.2g}")
sys.exit(worst > tolerance)
