#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs clang-tidy 22 (installed by apt where it is missing) with the checks of .clang-tidy on sources of dialect/, passes/,
# runtime/, tools/ and python/, as the build in build/release compiles them. Tests are left out: they take as long, and the macros of
# GoogleTest are not ours.
#
#   tools/scripts/tidy.sh              all of them: half an hour on two cores
#   tools/scripts/tidy.sh FILE...      these
#   tools/scripts/tidy.sh --since REV  those that differ from a commit
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"
cd "$root"

sources() {
  if [ "${1:-}" = --since ]; then
    git diff --name-only --diff-filter=d "$2" -- 'dialect/*.cpp' 'passes/*.cpp' 'runtime/*.cpp' 'tools/*.cpp' 'python/*.cpp'
  elif [ $# -gt 0 ]; then
    printf '%s\n' "$@"
  else
    git ls-files 'dialect/*.cpp' 'passes/*.cpp' 'runtime/*.cpp' 'tools/*.cpp' 'python/*.cpp'
  fi
}

# Those that this build compiles: without the CUDA toolkit, or MLIR, some are not.
compiled() {
  while read -r file; do
    ! grep -qF "\"file\": \"$root/$file\"" build/release/compile_commands.json || printf '%s\n' "$file"
  done
}

[ -f build/release/compile_commands.json ] || fail "build/release: is not built; run cmake --preset release, then build"
# shellcheck disable=SC2086
install_packages $tidy_packages
files=$(sources "$@") || fail "git does not know which files: name them"
files=$(printf '%s\n' "$files" | compiled)
[ -n "$files" ] || exit 0
say "clang-tidy on $(printf '%s\n' "$files" | wc -l) files"
printf '%s\n' "$files" | xargs -P "$(parallel_jobs)" -n 1 clang-tidy-22 -p build/release --quiet --extra-arg=-Wno-unknown-warning-option 2>/dev/null ||
  fail "clang-tidy: see above"
