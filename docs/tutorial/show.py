#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the f32 tensors of a safetensors file, one row a line:    show.py FILE.safetensors"""

import json
import struct
import sys

with open(sys.argv[1], "rb") as file:
    header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    data = file.read()
for name, tensor in header.items():
    if name == "__metadata__":
        continue
    begin, end = tensor["data_offsets"]
    values = struct.unpack("<%df" % ((end - begin) // 4), data[begin:end])
    row = tensor["shape"][-1] if tensor["shape"] else 1
    print(name, tensor["shape"])
    for start in range(0, len(values), row):
        print(" ", *("%.4f" % value for value in values[start : start + row]))
