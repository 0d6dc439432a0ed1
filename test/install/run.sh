#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# run.sh CMAKE BUILD CXX MAKE-MODEL: installs what a program needs that uses the runtime, builds one, and runs it.
set -eu
cmake=$1 build=$2 compiler=$3 make_model=$4
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --prefix "$work/installed" --component development >"$work/log"
"$cmake" --install "$build" --prefix "$work/installed" --component library >>"$work/log"
"$cmake" -S "$here/consumer" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/installed" -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_BUILD_TYPE=Release >>"$work/log" || { cat "$work/log"; exit 1; }
"$cmake" --build "$work/build" >>"$work/log" || { cat "$work/log"; exit 1; }

"$make_model" network "$work/network.dpsims"
XDG_CACHE_HOME=$work/cache "$work/build/consumer" "$work/network.dpsims" | tee "$work/out"
grep -qx 'main: x F32 (1, 16, 16, 8) -> y F32 (1, 16, 16, 8)' "$work/out"
grep -qxE '[1-9][0-9]* of 2048 values of y are positive' "$work/out"
if "$work/build/consumer" "$work/none.dpsims" 2>"$work/err"; then exit 1; fi
grep -q '^not_found: .*none.dpsims: cannot open' "$work/err"
