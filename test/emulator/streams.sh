#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Plans spread over several streams, on an emulated GPU that puts off one stream's work as long as events allow: the same
# bits as on one stream, step by step and as a graph. Then each wait of a small program is left out in turn, which must
# show: of two steps that a wait orders, the first one's stream can be put off.
#
#   streams.sh CONFIGURATION
#
# The tools are named by DPSIMS_COMPILE and DPSIMS_RUN, the emulated GPU by DPSIMS_CUDA_LIBRARY_DIR.
set -eu

run=${DPSIMS_RUN:-dpsims-run} compile=${DPSIMS_COMPILE:-dpsims-compile}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$(dirname "$0")/streams.mlir" "$folder"
"$compile" "$1" --training --batch 2 --target cuda -o "$folder/m.dpsims" --set data.dataset=shapes \
  --set 'data.pictures={"train": 8, "val": 4}'
cd "$folder"

fail() {
  echo "streams.sh: error: $*" >&2
  cat ./*.log >&2
  exit 1
}

counted() { sed -n "s/^emulated GPU: $2: //p" "$1.log"; }

# An iteration of training warms up, the second is captured and replayed. Streams are numbered as they are made: 1 for
# the first lane, 2 and 3 for copies, then one for each further lane.
"$run" init --model m.dpsims --entry features --seed 1 -o backbone.safetensors
train() {
  output=$1 emulation=$2
  shift 2
  DPSIMS_EMULATED_GPU=$emulation "$run" train --model m.dpsims --backbone-weights backbone.safetensors --seed 3 \
    --output "$output" --steps 2 --sample-every 0 --validate-every 0 --statistics-batches 1 "$@" 2>"$output.log" ||
    fail "training fails: $output"
}
train one statistics=1
for case in 2:1 2:4 4:1 4:5; do
  output=streams-$case
  train "$output" "statistics=1,put-off=${case#*:}" --streams "${case%:*}"
  for file in losses.csv ema.safetensors checkpoints/step-00000002/model.safetensors; do
    cmp "one/$file" "$output/$file" || fail "other bits: $output"
  done
  [ "$(counted "$output" waits)" -gt "$(counted one waits)" ] || fail "nothing is spread: $output"
  [ "$(counted "$output" 'graph launches')" -eq "$(counted one 'graph launches')" ] || fail "no graph: $output"
done

# A program that is run once, step by step.
"$compile" streams.mlir --target cuda -o small.dpsims
"$run" init --model small.dpsims --seed 1 -o small.safetensors
python3 - <<'END'
import json, struct
data = b"".join(struct.pack("<f", (i * 7919 % 1000) / 500 - 1) for i in range(1 * 8 * 8 * 8))
head = json.dumps({"x": {"dtype": "F32", "shape": [1, 8, 8, 8], "data_offsets": [0, len(data)]}}).encode()
open("x.safetensors", "wb").write(struct.pack("<Q", len(head)) + head + data)
END
execute() {
  output=$1 emulation=$2
  shift 2
  DPSIMS_EMULATED_GPU=$emulation "$run" execute --model small.dpsims --weights small.safetensors \
    --inputs x.safetensors --convolution direct --outputs "$output.safetensors" "$@" 2>"$output.log"
}
isExpected() { execute "$@" --streams 2 && cmp -s expected.safetensors "$1.safetensors"; }
execute expected statistics=1 || fail "the small program fails"
isExpected spread statistics=1 || fail "the small program has other bits"
own=$(counted expected waits) waits=$(counted spread waits)
[ "$waits" -ge $((own + 4)) ] || fail "the small program has $waits waits alone"
for late in 1 4; do
  isExpected late "put-off=$late" || fail "other bits where stream $late is late"
done
wait=1
while [ "$wait" -le "$waits" ]; do
  noticed=no
  for late in 1 2 3 4; do
    isExpected mutant "put-off=$late,ignore-wait=$wait" || noticed=yes
  done
  [ $noticed = yes ] || fail "wait $wait of $waits can be left out unnoticed"
  wait=$((wait + 1))
done
