#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# train-ranks.sh N RUN [FLAG...]: a short run on N ranks of MODEL, else mN.dpsims, with backbone.safetensors, both in the
# working directory.
n=$1
run=$2
shift 2
exec sh "$(dirname "$0")/ranks.sh" "$n" dpsims-run train --model "${MODEL:-m$n.dpsims}" --backbone-weights backbone.safetensors \
  --output "$run" --seed 1 --threads 1 --convolution direct --checkpoint-every 2 --sample-every 5 --validate-every 0 \
  --statistics-batches 2 "$@"
