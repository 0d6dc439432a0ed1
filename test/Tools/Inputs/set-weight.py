# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""set-weight.py FILE.safetensors OUT NAME INDEX VALUE: a copy in which a number of an f32 tensor has another value."""

import json
import struct
import sys

path, out, name, index, value = sys.argv[1:]
data = bytearray(open(path, "rb").read())
length = struct.unpack_from("<Q", data)[0]
begin = json.loads(data[8 : 8 + length])[name]["data_offsets"][0]
struct.pack_into("<f", data, 8 + length + begin + 4 * int(index), float(value))
open(out, "wb").write(data)
