#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Kernels that reduce rows, for batches of 1 to 8: their PTX on the emulator with all its checks, races too, against the
# CPU. How rows are laid over threads depends on how many there are and how long.
#
#   rows.sh KERNEL-CHECK
#
# The compiler is named by DPSIMS_COMPILE.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for batch in 1 2 3 4 5 6 7 8; do
  python3 "$here/make-rows.py" $batch "$folder/rows.mlir"
  "${DPSIMS_COMPILE:-dpsims-compile}" "$folder/rows.mlir" --target cuda --compile-to=kernels -o "$folder/kernels.mlir"
  "$1" --gpu "$folder/kernels.mlir" >"$folder/log" || {
    echo "batch $batch:"
    cat "$folder/log"
    exit 1
  }
  [ "$(grep -c 'PTX and scalars.* ok$' "$folder/log")" -eq "$(grep -c 'func.func @' "$folder/kernels.mlir")" ]
done
