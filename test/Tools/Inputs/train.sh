#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# train.sh RUN [FLAG...]: a short run of m.dpsims with backbone.safetensors, both in the working directory. On
# one thread, or THREADS.
run=$1
shift
exec dpsims-run train --model m.dpsims --backbone-weights backbone.safetensors --output "$run" --seed 1 \
  --threads "${THREADS:-1}" \
  --convolution direct --checkpoint-every 1 --keep 2 --sample-every 2 --validate-every 4 --statistics-batches 2 "$@"
