#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what the tests need (Debian 12, by apt), checks style (lint.sh), builds, and runs every test: first the runtime
# and its parsers under the address and undefined-behavior sanitizers, then everything.
#
#   tools/scripts/test.sh
#   DPSIMS_NIGHTLY=1 tools/scripts/test.sh    the slow tests too, those with the label `nightly`, and clang-tidy
#   DPSIMS_STRICT=1 tools/scripts/test.sh     warnings are errors; clang-tidy on what the last commits changed
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"
cd "$root"

tidied_commits=3 # in a strict run; all sources take half an hour
status=0
slow="-LE nightly"
[ "${DPSIMS_NIGHTLY:-0}" = 0 ] || slow=
# shellcheck disable=SC2086
install_packages $build_packages $test_packages
strict=ON
[ "${DPSIMS_STRICT:-0}" != 0 ] || strict=OFF
say "Style"
tools/scripts/lint.sh || fail "style deviates: see above"
build sanitize -DDPSIMS_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=$strict
build release -DDPSIMS_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=$strict
if [ -z "$slow" ]; then
  tools/scripts/tidy.sh || status=1
elif [ $strict = ON ] && git rev-parse -q --verify "HEAD~$tidied_commits" >/dev/null; then
  tools/scripts/tidy.sh --since "HEAD~$tidied_commits" || status=1
fi
say "Tests under the sanitizers"
# shellcheck disable=SC2086
ctest --preset sanitize -j "$(nproc)" $slow || status=1
say "Tests"
# shellcheck disable=SC2086
ctest --preset release -j "$(nproc)" $slow || status=1
[ "$status" -eq 0 ] || fail "tests failed: see above"
