#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what is needed (Debian 12, by apt), builds, and makes an image from the label map test/data/street.png.
#
#   tools/scripts/setup.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"
cd "$root"

make_image() {
  demo=build/demo
  bin=build/release/bin
  mkdir -p "$demo"
  say "Compiling the generator for models/configs/camvid-128.json"
  "$bin/dpsims-compile" models/configs/camvid-128.json --program sample -o "$demo/camvid-128.dpsims"
  say "Making initial weights"
  "$bin/dpsims-run" init --model "$demo/camvid-128.dpsims" --seed 1 -o "$demo/camvid-128.safetensors"
  say "Making an image of test/data/street.png"
  "$bin/dpsims-run" sample --model "$demo/camvid-128.dpsims" --weights "$demo/camvid-128.safetensors" \
    --labels test/data/street.png --output "$demo/street.png"
}

# shellcheck disable=SC2086
install_packages $build_packages
build release -DDPSIMS_TESTS=OFF
make_image
say "The image is $root/build/demo/street.png"
echo "Its weights are initial ones, not trained: expect noise with the street's outlines, not a photo."
