#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# commands.sh DPSIMS-RUN MAKE-MODEL LABELS.png: every command of dpsims-run with good and bad input.
# LABELS.png: a label map of 6 x 4 pixels with ids 0..4 and 9.
# shellcheck disable=SC2086 # $execute and $sample are several words
set -u
run=$1 make=$2 labels=$3
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

# good DESCRIPTION PATTERN ARGS...: exit status 0, and the pattern in what is printed.
good() {
  what=$1 pattern=$2
  shift 2
  "$run" "$@" >out 2>err || complain "$what: exit status $?"
  [ -z "$pattern" ] || grep -q -e "$pattern" out || complain "$what: no '$pattern'"
}

# bad DESCRIPTION PATTERN ARGS...: exit status 1, and one line that begins as errors do and has the pattern.
bad() {
  what=$1 pattern=$2
  shift 2
  "$run" "$@" >out 2>err
  status=$?
  [ $status -eq 1 ] || complain "$what: exit status $status"
  [ "$(wc -l <err)" -eq 1 ] || complain "$what: not one line"
  grep -q -e "^dpsims-run: error: .*$pattern" err || complain "$what: no '$pattern'"
}

for kind in network painter newer foreign; do
  "$make" $kind $kind.dpsims || exit 1
done
head -c 1000 network.dpsims >cut.dpsims
{ head -c 500 network.dpsims; printf 'X'; tail -c +502 network.dpsims; } >changed.dpsims
echo "no model at all" >text.dpsims

# The command line.
good "version" "^dpsims-run [0-9]" --version
good "help" "sample" --help
commands="sample evaluate execute init info bench plans data train export curves"
"$run" --help | grep -q '^  paint ' && commands="$commands paint" # where the server is built
for command in $commands; do
  good "$command --help" "dpsims-run $command" $command --help
done
bad "no command" "subcommand"
bad "unknown command" "" draw
bad "unknown flag" "" info network.dpsims --color
bad "missing flag" "--model is required" bench
bad "bad number" "threads" bench --model network.dpsims --threads many

# info
good "info" "entry main" info network.dpsims
good "info --weights" "conv.weight" info network.dpsims --weights
good "info --steps" "conv2d" info network.dpsims --steps
bad "no such file" "none.dpsims: " info none.dpsims
bad "a directory" "$work" info "$work"
bad "truncated" "cut.dpsims: truncated or damaged" info cut.dpsims
bad "changed" "changed.dpsims: truncated or damaged" info changed.dpsims
bad "no model" "text.dpsims: not a compiled model" info text.dpsims
bad "newer" "newer.dpsims: format version [0-9]*, this build of dpsims reads [0-9]*:" info newer.dpsims
bad "wrong processor" "this processor has no avx1024f" bench --model foreign.dpsims

# init
good "init" "" init --model network.dpsims --seed 3 -o w.safetensors
good "init again" "" init --model network.dpsims --seed 3 -o w2.safetensors
cmp -s w.safetensors w2.safetensors || complain "init: the same seed gave other weights"
good "init, other seed" "" init --model network.dpsims --seed 4 -o w3.safetensors
cmp -s w.safetensors w3.safetensors && complain "init: another seed gave the same weights"
bad "init into nothing" "no/such/w.safetensors" init --model network.dpsims -o no/such/w.safetensors
bad "init, wrong entry" "no entry .other.; it has: main" init --model network.dpsims --entry other -o w.safetensors

