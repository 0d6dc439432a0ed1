#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# train-ranks-killed.sh TIMES RUN [FLAG...]: the run of train-ranks.sh on two ranks, of which one, not always the same, is killed
# (SIGKILL) some time after its first new checkpoint, and resumed, until it is done. Prints how often a rank was killed while it ran.
here=$(dirname "$0")
times=$1
killed=0
shift
run=$1
newest() {
  find "$run/checkpoints" -name 'step-*' 2>/dev/null | sort | tail -n 1
}
for time in $(seq "$times"); do
  before=$(newest)
  sh "$here/train-ranks.sh" 2 "$@" --resume >/dev/null 2>&1 &
  while [ "$(newest)" = "$before" ] && kill -0 $! 2>/dev/null; do
    sleep 0.05
  done
  sleep "$(awk "BEGIN { print 0.03 * ($time * 7 % 11) }")"
  victim=$(pgrep -P $! dpsims-run | sed -n "$((time % 2 + 1))p")
  if [ -n "$victim" ] && kill -9 "$victim" 2>/dev/null; then
    killed=$((killed + 1))
  fi
  wait $!
done
sh "$here/train-ranks.sh" 2 "$@" --resume >/dev/null 2>&1 || exit 1
echo "killed $killed times"
