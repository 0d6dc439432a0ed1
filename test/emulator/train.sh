#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Trains a configuration for two iterations on the CPU and on the emulated GPU, and compares the weights; then again on
# the GPU, stopped after the first iteration and resumed, which must give the same bits; then samples with the result.
# Adam's eps is large: else it makes steps of full size of a gradient that is 0 but for rounding.
#
#   train.sh CONFIGURATION [FLAG of dpsims-compile...]
#
# The tools are named as for golden/run.sh, the emulated GPU by DPSIMS_CUDA_LIBRARY_DIR.
set -eu

config=$1
shift
compile=${DPSIMS_COMPILE:-dpsims-compile}
run=${DPSIMS_RUN:-dpsims-run}
labels=$(cd "$(dirname "$0")/.." && pwd)/Tools/Inputs/tiny-labels.png
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

train() {
  target=$1 output=$2
  shift 2
  "$run" train --model "$target.dpsims" --backbone-weights backbone.safetensors --output "$output" --seed 1 \
    --convolution direct --checkpoint-every 1 --keep 2 --sample-every 0 --validate-every 0 "$@"
}

for target in cpu cuda; do
  "$compile" "$config" --training --batch 2 --target $target -o $target.dpsims --set data.dataset=shapes \
    --set 'data.pictures={"train": 8, "val": 4}' --set optimizer.eps=1.0e-3 "$@"
done
"$run" init --model cpu.dpsims --entry features --seed 1 -o backbone.safetensors
train cpu cpu --steps 2
train cuda whole --steps 2
"${DPSIMS_GOLDEN_COMPARE:-dpsims-golden-compare}" --weights cpu/checkpoints/step-00000002/model.safetensors \
  whole/checkpoints/step-00000002/model.safetensors

train cuda half --steps 1
"$run" train --output half --resume --steps 2
cmp whole/checkpoints/step-00000002/model.safetensors half/checkpoints/step-00000002/model.safetensors
cmp whole/ema.safetensors half/ema.safetensors

"$run" sample --model cuda.dpsims --weights whole/ema.safetensors --labels "$labels" --instances "$labels" \
  --output photo.png
test -s photo.png
