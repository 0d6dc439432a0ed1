#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# completion.sh COMPLETION BIN: what bash offers after words of a command line, the last of which is being typed.
set -eu
completion=$1 bin=$2
# shellcheck source=tools/completion/dpsims
. "$completion"

# offers EXPECTED WORD...
offers() {
  local expected=$1
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _dpsims "$bin/$1"
  [[ "${COMPREPLY[*]}" == "$expected" ]] && return
  echo "after '$*': '${COMPREPLY[*]}', expected '$expected'" >&2
  exit 1
}

offers sample dpsims-run sa
offers "execute export" dpsims-run ex
offers --labels dpsims-run sample --la
offers "--output" dpsims-run sample --labels street.png --ou
offers "auto direct winograd" dpsims-run sample --convolution ""
offers winograd dpsims-run sample --convolution w
offers "cover exact" dpsims-run sample --resize ""
offers "" dpsims-run sample --labels street   # bash offers files
offers "" dpsims-run no-such-command --x
if [[ -x $bin/dpsims-compile ]]; then
  offers "--recompute --report" dpsims-compile --re
  offers "" dpsims-compile models/con
fi
