# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""add-prefix.py FILE PREFIX OUTPUT: safetensors whose tensors are called PREFIX and their name."""

import json
import struct
import sys

path, prefix, output = sys.argv[1:]
with open(path, "rb") as file:
    header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    data = file.read()
renamed = {name if name == "__metadata__" else prefix + name: entry for name, entry in header.items()}
text = json.dumps(renamed).encode()
with open(output, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
