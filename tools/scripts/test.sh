#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what the tests need (Debian 12, by apt), builds, and runs every test: first the runtime and its parsers under
# the address and undefined-behavior sanitizers, then everything.
#
#   tools/scripts/test.sh
#   DPSIMS_NIGHTLY=1 tools/scripts/test.sh    the slow tests too, those with the label `nightly`, the CUDA device under the
#                                             sanitizers, clang-tidy, and what Chromium, lintian and Neovim are installed for
#                                             (500 MB): the page of `dpsims-run paint`, packages, the snippet
#   DPSIMS_STRICT=1 tools/scripts/test.sh     style is checked before (lint.sh), warnings are errors
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"
cd "$root"

status=0
slow="-LE nightly"
[ "${DPSIMS_NIGHTLY:-0}" = 0 ] || slow=
# shellcheck disable=SC2086
install_packages $build_packages $test_packages
# shellcheck disable=SC2086
[ -n "$slow" ] || install_packages $nightly_packages
strict=ON
[ "${DPSIMS_STRICT:-0}" != 0 ] || strict=OFF
if [ $strict = ON ]; then
  say "Style"
  tools/scripts/lint.sh || fail "style deviates: see above"
fi
cuda=ON # under sanitizers the CUDA device and the emulated GPU take long to build
[ -z "$slow" ] || cuda=OFF
build sanitize -DDPSIMS_TESTS=ON -DDPSIMS_CUDA=$cuda -DCMAKE_COMPILE_WARNING_AS_ERROR=$strict
build release -DDPSIMS_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=$strict
[ -n "$slow" ] || tools/scripts/tidy.sh || status=1
rm -f build/*/Testing/Temporary/LastTestsFailed.log # ctest leaves the last one when all pass
say "Tests under the sanitizers"
# shellcheck disable=SC2086
ctest --preset sanitize -j "$(nproc)" $slow || status=1
say "Tests"
# shellcheck disable=SC2086
ctest --preset release -j "$(nproc)" $slow || status=1
if [ "$status" -ne 0 ]; then
  for preset in sanitize release; do # each with the number that ctest gives it
    sed "s/^/$preset:/" "build/$preset/Testing/Temporary/LastTestsFailed.log" 2>/dev/null || true
  done
  fail "tests failed: those listed above"
fi
