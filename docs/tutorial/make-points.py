#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Four points as the input of the tutorial's program:    make-points.py points.safetensors"""

import json
import struct
import sys

points = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, -1.0, 2.0]
data = struct.pack("<8f", *points)
header = json.dumps({"points": {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, len(data)]}}).encode()
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + data)
