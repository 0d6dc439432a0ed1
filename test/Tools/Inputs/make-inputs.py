#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Inputs of the program `generator`, five classes: label maps, noise, instance maps.

    make-inputs.py SIZE|HEIGHTxWIDTH NOISE-DIM OUTPUT.safetensors [BATCH]

Needs nothing but Python.
"""

import json
import struct
import sys

size, noise_dim, path = [int(n) for n in sys.argv[1].split("x")], int(sys.argv[2]), sys.argv[3]
height, width = size[0], size[-1]
batch = int(sys.argv[4]) if len(sys.argv) > 4 else 1
labels = [(x // 8 + y // 8 + n) % 5 for n in range(batch) for y in range(height) for x in range(width)]
instances = [y // 16 * 10 + x // 16 for _ in range(batch) for y in range(height) for x in range(width)]
noise = [((7 * i + 3) % 11 - 5) / 5 for i in range(batch * noise_dim)]
header, data = {}, b""
for name, kind, letter, shape, values in [
    ("labels", "I32", "i", [batch, height, width], labels),
    ("z", "F32", "f", [batch, noise_dim], noise),
    ("instances", "I32", "i", [batch, height, width], instances),
]:
    packed = struct.pack("<%d%s" % (len(values), letter), *values)
    header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(packed)]}
    data += packed
text = json.dumps(header).encode()
with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
