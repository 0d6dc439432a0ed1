#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# All kernels of a configuration's training but the largest: their PTX on the emulator with all its checks against the CPU.
#
#   kernels.sh KERNEL-CHECK CONFIGURATION BATCH LIMIT      LIMIT: elements of a kernel
#
# The compiler is named by DPSIMS_COMPILE.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${DPSIMS_COMPILE:-dpsims-compile}" "$2" --training --batch "$3" --target cuda --compile-to=kernels \
  -o "$folder/kernels.mlir"
"$1" --gpu --limit="$4" "$folder/kernels.mlir"
