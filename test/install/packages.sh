#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# packages.sh CPACK BUILD: makes the packages of Debian's, looks at what they need and have, by lintian too where that is
# installed, and makes a photo with the tools in them.
set -eu
cpack=$1 build=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME="$work/cache"

fail() {
  echo "packages.sh: error: $*" >&2
  exit 1
}

# The packages are the same but for their compression, which takes most of the time.
"$cpack" --config "$build/CPackConfig.cmake" -B "$work" -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip >"$work/log" 2>&1 ||
  { cat "$work/log"; fail "no packages"; }

# has PACKAGE FIELD TEXT
has() {
  dpkg-deb -f "$work/$1"_*.deb "$2" | grep -qF "$3" || fail "$1 has no '$3' in $2: $(dpkg-deb -f "$work/$1"_*.deb "$2")"
}
has dpsims-runtime Depends libdnnl2
has dpsims-runtime Depends libc6
has libdpsims0 Depends libdnnl2
has dpsims-compiler Depends libmlir-22
has dpsims-compiler Depends lld-22
has dpsims-dev Depends "libdpsims0 (="
packages="dpsims-runtime libdpsims0 dpsims-compiler dpsims-dev"
if [ -e "$build/lib/libdpsims-mpi.so" ]; then
  packages="$packages dpsims-mpi"
  has dpsims-mpi Depends libopenmpi
fi
for package in $packages; do
  dpkg-deb -x "$work/$package"_*.deb "$work/$package"
  test -f "$work/$package/usr/share/doc/$package/copyright" || fail "$package has no license"
  gzip -dc "$work/$package/usr/share/doc/$package/changelog.gz" | grep -q "^dpsims (" || fail "$package has no changelog"
  if find "$work/$package" -name '*cuda.so*' -o -name '*python*' | grep .; then
    fail "$package has more than it should"
  fi
done
dpkg-deb -I "$work"/libdpsims0_*.deb triggers | grep -qx "activate-noawait ldconfig" ||
  fail "nobody tells ldconfig of libdpsims.so"
dpkg-deb -I "$work"/libdpsims0_*.deb shlibs | grep -q "^libdpsims 0 libdpsims0 (>= " || fail "no shlibs in libdpsims0"
test -L "$work/libdpsims0/usr/lib/libdpsims.so.0"
test -f "$work/dpsims-dev/usr/include/dpsims/dpsims.h"
test -L "$work/dpsims-dev/usr/lib/libdpsims.so"
test -f "$work/dpsims-runtime/usr/share/bash-completion/completions/dpsims-run"
test -f "$work/dpsims-runtime/usr/share/man/man1/dpsims-run-sample.1.gz"
for tool in "$work"/dpsims-*/usr/bin/*; do
  test -s "${tool%/bin/*}/share/man/man1/${tool##*/}.1.gz" || fail "${tool##*/} has no manual page"
done

# The maintainer is nobody's address until somebody hands the packages on.
if command -v lintian >/dev/null; then
  lintian --allow-root --fail-on error,warning \
    --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$work"/*.deb || fail "lintian finds faults"
fi

models=$work/dpsims-compiler/usr/share/dpsims/models
"$work/dpsims-compiler/usr/bin/dpsims-compile" "$models/configs/camvid-128.json" --program sample -o "$work/m.dpsims"
for tool in "$work/dpsims-runtime/usr/bin/dpsims-run" "$build/bin/dpsims-run"; do
  "$tool" sample --model "$work/m.dpsims" --weights "$models/weights/camvid-128.safetensors" \
    --labels "$root/test/data/street.png" --output "$work/photo.png"
  mv "$work/photo.png" "$work/$(echo "$tool" | cksum | cut -d ' ' -f 1).photo"
done
cmp "$work"/*.photo
