#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# emulated.sh COMPILE RUN EXAMPLE LIBRARY EMULATED CONFIGURATION LABELS: the example in C makes the photo of `dpsims-run
# sample` on the emulated GPU too. libdpsims.so finds libdpsims-cuda.so in its own folder.
set -eu
compile=$1 run=$2 example=$3 library=$4 emulated=$5 configuration=$6 labels=$7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME="$work/cache"

mkdir "$work/lib"
cp "$library" "$work/lib/libdpsims.so.0"
ln -s "$emulated"/* "$work/lib"
"$compile" "$configuration" --program sample --target cuda -o "$work/m.dpsims" --set num_classes=11 \
  --set generator.instance_edges=false
"$run" init --model "$work/m.dpsims" --seed 1 -o "$work/w.safetensors"
DPSIMS_CUDA_LIBRARY_DIR=$emulated "$run" sample --model "$work/m.dpsims" --weights "$work/w.safetensors" \
  --labels "$labels" --output "$work/tool.png" --seed 3
LD_LIBRARY_PATH=$work/lib "$example" "$work/m.dpsims" "$work/w.safetensors" "$labels" "$work/library.png" 3 |
  tee "$work/out"
grep -qi '^on .*emulated' "$work/out"
cmp "$work/tool.png" "$work/library.png"
