#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what the tests need (Debian 12, by apt), builds, and runs every test: first the runtime and its parsers under
# the address and undefined-behaviour sanitizers, then everything.
#
#   tools/scripts/test.sh
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"
cd "$root"

status=0
# shellcheck disable=SC2086
install_packages $build_packages $test_packages
build sanitize -DDPSIMS_TESTS=ON
build release -DDPSIMS_TESTS=ON
say "Tests under the sanitizers"
ctest --preset sanitize -j "$(nproc)" || status=1
say "Tests"
ctest --preset release -j "$(nproc)" || status=1
[ "$status" -eq 0 ] || fail "tests failed: see above"
