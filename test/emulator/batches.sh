#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The generator of tiny.json for batches of 1 to 8, on the emulated GPU as on the CPU: its softmaxes have other rows, its
# kernels other grids in each. Tools as for golden/run.sh.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
compile=${DPSIMS_COMPILE:-dpsims-compile}
run=${DPSIMS_RUN:-dpsims-run}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for batch in 1 2 3 4 5 6 7 8; do
  for target in cpu cuda; do
    "$compile" "$here/../models/configs/tiny.json" --program generator --batch $batch --target $target \
      -o $target.dpsims
  done
  [ -e weights.safetensors ] || "$run" init --model cpu.dpsims --seed 1 -o weights.safetensors
  "$here/Tools/Inputs/make-inputs.py" 64 8 inputs.safetensors $batch
  "$run" execute --model cpu.dpsims --weights weights.safetensors --inputs inputs.safetensors --convolution direct \
    --outputs expected.safetensors
  "$run" execute --model cuda.dpsims --weights weights.safetensors --inputs inputs.safetensors \
    --expected expected.safetensors --tolerance 1e-4
done
