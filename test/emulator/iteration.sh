#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# One iteration of training of a configuration at its full size, on the emulated GPU as on the CPU: the same losses.
#
#   iteration.sh CONFIGURATION BATCH [FLAG of dpsims-compile...]
#
# Tools as for train.sh.
set -eu

config=$1 batch=$2
shift 2
run=${DPSIMS_RUN:-dpsims-run}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for target in cpu cuda; do
  "${DPSIMS_COMPILE:-dpsims-compile}" "$config" --training --batch "$batch" --target $target -o $target.dpsims \
    --set data.dataset=shapes --set 'data.pictures={"train": 8, "val": 4}' --set discriminator.pretrained=false "$@"
  "$run" train --model $target.dpsims --output $target --steps 1 --seed 1 --convolution direct --sample-every 0 \
    --validate-every 0 --statistics-batches 1
done
awk -F, 'NR == FNR { for (i = 1; i <= NF; ++i) expected[FNR, i] = $i; next }
         FNR == 1 { next }
         { for (i = 1; i <= NF; ++i) {
             error = $i - expected[FNR, i]
             if (error < 0) error = -error
             if (!(error <= 1e-3 * (1 + ($i < 0 ? -$i : $i)))) {
               print "column " i ": " $i " on the GPU, " expected[FNR, i] " on the CPU"
               bad = 1
             }
           } }
         END { exit bad || FNR != 2 }' cpu/losses.csv cuda/losses.csv
