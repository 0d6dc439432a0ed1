#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Compiles one golden case, makes its weights, runs it and compares with what the reference computed.
#
#   run.sh CASE [FOLDER]      FOLDER takes the intermediate files; default: a temporary one
#
# The tools are found in PATH, or named by DPSIMS_COMPILE, DPSIMS_RUN, DPSIMS_GOLDEN_WEIGHTS and DPSIMS_GOLDEN_COMPARE.
# TARGET is the target to compile for (cpu), PRECISION the precision (f32), TOLERANCE the relative error allowed (1e-4); programs
# of training have tolerances of their own (compare.cpp). RANKS processes, started by mpirun, share the batch of those.
# FLAGS are more of dpsims-compile.
set -eu

fail() {
  echo "run.sh: error: $*" >&2
  exit 1
}

[ $# -ge 1 ] || fail "usage: run.sh CASE [FOLDER]"
here=$(cd "$(dirname "$0")" && pwd)
case=$1
line=$(grep "^  \"$case\": " "$here/cases.json") || fail "$case: not in $here/cases.json"
program=$(printf '%s\n' "$line" | sed 's/.*"program": "\([a-z_]*\)".*/\1/')
batch=$(printf '%s\n' "$line" | sed 's/.*"batch": \([0-9]*\).*/\1/')

if [ $# -ge 2 ]; then
  folder=$2
  mkdir -p "$folder"
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi

start=
[ "${RANKS:-1}" = 1 ] || start="mpirun --oversubscribe -n $RANKS"

run() {
  # shellcheck disable=SC2086
  $start "${DPSIMS_RUN:-dpsims-run}" execute --model "$folder/$case.dpsims" --weights "$folder/$case.weights.safetensors" \
    --inputs "$here/$case/inputs.safetensors" --outputs "$folder/$case.outputs.safetensors" "$@"
}

set --
[ ! -e "$here/$case/model.mlir" ] || set -- --model-text "$here/$case/model.mlir"
# shellcheck disable=SC2086
"${DPSIMS_COMPILE:-dpsims-compile}" ${FLAGS:-} "$@" "$here/$case/config.json" --program "$program" --batch "$batch" \
  --target "${TARGET:-cpu}" --precision "${PRECISION:-f32}" --ranks "${RANKS:-1}" -o "$folder/$case.dpsims"
"${DPSIMS_GOLDEN_WEIGHTS:-dpsims-golden-weights}" "$folder/$case.dpsims" "$folder/$case.weights.safetensors"
case $program in
*_gradients | train)
  run
  allowed=--kinks
  [ "${PRECISION:-f32}" != bf16 ] || allowed=--rounded
  "${DPSIMS_GOLDEN_COMPARE:-dpsims-golden-compare}" $allowed "$here/$case/expected.safetensors" \
    "$folder/$case.outputs.safetensors"
  ;;
*) run --expected "$here/$case/expected.safetensors" --tolerance "${TOLERANCE:-1e-4}" ;;
esac
