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
has out "  conv f32 .*, a256,256,256: cudnn:engine[0-9]*, [0-9.]* us"
grep -q "bias silu" out && complain "an engine compiled for f32"
has out "entry main: 2 convolutions, 4 launches"
has plans.json '"measured": true'
"$compile" "$text" --target cuda --precision tf32 -o tf32.dpsims || exit 1
good "info tf32" info tf32.dpsims
has out "precision  *tf32"
good "plans tf32" plans tf32.dpsims -o tf32.json
has out "tf32 conv .*bias silu, a256.*: cudnn:engine[0-9]*+epilogue, [0-9.]* us"
has out "entry main: 2 convolutions, [34] launches" # by what was faster
bad "--tf32" "dpsims-compile --precision tf32" plans model.dpsims --tf32
# An output that is something else is kept.
cp model.dpsims copy.dpsims
bad "output is the model" "copy.dpsims: is read, and cannot be the output" plans copy.dpsims -o copy.dpsims
bad "output is the device" "is read, and cannot be the output" plans model.dpsims --for "$device" -o "$device"
bad "output is weights" "w.safetensors: is damaged, or no plan cache: name another" plans model.dpsims -o w.safetensors
bad "output is not a file" "name another" plans model.dpsims -o /dev/full
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
has cache/dpsims/plans.json '"conv f32 .*, a256'

# Plans for a device elsewhere are for that one.
good "plans --for" plans model.dpsims --for "$device" -o h100.json
has out "NVIDIA H100"
bad "another device's" "h100.json: has plans for NVIDIA H100.*, and this is emulated GPU" execute --model model.dpsims \
  --inputs x.safetensors --weights w.safetensors --plans h100.json --outputs e.safetensors
[ ! -e e.safetensors ] || complain "outputs of a run that failed"
sed 's/NVIDIA H100[^"]*"/another"/; s/"deviceVer": 900,//' "$device" >broken.json
bad "a broken description" "broken.json: \"deviceVer\" is missing" plans model.dpsims --for broken.json -o none.json
echo "[1]" >list.json
bad "no description" "list.json: is not a description of a device" plans model.dpsims --for list.json -o none.json

# What a GPU says of itself is such a description; plans made of it are for that GPU, and not measured yet.
good "--describe" plans --describe this.json
has err "^dpsims-run: this.json: describes this GPU"
good "plans --for this GPU" plans model.dpsims --for this.json -o here.json
execute --plans here.json --outputs g.safetensors
has here.json '"measured": true'
[ "$(grep -c 'emulated GPU.*: {' here.json)" -eq 1 ] || complain "here.json: not of one GPU"
bad "--describe and a model" "--model excludes --describe" plans model.dpsims --describe none.json
bad "--describe in no folder" "none/this.json: cannot write" plans --describe none/this.json
bad "--describe of the processor" "only GPUs have descriptions" plans --describe none.json --device cpu
bad "no model" "plans: give a compiled model, or --describe" plans
DPSIMS_EMULATED_GPU=devices=0 bad "--describe without a GPU" "there is no GPU to describe: no CUDA-capable" plans \
  --describe none.json
DPSIMS_EMULATED_GPU=devices=0 bad "plans without a GPU" "model.dpsims: compiled for cuda, and there is no GPU" plans \
  model.dpsims
DPSIMS_EMULATED_GPU=cudnn=90100 bad "plans with an old cuDNN" "model.dpsims: .*cuDNN 9.1.0 was found" plans model.dpsims

# Values that no GPU has.
refuse() {
  sed "s/$2/$3/" "$device" >wrong.json
  cmp -s "$device" wrong.json && complain "$2: changed nothing"
  bad "$3" "$1" plans model.dpsims --for wrong.json -o none.json
}
refuse 'wrong.json: "warpSize" is -5, and must be 32; see' '"warpSize": 32' '"warpSize": -5'
refuse '"multiProcessorCount" is 1e+20, and must be an integer from 1 to 4096' \
  '"multiProcessorCount": 132' '"multiProcessorCount": 99999999999999999999'
refuse '"l2CacheSize" is "large", and must be an integer' '"l2CacheSize": 52428800' '"l2CacheSize": "large"'
refuse '"smClockRateKHz" is 1.5, and must be an integer' '"smClockRateKHz": 1980000' '"smClockRateKHz": 1.5'
refuse '"maxBlockSize" is \[1024,1024\], and must be 3 integers from 1' '\[1024, 1024, 64\]' '[1024, 1024]'
refuse '"maxGridSize" is \[-1,65535,65535\], and must be 3 integers' '2147483647' '-1'
refuse '"deviceVer" is 0, and must be an integer from 300' '"deviceVer": 900' '"deviceVer": 0'
refuse '"deviceName" has 0 bytes' 'NVIDIA H100 80GB HBM3' ''
[ ! -e none.json ] || complain "plans for a wrong description"

# Damaged: one that the user named is an error; his own is recreated, with one line.
head -c 300 before.json >cut.json
bad "a cut cache" "cut.json: is damaged" plans model.dpsims --plans cut.json
sed 's/"version": 2/"version": 1/' before.json >old.json
bad "an old cache" "old.json: is a plan cache of version 1" execute --model model.dpsims --inputs x.safetensors \
  --weights w.safetensors --plans old.json --outputs e.safetensors
cp cut.json cache/dpsims/plans.json
execute --outputs e.safetensors
has err "plans.json: is damaged, or no plan cache: it is recreated"
[ "$(wc -l <err)" -eq 1 ] || complain "a damaged cache: not one line"

# A plan that is not as it was written is told of, in one line for all, and found again.
for change in 's/"plan": "/"plan": "damaged/' 's/"measured": true/"measured": "damaged"/' \
  's/"microseconds": [0-9]/"microseconds": -1/' 's/"plans": \[/"damaged": [/'; do
  sed "$change" before.json >changed.json
  cmp -s changed.json before.json && complain "$change: changed nothing"
  execute --plans changed.json --outputs f.safetensors
  has err "^dpsims-run: warning: changed.json: has damaged plans, the first for \".*\": they are recreated"
  [ "$(wc -l <err)" -eq 1 ] || complain "$change: not one line"
  has changed.json '"measured": true'
  grep -q damaged changed.json && complain "$change: damaged plans were not replaced"
done
sed 's/"machines": {/"machines": {"other": 5,/' before.json >changed.json
bad "a damaged table" "changed.json: is damaged" plans model.dpsims --plans changed.json

[ $failures -eq 0 ]
