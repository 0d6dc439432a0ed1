#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The generator of a configuration at its full size, on the emulated GPU as on the CPU.
#
#   generator.sh CONFIGURATION BATCH HEIGHTxWIDTH NOISE-DIM
#
# Tools as for train.sh.
set -eu

inputs=$(cd "$(dirname "$0")/.." && pwd)/Tools/Inputs/make-inputs.py
run=${DPSIMS_RUN:-dpsims-run}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for target in cpu cuda; do
  "${DPSIMS_COMPILE:-dpsims-compile}" "$1" --program generator --batch "$2" --target $target -o "$folder/$target.dpsims"
done
cd "$folder"
"$run" init --model cpu.dpsims --seed 1 -o weights.safetensors
"$inputs" "$3" "$4" inputs.safetensors "$2"
"$run" execute --model cpu.dpsims --weights weights.safetensors --inputs inputs.safetensors --convolution direct \
  --outputs expected.safetensors
"$run" execute --model cuda.dpsims --weights weights.safetensors --inputs inputs.safetensors \
  --expected expected.safetensors --tolerance 1e-4
