#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# wheel.sh PYTHON COMPILE: builds the wheel, and makes a photo with what it carries alone. Exit status 77 where PyPI, from
# which the tools for it come, is out of reach.
set -eu
python=$1 compile=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/tools"
"$work/tools/bin/pip" install -q "scikit-build-core>=0.10" "pybind11>=2.10" ninja || exit 77
"$work/tools/bin/pip" wheel -q "$root" --no-deps --no-build-isolation -w "$work" --config-settings=build-dir="$work/build" \
  --config-settings=cmake.define.DPSIMS_COMPILE="$compile"
"$python" -m venv --system-site-packages "$work/user" # for NumPy
"$work/user/bin/pip" install -q --no-deps "$work"/dpsims-*.whl
cp "$root/test/data/street.png" "$work"
cd "$work"
XDG_CACHE_HOME=$work/cache user/bin/python - <<'END'
import dpsims

assert dpsims.models() == ["camvid-128"]
dpsims.write_png("photo.png", dpsims.load("camvid-128").sample("street.png", seed=1))
with open("/proc/self/maps") as maps:
    used = {line.split()[-1] for line in maps if "libdpsims" in line or "libdnnl" in line}
assert used and all("/user/" in path for path in used), used
END
test -s photo.png
