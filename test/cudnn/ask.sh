#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Compiles a configuration for CUDA and asks the real cuDNN about each of its convolutions.
#
#   ask.sh CONFIG sample|training "PRECISIONS" [--launches PROGRAM=N] [--never ENGINE]
#
# DPSIMS_COMPILE, DPSIMS_ASK_CUDNN: the programs; DPSIMS_DEVICE: the GPU's description.
set -eu

config=$1 kind=$2 precisions=$3
shift 3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case $kind in
sample) programs="--program sample" ;;
training) programs="--training --batch 8" ;;
esac
for precision in $precisions; do
  # shellcheck disable=SC2086
  "$DPSIMS_COMPILE" "$config" $programs --target cuda --precision "$precision" -o "$folder/model.dpsims"
  "$DPSIMS_ASK_CUDNN" "$DPSIMS_DEVICE" "$@" "$folder/model.dpsims"
done
