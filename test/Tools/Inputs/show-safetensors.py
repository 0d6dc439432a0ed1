# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""show-safetensors.py FILE: a line for each of the metadata, "metadata format pt", and tensors, "w F32 [2] 1 2"."""

import json
import struct
import sys

CODES = {"F32": "f", "F16": "e", "I64": "q", "U16": "H"}

data = open(sys.argv[1], "rb").read()
length = struct.unpack_from("<Q", data)[0]
header = json.loads(data[8 : 8 + length])
for key, value in sorted(header.pop("__metadata__", {}).items()):
    print("metadata", key, value)
for name, entry in sorted(header.items()):
    begin, end = (8 + length + offset for offset in entry["data_offsets"])
    code = CODES[entry["dtype"]]
    values = struct.unpack(f"<{(end - begin) // struct.calcsize(code)}{code}", data[begin:end])
    print(name, entry["dtype"], entry["shape"], *(f"{value:g}" for value in values))
