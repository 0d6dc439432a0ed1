#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# plans.sh DPSIMS-RUN DPSIMS-COMPILE PLANS.mlir DEVICE.json: the plan cache on the emulated GPU, which
# DPSIMS_CUDA_LIBRARY_DIR names: made, kept, used, refused.
set -u
run=$1 compile=$2 text=$3 device=$4
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME="$work/cache"
cd "$work" || exit 1
failures=0

complain() {
  echo "FAILED: $1" >&2
  sed 's/^/    /' out err >&2
  failures=$((failures + 1))
}

# good DESCRIPTION ARGS...: exit status 0.
good() {
  what=$1
  shift
  "$run" "$@" >out 2>err || complain "$what: exit status $?"
}

# bad DESCRIPTION PATTERN ARGS...: exit status 1, and one line with the pattern.
bad() {
  what=$1 pattern=$2
  shift 2
  "$run" "$@" >out 2>err
  status=$?
  [ $status -eq 1 ] || complain "$what: exit status $status"
  [ "$(wc -l <err)" -eq 1 ] || complain "$what: not one line"
  grep -q -e "^dpsims-run: error: .*$pattern" err || complain "$what: no '$pattern'"
}

has() { grep -q -e "$2" "$1" || complain "$1: no '$2'"; }
execute() { good "execute $*" execute --model model.dpsims --inputs x.safetensors --weights w.safetensors "$@"; }

"$compile" "$text" --target cuda -o model.dpsims || exit 1
good "init" init --model model.dpsims --seed 1 -o w.safetensors
python3 - <<'END'
import json, struct
data = b"".join(struct.pack("<f", (i * 7919 % 1000) / 500 - 1) for i in range(1 * 40 * 40 * 64))
head = json.dumps({"x": {"dtype": "F32", "shape": [1, 40, 40, 64], "data_offsets": [0, len(data)]}}).encode()
open("x.safetensors", "wb").write(struct.pack("<Q", len(head)) + head + data)
END

# Made: measured once, the fastest kept; the next process chooses the same and writes nothing.
good "plans" plans model.dpsims -o plans.json

has out "emulated GPU.* cuDNN 9"
has out "bias silu, a256.*: cudnn:engine[0-9]*+epilogue, [0-9.]* us"
has out "entry main: 2 convolutions, [34] launches" # by what was faster
has plans.json '"measured": true'
# An output that is something else is kept.
cp model.dpsims copy.dpsims
bad "output is the model" "copy.dpsims: is read, and cannot be the output" plans copy.dpsims -o copy.dpsims
bad "output is the device" "is read, and cannot be the output" plans model.dpsims --for "$device" -o "$device"
bad "output is weights" "w.safetensors: is damaged, or no plan cache: name another" plans model.dpsims -o w.safetensors
bad "output is no file" "name another" plans model.dpsims -o /dev/full
bad "output in no folder" "none/plans.json" plans model.dpsims -o none/plans.json
cmp -s model.dpsims copy.dpsims || complain "the model was overwritten"

cp plans.json before.json
execute --plans plans.json --outputs a.safetensors
execute --plans plans.json --outputs b.safetensors
cmp -s a.safetensors b.safetensors || complain "two runs with one plan cache differ"
cmp -s plans.json before.json || complain "a plan cache that has everything was written to"

# The user's own, which is made when it is first needed; two processes may do so at once.
"$run" execute --model model.dpsims --inputs x.safetensors --weights w.safetensors --outputs c.safetensors &
execute --outputs d.safetensors
wait $! || complain "a process beside another failed"
has cache/dpsims/plans.json 'bias silu, a256'

# Plans for a device elsewhere are for that one.
good "plans --for" plans model.dpsims --for "$device" -o h100.json
has out "NVIDIA H100"
bad "another device's" "h100.json: has plans for NVIDIA H100.*, and this is emulated GPU" execute --model model.dpsims \
  --inputs x.safetensors --weights w.safetensors --plans h100.json --outputs e.safetensors
[ ! -e e.safetensors ] || complain "outputs of a run that failed"
sed 's/NVIDIA H100[^"]*"/another"/; s/"deviceVer": 900,//' "$device" >broken.json
bad "a broken description" "broken.json: \"deviceVer\" is missing" plans model.dpsims --for broken.json -o none.json
echo "[1]" >list.json
bad "no description" "list.json: is no description of a device" plans model.dpsims --for list.json -o none.json

# Damaged: one that the user named is an error; his own is made anew, with one line.
head -c 300 before.json >cut.json
bad "a cut cache" "cut.json: is damaged" plans model.dpsims --plans cut.json
sed 's/"version": 2/"version": 1/' before.json >old.json
bad "an old cache" "old.json: is a plan cache of version 1" execute --model model.dpsims --inputs x.safetensors \
  --weights w.safetensors --plans old.json --outputs e.safetensors
cp cut.json cache/dpsims/plans.json
execute --outputs e.safetensors
has err "plans.json: is damaged, or no plan cache: it is made anew"
[ "$(wc -l <err)" -eq 1 ] || complain "a damaged cache: not one line"

# A plan whose text is not the one that was written is found again.
sed 's/"plan": "/"plan": "damaged/' before.json >changed.json
execute --plans changed.json --outputs f.safetensors
has changed.json '"measured": true'
grep -q '"plan": "damaged' changed.json && complain "damaged plans were not replaced"

[ $failures -eq 0 ]
