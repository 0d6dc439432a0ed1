#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The GPU suite on the emulated GPU: a small one is packed, unpacked elsewhere and run; what it must find, it finds.
#
#   dry-run.sh SUITE BIN EMULATED DEVICES FOLDER
#
# gpu-suite.sh; built programs; folder of the emulated libdpsims-cuda.so; folder of descriptions of GPUs.
set -eu

suite=$1 bin=$2 emulated=$3 devices=$4 folder=$5
rm -rf "$folder"
mkdir -p "$folder/there"

# Plans for the emulated GPU and for another one: the suite takes its own, and is not disturbed by the other's.
python3 - "$devices/h200.json" "$folder/emulated.json" <<'END'
import json
import sys

device = json.load(open(sys.argv[1]))
device.update(deviceName="emulated GPU (PTX on the CPU)", deviceVer=1300, multiProcessorCount=8)
json.dump(device, open(sys.argv[2], "w"))
END
DPSIMS_CUDA_LIBRARY_DIR=$emulated "$suite" pack --bin "$bin" --emulated "$emulated" --config tiny \
  --cases generator-none,discriminator-gradients-paper --plans-for "$folder/emulated.json" \
  --plans-for "$devices/h200.json" --plans "$folder/plans.json" -o "$folder/suite.tar.xz"
grep -q '"NVIDIA H200, ' "$folder/plans.json"
cd "$folder/there"
tar xf ../suite.tar.xz
test -f dpsims-gpu-suite/reference/dpsims_torch/__init__.py
env -i PATH="$PATH" HOME="$folder/there" DPSIMS_CONVOLUTION=direct dpsims-gpu-suite/gpu-suite.sh run \
  --emulated "$emulated" --jobs 1 --output out

python3 - out <<'END'
import json
import sys

data = json.load(open(f"{sys.argv[1]}/results.json"))
status = {step["name"]: step["status"] for step in data["steps"]}
for name in ("versions", "smoke", "golden", "kernels", "run", "plans"):
    assert status[name] == "passed", (name, status)
for name in ("sampling", "training", "pytorch"):
    assert status[name] == "skipped", (name, status)
assert data["passed"] and data["emulated"]
assert {(entry["case"], entry["precision"]) for entry in data["golden"]} == {
    ("generator-none", "f32"), ("generator-none", "tf32"), ("generator-none", "bf16"),
    ("discriminator-gradients-paper", "f32")}
assert all(entry["arguments"] == entry["agree"] > 20 for entry in data["kernels"]), data["kernels"]
assert data["packed_plans"] > 20 and len(data["plans"]) == 9, (data["packed_plans"], data["plans"])
for entry in data["plans"]:
    # Weight gradients of bf16 are asked for in f32 first, which no engine gives.
    lacking = entry["convolutions"] - entry["engines"]
    assert lacking == 0 or (entry["precision"] == "bf16" and entry["model"] == "training-8"), entry
    assert entry["engines"] > 10, entry
machines = json.load(open(f"{sys.argv[1]}/plans.json"))["machines"]
assert [machine.split(",")[0] for machine in machines] == ["emulated GPU (PTX on the CPU)"], list(machines)
END
grep -q '^| golden cases | passed |' out/gpu.md

# One step by itself, stopped where the time ends.
env -i PATH="$PATH" HOME="$folder/there" dpsims-gpu-suite/gpu-suite.sh run --emulated "$emulated" --steps training \
  --limit 6 --output one 2>one.txt
grep -q '^2. golden cases: skipped, .* not among --steps' one.txt
grep -q '^10. training: timed out, ' one.txt

# A sum that is wrong is found.
sums=dpsims-gpu-suite/kernels/sample-1.safetensors
printf '\000\000\000\177' | dd of="$sums" bs=1 seek=$(($(wc -c <"$sums") - 4)) conv=notrunc status=none
if DPSIMS_CUDA_LIBRARY_DIR=$emulated dpsims-gpu-suite/bin/dpsims-kernel-sums dpsims-gpu-suite/models/sample-1.dpsims \
  --expected "$sums" >out/wrong.txt; then
  echo "dry-run.sh: error: a wrong sum was not found" >&2
  exit 1
fi
grep -q '^differs by' out/wrong.txt
