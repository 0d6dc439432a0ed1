#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A configuration's generator on the target c gives what it gives on the CPU; then a picture is sampled there.
#
#   compare.sh CONFIGURATION HEIGHTxWIDTH NOISE-DIM
#
# The tools, which know the target, are named by DPSIMS_COMPILE and DPSIMS_RUN.
set -eu

tools=$(cd "$(dirname "$0")/../../Tools/Inputs" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for target in cpu c; do
  "$DPSIMS_COMPILE" "$1" --program generator --program sample --batch 1 --target $target -o "$folder/$target.dpsims"
done
cd "$folder"
"$DPSIMS_RUN" init --model cpu.dpsims --entry generator --seed 1 -o weights.safetensors
"$tools/make-inputs.py" "$2" "$3" inputs.safetensors
"$DPSIMS_RUN" execute --model cpu.dpsims --entry generator --weights weights.safetensors --inputs inputs.safetensors \
  --outputs expected.safetensors --convolution direct
"$DPSIMS_RUN" execute --model c.dpsims --entry generator --weights weights.safetensors --inputs inputs.safetensors \
  --expected expected.safetensors --tolerance 1e-5
"$DPSIMS_RUN" sample --model c.dpsims --weights weights.safetensors --labels "$tools/tiny-labels.png" \
  --instances "$tools/tiny-labels.png" --device c --output photo.png
test -s photo.png
