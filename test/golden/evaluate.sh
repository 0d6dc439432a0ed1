#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The scores of `dpsims-run evaluate` against those of pytorch-fid and lpips, and what it says of bad input.
# DPSIMS_COMPILE, DPSIMS_RUN and DPSIMS_GOLDEN_WEIGHTS name the tools; MPIRUN that which starts ranks, without it none are.
# shellcheck disable=SC2086 # $inception and the like are several words
set -eu
data=$(cd "$(dirname "$0")" && pwd)/evaluation
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME="$work"
classes=

fail() {
  echo "evaluate.sh: error: $*" >&2
  exit 1
}

# compile NAME SIZE PROGRAM [FLAG ...]: NAME.dpsims and its weights.
compile() {
  name=$1 size=$2 program=$3
  shift 3
  printf '{"image_size": [%s], "data": {"ignore": [255]}%s}' "$size" "${classes:+, \"num_classes\": $classes}" >config.json
  "$DPSIMS_COMPILE" config.json --program "$program" --batch 4 "$@" -o "$name.dpsims"
  "$DPSIMS_GOLDEN_WEIGHTS" "$name.dpsims" "$name.safetensors"
}

evaluate() { "$DPSIMS_RUN" evaluate --json scores.json "$@" >out 2>err || fail "$(cat err)"; }

# score NAME WANTED TOLERANCE: what the last evaluation found, to a relative tolerance.
score() {
  found=$(sed -n "s/^  \"$1\": \([-0-9.e]*\),*$/\1/p" scores.json)
  awk -v a="$found" -v b="$2" -v t="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; if (b < 0) b = -b; exit !(a != "" && d <= t * b) }' ||
    fail "$1 is $found, expected $2"
}
wanted() { sed -n "s/^  \"$1\": \([-0-9.e]*\),*$/\1/p" "$data/scores.json"; }

# bad PATTERN FLAG ...: one line, exit status 1.
bad() {
  pattern=$1
  shift
  "$DPSIMS_RUN" evaluate "$@" >out 2>err && fail "no error: $pattern"
  grep -v ": warning: " err >line || true
  [ "$(wc -l <line)" -eq 1 ] || fail "not one line: $(cat err)"
  grep -q -e "^dpsims-run: error: .*$pattern" line || fail "no '$pattern': $(cat err)"
}

compile inception 32,32 inception
compile alex 32,32 lpips_alex
compile vgg 32,32 lpips_vgg
classes=3
compile logits 2,4 logits --model-text "$data/segmenter.mlir"
compile ids 2,4 ids --model-text "$data/segmenter.mlir"
compile four 2,4 four --model-text "$data/segmenter.mlir"

compile broken 2,4 broken --model-text "$data/segmenter.mlir"

fid="--inception inception.dpsims --inception-weights inception.safetensors"
vgg="--lpips vgg.dpsims --lpips-weights vgg.safetensors"
alex="--lpips alex.dpsims --lpips-weights alex.safetensors"
evaluate --pictures "$data/samples" --photos "$data/photos" $fid $vgg --statistics samples.npz
score pictures 12 0
score fid "$(wanted fid)" 1e-3
score lpips "$(wanted lpips)" 1e-4
grep -q "warning: FID of 12 pictures is too large" err || fail "no warning of few pictures"
evaluate --pictures "$data/photos" --photos samples.npz $fid
score fid "$(wanted fid)" 1e-3
evaluate --pictures "$data/samples" $alex --diversity
score diversity "$(wanted diversity)" 1e-4

