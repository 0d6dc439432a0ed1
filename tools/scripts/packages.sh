#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what is needed (Debian 12, by apt), builds, and makes packages of Debian's in build/release/packages.
#
#   tools/scripts/packages.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"
cd "$root"

# shellcheck disable=SC2086
install_packages $build_packages $package_packages
build release -DDPSIMS_TESTS=OFF
say "Making packages"
cpack --config build/release/CPackConfig.cmake
say "The packages are in $root/build/release/packages; apt-get install ./FILE.deb installs one with what it needs"
