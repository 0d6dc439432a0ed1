#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Tries the packages and the wheel on a bare Debian 12, which debootstrap makes in a folder: installs them there by apt and
# pip, and does as a stranger would: samples, trains, builds a program in C, paints three lines of Python. Needs root,
# debootstrap, and a mirror of Debian's; for the wheel PyPI as well.
#
#   tools/scripts/try-packages.sh FOLDER-OF-PACKAGES [WHEEL]
#
# The folder is that which packages.sh wrote; `pip wheel --no-deps .` makes the wheel.
#
#   DPSIMS_MIRROR    where Debian comes from; otherwise from where debootstrap takes it
#   DPSIMS_ROOT      a folder for the Debian, which stays, and is taken as it is next time; otherwise a temporary one
# shellcheck disable=SC2016 # what is quoted is expanded in there
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/scripts/common.sh
. "$root/tools/scripts/common.sh"

[ $# -ge 1 ] || fail "which folder of packages? build/release/packages is where packages.sh puts them"
[ "$(id -u)" -eq 0 ] || fail "debootstrap and chroot need root"
command -v debootstrap >/dev/null || fail "no debootstrap here: apt-get install debootstrap"
packages=$(cd "$1" && pwd)
wheel=${2:-}
debian=${DPSIMS_ROOT:-$(mktemp -d)}
# In a mount namespace of its own, nothing stays mounted.
if [ -z "${DPSIMS_OWN_MOUNTS:-}" ]; then
  trap '[ -n "${DPSIMS_ROOT:-}" ] || rm -rf --one-file-system "$debian"' EXIT
  DPSIMS_OWN_MOUNTS=1 DPSIMS_ROOT=$debian unshare --mount "$0" "$@"
  exit
fi

# there COMMAND...: as a stranger who has nothing of ours in the environment.
there() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    ${PIP_CERT:+PIP_CERT=/try/certificates.crt} chroot "$debian" "$@"
}

# step TEXT SCRIPT: says what, and does it in /try.
step() {
  say "$1"
  printf '%s\n' "$2"
  there sh -euc "cd /try; $2"
}

if [ ! -e "$debian/etc/debian_version" ]; then
  say "A bare Debian 12 in $debian"
  debootstrap --variant=minbase bookworm "$debian" ${DPSIMS_MIRROR:+"$DPSIMS_MIRROR"} >"$debian.log" ||
    { tail "$debian.log"; fail "no Debian"; }
  rm "$debian.log"
fi
mirror=$(awk '$1 == "deb" { print $2; exit }' "$debian/etc/apt/sources.list")
cat >"$debian/etc/apt/sources.list" <<END_OF_LIST
deb $mirror bookworm main
deb $mirror-security bookworm-security main
END_OF_LIST
chmod 755 "$debian" # apt downloads as a user of its own
mount -t proc proc "$debian/proc"
mount --bind /dev "$debian/dev"
rm -rf "$debian/try"
mkdir -p "$debian/try/packages"
cp "$packages"/*.deb "$debian/try/packages"
cp "$root/test/data/street.png" "$root/examples/c/sample.c" "$debian/try"
[ -z "$wheel" ] || cp "$wheel" "$debian/try"
[ -z "${PIP_CERT:-}" ] || cp "$PIP_CERT" "$debian/try/certificates.crt" # a proxy's, say
there apt-get update -q

step "The runtime and the development package need Debian 12's main suite alone" \
  'sed /security/d /etc/apt/sources.list >main.list
options="-o Dir::Etc::sourcelist=/try/main.list -o Dir::State::lists=/try/lists"
mkdir -p lists/partial; apt-get update -q $options
apt-get install -y -q --no-install-recommends $options ./packages/dpsims-runtime_*.deb ./packages/libdpsims0_*.deb ./packages/dpsims-dev_*.deb
dpsims-run --version'
step "The compiler takes LLVM and MLIR 22 from bookworm-security" \
  'apt-get install -y -q --no-install-recommends ./packages/dpsims-*.deb
dpsims-compile --version'
step "The first photo" \
  'models=/usr/share/dpsims/models
dpsims-compile $models/configs/camvid-128.json --program sample -o camvid.dpsims
dpsims-run sample --model camvid.dpsims --weights $models/weights/camvid-128.safetensors --labels street.png --output street-photo.png --seed 1'
step "A model for any processor, as the wheel has it" \
  'models=/usr/share/dpsims/models
dpsims-compile $models/configs/camvid-128.json --program sample --chip x86-64-v3 -o any.dpsims
dpsims-run sample --model any.dpsims --weights $models/weights/camvid-128.safetensors --labels street.png --output any-photo.png --seed 1'
step "An iteration of training" \
  'dpsims-compile /usr/share/dpsims/models/configs/shapes-64.json --training --batch 2 -o shapes.dpsims
dpsims-run train --model shapes.dpsims --output run --steps 1'
step "Two ranks make the same photo" \
  'apt-get install -y -q --no-install-recommends openmpi-bin
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpirun --oversubscribe -n 2 dpsims-run sample --model camvid.dpsims \
  --weights /usr/share/dpsims/models/weights/camvid-128.safetensors --labels street.png --output ranks-photo.png --seed 1
cmp street-photo.png ranks-photo.png'
step "A program in C" \
  'apt-get install -y -q --no-install-recommends gcc libc6-dev pkg-config
cc -Wall -Werror sample.c $(pkg-config --cflags --libs dpsims) -o sample
./sample camvid.dpsims /usr/share/dpsims/models/weights/camvid-128.safetensors street.png c-photo.png 1
cmp street-photo.png c-photo.png'
if [ -n "$wheel" ]; then
  step "Nothing of the packages is left" 'dpkg --purge $(dpkg-query -W -f "\${Package} " "*dpsims*")
apt-get autoremove -y -q --purge
if ldconfig -p | grep -e dpsims -e dnnl -e MLIR; then exit 1; fi'
  step "Three lines of Python make the photo of dpsims-run" \
    'apt-get install -y -q --no-install-recommends python3-venv
python3 -m venv --clear v
v/bin/pip install -q --disable-pip-version-check dpsims-*.whl
v/bin/python -c "
import dpsims
photo = dpsims.load(\"camvid-128\").sample(\"street.png\", seed=1)
dpsims.write_png(\"python-photo.png\", photo)"
cmp any-photo.png python-photo.png'
fi
say "All of it works on $(cat "$debian/etc/debian_version")"
