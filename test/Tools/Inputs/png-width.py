# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""png-width.py FILE...: the width of each PNG in pixels, a line each."""

import pathlib
import struct
import sys

for name in sys.argv[1:]:
    print(struct.unpack(">I", pathlib.Path(name).read_bytes()[16:20])[0])
