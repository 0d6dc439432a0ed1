#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Checks what needs no build: the format of C++ and Python, scripts, spelling, white space, license lines, the length of
# files and lines. Each deviation is told with its file and line. Missing tools are installed (Debian 12, by apt; ruff from PyPI).
#
#   tools/scripts/lint.sh          exit status 1 where something deviates
#   tools/scripts/lint.sh --fix    formats C++ and Python before
#
# shellcheck disable=SC2016,SC2317 # backquotes are text; functions are called by check
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"
cd "$root"

ruff_version=0.17.6 # as in .pre-commit-config.yaml
longest_file=400
status=0

# check NAME COMMAND...: goes on after a deviation.
check() {
  name=$1
  shift
  "$@" || {
    status=1
    printf '%s: error: %s: see above\n' "${0##*/}" "$name" >&2
  }
}

# tracked PATTERN...: names of files that are in the index and there.
tracked() {
  git ls-files -- "$@" | while IFS= read -r file; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done
}

cpp_files() { tracked '*.cpp' '*.h' '*.c' '*.cu'; }
shell_files() { tracked '*.sh' .ci/run; }
# What people write; input of tests is not counted.
sources() { tracked '*.cpp' '*.h' '*.c' '*.cu' '*.td' '*.py' '*.sh' 'models/*.mlir'; }

# ruff in an environment of its own, below build/; false where PyPI cannot be reached.
find_ruff() {
  ruff=$root/build/ruff-$ruff_version/bin/ruff
  [ ! -x "$ruff" ] || return 0
  say "Installing ruff $ruff_version from PyPI"
  python3 -m venv "$root/build/ruff-$ruff_version" && "${ruff%/*}/pip" install -q "ruff==$ruff_version"
}

check_cpp() { cpp_files | xargs clang-format-22 --dry-run --Werror; }
check_shell() { shell_files | xargs shellcheck --external-sources --format=gcc; }
# American spelling is checked in pages that people write; what is between backquotes is code.
check_spelling() {
  wrong=0
  tracked ':!*.patch' ':!*.safetensors' ':!*.png' ':!*.jpg' | xargs codespell || wrong=1
  tracked '*.md' ':!docs/passes.md' ':!docs/reference.md' |
    xargs codespell --builtin en-GB_to_en-US --ignore-regex '`[^`]*`' || wrong=1
  return "$wrong"
}
check_white_space() { git --no-pager diff --check "$(git hash-object -t tree /dev/null)" -- . ':!*.patch'; }

check_python() {
  wrong=0
  "$ruff" check -q --output-format concise . || wrong=1
  "$ruff" format -q --check --output-format concise . || wrong=1
  return "$wrong"
}

check_licenses() {
  missing=$(sources | xargs awk 'FNR == 1 { seen = 0 } /SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception/ { seen = 1 }
    FNR == 3 { if (!seen) print FILENAME ":1: no SPDX-License-Identifier in the first lines"; nextfile }')
  [ -z "$missing" ] || {
    printf '%s\n' "$missing"
    return 1
  }
}

# Files of more than 400 lines are listed with what they may have; the list can only shrink.
check_length() {
  sources | xargs wc -l | awk -v limit="$longest_file" -v list=tools/scripts/long-files.txt '
    BEGIN { while ((getline line < list) > 0) if (split(line, f, " ") == 2 && line !~ /^#/) allowed[f[1]] = f[2] }
    $2 == "total" { next }
    $2 in allowed {
      known[$2] = 1
      if ($1 > allowed[$2]) wrong($2 ":" $1 ": has " $1 " lines, more than the " allowed[$2] " of " list ": split it")
      else if ($1 <= limit) wrong(list ":1: " $2 " is short enough now: take it out")
      next
    }
    $1 > limit { wrong($2 ":" $1 ": has " $1 " lines, more than " limit ": split it") }
    function wrong(text) { print text; failed = 1 }
    END {
      for (name in allowed) if (!(name in known)) wrong(list ":1: " name " is not there: take it out")
      exit failed
    }'
}

# Lines of at most 120 columns where no formatter sees to it; those that FileCheck compares and lit runs are left out.
check_width() {
  tracked '*.mlir' '*.css' '*.js' | LC_ALL=C xargs awk -v limit=120 '
    { text = $0; gsub(/[\200-\277]/, "", text) } # bytes that continue a character
    length(text) <= limit || /^ *\/\/ *([A-Z][A-Z0-9_-]*:|expected-)/ || /^ *"/ { next } # a message is one line
    { print FILENAME ":" FNR ": has " length(text) " columns, more than " limit ": break it"; failed = 1 }
    END { exit failed }'
}

[ $# -eq 0 ] || [ "$*" = --fix ] || fail "usage: lint.sh [--fix]"
git rev-parse --git-dir >/dev/null 2>&1 || {
  [ "${DPSIMS_STRICT:-0}" = 0 ] || fail "$root: not a git repository: files to check are those that git knows"
  say "No git repository: nothing is checked"
  exit 0
}
# shellcheck disable=SC2086
install_packages $lint_packages
if find_ruff; then
  [ $# -eq 0 ] || "$ruff" format -q .
  check "Python (ruff; tools/scripts/lint.sh --fix formats)" check_python
else
  say "No ruff: Python is not checked"
fi
[ $# -eq 0 ] || cpp_files | xargs clang-format-22 -i
check "C++ (clang-format 22; tools/scripts/lint.sh --fix formats)" check_cpp
check "scripts (shellcheck)" check_shell
check "spelling (codespell; exceptions are in .codespellrc)" check_spelling
check "white space" check_white_space
check "license lines" check_licenses
check "length of files" check_length
check "width of lines" check_width
exit "$status"
