# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# shellcheck shell=sh
# shellcheck disable=SC2034 # variables are those of the scripts that source this
# What setup.sh, test.sh, lint.sh and tidy.sh share. Sourced with $root set to the top folder of the project.

build_packages="g++ ccache cmake ninja-build libmlir-22-dev mlir-22-tools llvm-22-dev lld-22 libdnnl-dev
  libflatbuffers-dev flatbuffers-compiler nlohmann-json3-dev libcli11-dev libpng-dev libjpeg62-turbo-dev
  libmicrohttpd-dev zlib1g-dev libzstd-dev libeigen3-dev libonnx-dev libprotobuf-dev"
package_packages="dpkg-dev file help2man libopenmpi-dev"
test_packages="$package_packages libgtest-dev llvm-22-tools openmpi-bin pkg-config procps pybind11-dev
  python3-dev python3-numpy python3-pytest python3-venv"
nightly_packages="chromium chromium-driver lintian neovim"
lint_packages="clang-format-22 codespell git python3-venv shellcheck"
tidy_packages="clang-tidy-22 git libomp-22-dev" # of OpenMP its header alone

say() {
  printf '\n== %s\n' "$*"
}

fail() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "cannot run '$*': it needs root or sudo"
  fi
}

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_packages NAME...: those that are missing, by apt.
install_packages() {
  missing=
  for package in "$@"; do
    installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || fail "no apt-get here: install what Debian 12 calls$missing"
  say "Installing$missing"
  as_root apt-get update -q
  for package in $missing; do
    [ -n "$(apt-cache show "$package" 2>/dev/null)" ] ||
      fail "apt knows no package $package: this needs Debian 12 with its bookworm-security suite in the apt sources" \
        "(LLVM and MLIR 22 come from there)"
  done
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

# Compilations at a time: one a core, and 1.5 GB of memory for each.
parallel_jobs() {
  cores=$(nproc)
  fitting=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
  if [ "$fitting" -lt 1 ]; then
    echo 1
  elif [ "$fitting" -lt "$cores" ]; then
    echo "$fitting"
  else
    echo "$cores"
  fi
}

# build PRESET [CMAKE-ARGUMENT...]
build() {
  preset=$1
  shift
  say "Building: $preset"
  cmake --preset "$preset" "$@"
  cmake --build --preset "$preset" -j "$(parallel_jobs)"
}
