#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""make-parts.py OUTPUT.safetensors: the input x of parts.mlir, (2 steps, 2 ranks, 6). Needs nothing but Python."""

import json
import struct
import sys

rows = [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]]
values = [value * factor for row in rows for factor in (1, 10) for value in row]
data = struct.pack(f"<{len(values)}f", *values)
header = {"x": {"dtype": "F32", "shape": [2, 2, 6], "data_offsets": [0, len(data)]}}
text = json.dumps(header).encode()
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
