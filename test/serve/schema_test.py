#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Lets schemathesis hold the server of `dpsims-run paint` to its OpenAPI description, with requests that it makes up.

    schema_test.py SCHEMATHESIS DPSIMS-RUN MAKE-MODEL OPENAPI.json [EXAMPLES]

EXAMPLES (200) requests of each kind are made for each operation. What holds for all: the statuses, types, headers and
bodies that the description lists; no status 5xx; what breaks the description is refused; other methods are.
"""

import pathlib
import struct
import subprocess
import sys
import tempfile

from server import Server

# A schema cannot say that runs fill the map, or that `weight` wants `seed2`: such requests may be refused.
EXCLUDED = "positive_data_acceptance"


def main():
    schemathesis, run, make = sys.argv[1:4]
    openapi = pathlib.Path(sys.argv[4]).resolve()
    examples = sys.argv[5] if len(sys.argv) > 5 else "200"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model, weights = folder / "m.dpsims", folder / "w.safetensors"
        subprocess.run([make, "painter", model], check=True)
        weights.write_bytes(struct.pack("<Q", 2) + b"{}")
        with Server(run, model, weights, "--rate", "0") as server:
            command = [schemathesis, "run", openapi, "--url", f"http://127.0.0.1:{server.port}", "--checks", "all"]
            options = ["--exclude-checks", EXCLUDED, "--max-examples", examples, "--seed", "1", "--no-color"]
            done = subprocess.run([*command, *options, "--request-timeout", "30"], cwd=folder)
            memory = server.memory() >> 20
    if done.returncode:
        sys.exit(f"schemathesis found what the description does not say: status {done.returncode}")
    print(f"ok; the server holds {memory} MiB")


if __name__ == "__main__":
    main()
