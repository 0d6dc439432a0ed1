#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Writes the references that come from TableGen: reference.md (ops) and passes.md.
#
#   generate.sh MLIR-TBLGEN MLIR-INCLUDE-FOLDER OUTPUT-FOLDER
set -eu

if [ $# -ne 3 ]; then
  echo "generate.sh: error: usage: generate.sh MLIR-TBLGEN MLIR-INCLUDE-FOLDER OUTPUT-FOLDER" >&2
  exit 1
fi
tblgen=$1 include=$2 output=$3
root=$(cd "$(dirname "$0")/.." && pwd)
output=$(cd "$output" && pwd)
cd "$root"

# tblgen ARGUMENT...: what mlir-tblgen prints, without more than one empty line in a row and none at the end.
generate() {
  # shellcheck disable=SC2016
  "$tblgen" -I "$root" -I "$include" "$@" |
    sed -e 's/[[:space:]]*$//' -e '/^\[TOC\]$/d' -e 's/`Dpsims_\([A-Za-z]*\)`/`\1`/g' | cat -s | sed -e '$ { /^$/d }'
}

generate -gen-dialect-doc -dialect=dpsims "$root/dialect/Dpsims.td" >"$output/reference.md"
{
  echo '# Passes'
  echo
  # shellcheck disable=SC2016
  echo 'The passes of `dpsims-opt`, by name. docs/architecture.md says in which order the stages use them.'
  echo
  for definitions in passes/Passes.td passes/*/Passes.td; do
    echo "include \"$definitions\""
  done | generate -gen-pass-doc -
} >"$output/passes.md"
