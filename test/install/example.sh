#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# example.sh CMAKE BUILD CC EXAMPLE: installs everything, moves it, builds the example in C against it in both ways, and
# compares its photo with that of `dpsims-run sample`, bit for bit; all with what is installed alone.
set -eu
cmake=$1 build=$2 compiler=$3 example=$4
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME="$work/cache"

"$cmake" --install "$build" --prefix "$work/first" >"$work/log" || { cat "$work/log"; exit 1; }
mv "$work/first" "$work/installed"
there=$work/installed
library=$(dirname "$(find "$there" -name 'libdpsims.so.[0-9]')")

"$cmake" -S "$example" -B "$work/build" -DCMAKE_PREFIX_PATH="$there" -DCMAKE_C_COMPILER="$compiler" \
  >>"$work/log" || { cat "$work/log"; exit 1; }
"$cmake" --build "$work/build" >>"$work/log" || { cat "$work/log"; exit 1; }
PKG_CONFIG_PATH=$library/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$compiler" -Wall -Wextra -Werror "$example/sample.c" $(pkg-config --cflags --libs dpsims) -o "$work/sample"

"$there/bin/dpsims-compile" "$there/share/dpsims/models/configs/camvid-128.json" --program sample -o "$work/camvid.dpsims"
weights=$there/share/dpsims/models/weights/camvid-128.safetensors labels=$root/test/data/street.png
"$there/bin/dpsims-run" sample --model "$work/camvid.dpsims" --weights "$weights" --labels "$labels" \
  --output "$work/tool.png" --seed 7
# The first finds the library where CMake found it, the second where it is told.
"$work/build/sample" "$work/camvid.dpsims" "$weights" "$labels" "$work/cmake.png" 7 | tee "$work/out"
LD_LIBRARY_PATH=$library "$work/sample" "$work/camvid.dpsims" "$weights" "$labels" "$work/pkg-config.png" 7
cmp "$work/tool.png" "$work/cmake.png"
cmp "$work/tool.png" "$work/pkg-config.png"
grep -qx '  output image (1, 128, 128, 3), 49152 bytes' "$work/out"
"$work/build/sample" "$work/camvid.dpsims" "$weights" "$labels" "$work/other.png" 8 >"$work/out"
if cmp -s "$work/tool.png" "$work/other.png"; then echo "seeds 7 and 8 give one photo"; exit 1; fi
if "$work/build/sample" "$work/none" "$weights" "$labels" "$work/x.png" 2>"$work/err"; then exit 1; fi
grep -q "^sample: error: $work/none: " "$work/err"
