#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The GPU suite on the emulated GPU: a small one is packed, unpacked elsewhere and run; what it must find, it finds.
#
#   dry-run.sh SUITE BIN EMULATED FOLDER     gpu-suite.sh; built programs; folder of the emulated libdpsims-cuda.so
set -eu

suite=$1 bin=$2 emulated=$3 folder=$4
rm -rf "$folder"
mkdir -p "$folder/there"

"$suite" pack --bin "$bin" --emulated "$emulated" --config tiny --cases generator-none,discriminator-gradients-paper \
  -o "$folder/suite.tar.gz"
cd "$folder/there"
tar xzf ../suite.tar.gz
env -i PATH="$PATH" HOME="$folder/there" dpsims-gpu-suite/gpu-suite.sh run --emulated "$emulated" --jobs 1 --output out

python3 - out/results.json <<'END'
import json
import sys

data = json.load(open(sys.argv[1]))
status = {step["name"]: step["status"] for step in data["steps"]}
for name in ("versions", "smoke", "golden", "kernels"):
    assert status[name] == "passed", (name, status)
for name in ("sampling", "training", "pytorch"):
    assert status[name] == "skipped", (name, status)
assert data["passed"] and data["emulated"]
assert {(entry["case"], entry["precision"]) for entry in data["golden"]} == {
    ("generator-none", "f32"), ("generator-none", "tf32"), ("discriminator-gradients-paper", "f32")}
assert all(entry["arguments"] == entry["agree"] > 20 for entry in data["kernels"]), data["kernels"]
END
grep -q '^| golden cases | passed |' out/gpu.md

# A sum that is wrong is found.
sums=dpsims-gpu-suite/kernels/sample-1.safetensors
printf '\000\000\000\177' | dd of="$sums" bs=1 seek=$(($(wc -c <"$sums") - 4)) conv=notrunc status=none
if DPSIMS_CUDA_LIBRARY_DIR=$emulated dpsims-gpu-suite/bin/dpsims-kernel-sums dpsims-gpu-suite/models/sample-1.dpsims \
  --expected "$sums" >out/wrong.txt; then
  echo "dry-run.sh: error: a wrong sum was not found" >&2
  exit 1
fi
grep -q '^differs by' out/wrong.txt
