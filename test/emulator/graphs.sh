#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Trains on the emulated GPU with each program replayed as a CUDA graph, and step by step: the same bits. Its streams work
# in a random order, as far as events allow. Then what it must notice: an iteration in which the host waits for the GPU,
# and streams that do not wait for one another.
#
#   graphs.sh CONFIGURATION
#
# The tools are named by DPSIMS_COMPILE and DPSIMS_RUN, the emulated GPU by DPSIMS_CUDA_LIBRARY_DIR.
set -eu

run=${DPSIMS_RUN:-dpsims-run}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${DPSIMS_COMPILE:-dpsims-compile}" "$1" --training --batch 2 --target cuda -o "$folder/m.dpsims" \
  --set data.dataset=shapes --set 'data.pictures={"train": 8, "val": 4}'
cd "$folder"
"$run" init --model m.dpsims --entry features --seed 1 -o backbone.safetensors

# train RUN STEPS EMULATION FLAG...: what the emulated GPU says is then in RUN.log.
train() {
  output=$1 steps=$2 emulation=$3
  shift 3
  DPSIMS_EMULATED_GPU=$emulation "$run" train --model m.dpsims --backbone-weights backbone.safetensors --seed 3 \
    --output "$output" --steps "$steps" --sample-every 0 --validate-every 0 --statistics-batches 1 "$@" 2>"$output.log"
}

counted() { sed -n "s/^emulated GPU: $2: //p" "$1.log"; }

fail() {
  echo "graphs.sh: error: $*" >&2
  cat ./*.log >&2
  exit 1
}

# The first iteration warms up, the second is captured, all others replay it.
train graph 3 statistics=1,seed=7
train steps 3 statistics=1 --no-graph
for file in losses.csv ema.safetensors checkpoints/step-00000003/model.safetensors; do
  cmp "graph/$file" "steps/$file"
done
[ "$(counted graph 'graph launches')" -eq 2 ] || fail "an iteration is not replayed"
[ "$(counted steps 'graph launches')" -eq 0 ] || fail "--no-graph is not heeded"

# Four iterations more, and the host waits as often.
train more 7 statistics=1
[ "$(counted more synchronizations)" -eq "$(counted graph synchronizations)" ] ||
  fail "the host waits for the GPU within an iteration"
head -4 more/losses.csv | cmp - graph/losses.csv

if train forgotten 3 ignore-waits=1 && cmp -s forgotten/losses.csv graph/losses.csv; then
  fail "streams that do not wait for one another go unnoticed"
fi
