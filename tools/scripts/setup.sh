#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what is needed (Debian 12, by apt), builds, and makes photos of the label map test/data/street.png.
#
#   tools/scripts/setup.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"
cd "$root"

make_photos() {
  demo=build/demo
  bin=build/release/bin
  mkdir -p "$demo"
  say "Compiling the generator for models/configs/camvid-128.json"
  "$bin/dpsims-compile" models/configs/camvid-128.json --program sample -o "$demo/camvid-128.dpsims"
  say "Making photos of test/data/street.png"
  "$bin/dpsims-run" sample --model "$demo/camvid-128.dpsims" --weights models/weights/camvid-128.safetensors \
    --labels test/data/street.png --output "$demo/" --samples 4
}

# shellcheck disable=SC2086
install_packages $build_packages
build release -DDPSIMS_TESTS=OFF
make_photos
say "The photos are $root/build/demo/street_0.png to street_3.png"
say "To paint label maps in a browser, start this, and open the address that it tells:
   build/release/bin/dpsims-run paint --model build/demo/camvid-128.dpsims --weights models/weights/camvid-128.safetensors"