# KID of one sample of each map, by simple features, of which kernel_mmd of torch-fidelity 0.4.0 finds 0.1059707951478 in f64.
mkdir zeros && cp "$data"/samples/*_0.png zeros
compile means 32,32 means --model-text "$data/segmenter.mlir"
evaluate --pictures zeros --photos "$data/photos" --inception means.dpsims --kid
kid=$(sed -n 's/^    "mean": \([-0-9.e]*\),*$/\1/p' scores.json)
awk -v a="$kid" 'BEGIN { d = a / 0.1059707951478 - 1; exit !(d < 1e-6 && d > -1e-6) }' || fail "kid is $kid"

# 3 of 3, 2 of 2 and 2 of 2 pixels; then 2 of 3, 2 of 3 and 2 of 2, the ignored pixel nowhere.
for program in logits ids; do
  evaluate --pictures "$data/right" --labels "$data/labels" --segmenter $program.dpsims --segmenter-program $program
  score miou 1 0
  score pixel_accuracy 1 0
  evaluate --pictures "$data/wrong" --labels "$data/labels" --segmenter $program.dpsims
  score miou 0.7777777777777778 1e-12
  score pixel_accuracy 0.8571428571428571 1e-12
done

# A generator on the built-in shapes.
"$DPSIMS_COMPILE" "$data/shapes.json" --program sample --batch 4 -o sample.dpsims
"$DPSIMS_GOLDEN_WEIGHTS" sample.dpsims sample.safetensors
generator="--model sample.dpsims --model-weights sample.safetensors"
evaluate $generator --samples 3 $fid --kid $alex --diversity
score pictures 30 0
cp scores.json first.json
evaluate $generator --samples 3 $fid --kid $alex --diversity
cmp -s scores.json first.json || fail "the same seed gives other scores"
evaluate $generator --seed 1 $vgg

# Ranks share the pictures: the same scores but for rounding, told once.
if [ -n "${MPIRUN:-}" ]; then
  first() { sed -n "s/^ *\"$1\": \([-0-9.e]*\),*$/\1/p" first.json; }
  shared="$MPIRUN --oversubscribe -n 2 $DPSIMS_RUN evaluate --json scores.json"
  $shared $generator --samples 3 $fid --kid $alex --diversity >out 2>err || fail "$(cat err)"
  score pictures 30 0
  score diversity "$(first diversity)" 1e-9
  score fid "$(first fid)" 1e-4 # roots of what is not of full rank
  [ "$(grep -c '^FID' out)" -eq 1 ] || fail "FID is not told once: $(cat out)"
  evaluate --pictures "$data/wrong" --labels "$data/labels" --segmenter ids.dpsims
  cp scores.json first.json
  $shared --pictures "$data/wrong" --labels "$data/labels" --segmenter ids.dpsims >out 2>err || fail "$(cat err)"
  cmp -s scores.json first.json || fail "ranks find other pixels"
fi

"$DPSIMS_RUN" init --model inception.dpsims --seed 2 -o other.safetensors
echo nothing >text.npz
mkdir one && cp "$data/photos/boat.png" one
bad "what is to be judged" $fid
bad "no score is asked for" --pictures "$data/samples"
bad "statistics of 3 features, .* gives 2048: they are another network's" \
  --pictures "$data/samples" --photos "$data/small.npz" $fid
bad "samples.npz: has statistics of a network with other weights" --pictures "$data/photos" --photos samples.npz \
  --inception inception.dpsims --inception-weights other.safetensors
bad "a.png: its feature 0 is inf" --pictures "$data/right" --inception broken.dpsims --statistics broken.npz
bad "samples.npz: is read, and cannot be the output too" --pictures "$data/photos" --photos samples.npz $fid \
  --statistics samples.npz
bad "compares samples of one label map: give --samples 2" $generator $alex --diversity
bad "is not an archive of NumPy arrays" --pictures "$data/samples" --photos text.npz $fid
bad "has no photo of that name" --pictures "$data/photos" --photos "$data/right" $vgg
bad "FID needs two or more pictures, and there is one" --pictures one --photos "$data/photos" $fid
bad "has 4 x 2 pixels, inception.dpsims takes 32 x 32" --pictures "$data/right" --photos "$data/photos" $fid
bad "none.safetensors: cannot open" --pictures "$data/right" --labels "$data/labels" --segmenter ids.dpsims \
  --segmenter-weights none.safetensors
bad "finds 4 classes, the label maps have 3" --pictures "$data/right" --labels "$data/labels" --segmenter four.dpsims
bad "is not named NAME_0" --pictures "$data/photos" $alex --diversity
echo "all scores are right"