# execute: the tensor x, 2048 times 1.0, by hand
header='{"x":{"dtype":"F32","shape":[1,16,16,8],"data_offsets":[0,8192]}}'
{
  printf %b "\\0$(printf %o ${#header})"
  printf '\0\0\0\0\0\0\0%s' "$header"
  i=0
  while [ $i -lt 2048 ]; do
    printf '\0\0\200\077'
    i=$((i + 1))
  done
} >in.safetensors
execute="execute --model network.dpsims --weights w.safetensors --inputs in.safetensors"
good "execute" "" $execute --outputs y.safetensors
good "execute and compare" "^y: relative error 0" $execute --outputs y2.safetensors --expected y.safetensors
"$run" execute --model network.dpsims --weights w3.safetensors --inputs in.safetensors --expected y.safetensors >out 2>err
[ $? -eq 1 ] || complain "execute: exit status of a missed tolerance"
grep -q "above the tolerance" out || complain "execute: a missed tolerance is not named"
good "execute, wide tolerance" "relative error" execute --model network.dpsims --weights w3.safetensors \
  --inputs in.safetensors --expected y.safetensors --tolerance 1e9
bad "execute without weights" "needs 2 weights: give --weights" execute --model network.dpsims --inputs in.safetensors
bad "wrong weights" "in.safetensors" execute --model network.dpsims --weights in.safetensors --inputs in.safetensors
bad "wrong inputs" "w.safetensors: has no tensor .x." execute --model network.dpsims --weights w.safetensors \
  --inputs w.safetensors
bad "wrong expected" "in.safetensors: has no tensor .y." $execute --expected in.safetensors
bad "unwritable outputs" "no/such/y.safetensors" $execute --outputs no/such/y.safetensors

# A full disk, as a limit on the size of files.
(
  trap '' XFSZ
  ulimit -f 1
  "$run" init --model network.dpsims -o full.safetensors >out.full 2>err.full
  echo $? >status.full
)
{ [ "$(cat status.full)" = 1 ] && grep -q "^dpsims-run: error: full.safetensors" err.full; } || complain "full disk"
[ -z "$(find . -name '*full.safetensors*')" ] || complain "full disk: something is left"
if [ -w /dev/full ]; then
  "$run" info network.dpsims >/dev/full 2>err && complain "standard output that cannot be written"
  grep -q "standard output" err || complain "standard output that cannot be written: no message"
fi

# bench
good "bench" "GFLOP/s" bench --model network.dpsims --runs 2 --json times.json
grep -q '"min_seconds"' times.json || complain "bench --json"

# --device
good "bench on the CPU" "GFLOP/s" bench --model network.dpsims --runs 1 --device cpu
DPSIMS_CHECKED=1 good "DPSIMS_CHECKED" "GFLOP/s" bench --model network.dpsims --runs 1
bad "another target" "network.dpsims: compiled for cpu, and --device asks for cuda: compile with --target cuda" \
  bench --model network.dpsims --device cuda:1
for device in gpu cuda: cuda:x cuda:-1 cuda:12345 CPU; do
  bad "--device $device" "--device $device: devices are cpu, cuda and cuda:N" bench --model network.dpsims --device $device
done

# sample
sample="sample --model painter.dpsims --weights none.safetensors"
printf '\2\0\0\0\0\0\0\0{}' >none.safetensors
good "sample" "" $sample --labels "$labels" --output a.png
good "sample again" "" $sample --labels "$labels" --output b.png
cmp -s a.png b.png || complain "sample: the same seed gave another picture"
mkdir in && cp "$labels" in/one.png && cp "$labels" in/two.png
good "sample a folder" "" $sample --labels in --output pictures --samples 2 --seed 9
for name in one_0 one_1 two_0 two_1; do
  [ -s pictures/$name.png ] || complain "sample a folder: no $name.png"
done
bad "no PNG" "text.dpsims" $sample --labels text.dpsims --output c.png
bad "output is a file" "a.png" $sample --labels in --output a.png
bad "no sampler" "has no entry .sample.; it has: main" sample --model network.dpsims --weights w.safetensors \
  --labels "$labels" --output c.png
head -c 50 "$labels" >in/cut.png
bad "a truncated label map" "in/cut.png" $sample --labels in --output more
[ -e more/one.png ] && complain "a truncated label map: pictures were made before it was noticed"

[ $failures -eq 0 ] && echo "all commands behave"
[ $failures -eq 0 ]
