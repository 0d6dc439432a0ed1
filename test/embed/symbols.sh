#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# symbols.sh NM LIBRARY: does libdpsims.so export what symbols.txt lists, and nothing else?
set -eu
nm=$1 library=$2
list=$(cd "$(dirname "$0")" && pwd)/symbols.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -v '^#' "$list" >"$work/listed"
# "A" symbols are the names of the versions.
"$nm" -D --defined-only --with-symbol-versions "$library" | awk '$2 != "A" { print $3 }' | LC_ALL=C sort >"$work/exported"
diff -u "$work/listed" "$work/exported" && exit 0
cat >&2 <<END
The library's symbols (+) are not those of $list (-).
A symbol is missing or changed its version: programs that were built with the last release no longer start. Put it back;
if it must go, raise the major version of the project, which is the library's soname, and say so in CHANGELOG.md.
A symbol is new: add it to a version of its own in runtime/embed/symbols.map, and to the list.
END
exit 1
