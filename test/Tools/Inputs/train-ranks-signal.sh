#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# train-ranks-signal.sh SIGNAL RUN [FLAG...]: the run of train-ranks.sh on two ranks, the second of which gets a signal when the
# run's second checkpoint is there. Exits as the run does.
here=$(dirname "$0")
signal=$1
shift
sh "$here/train-ranks.sh" 2 "$@" &
while [ ! -d "$1/checkpoints/step-00000002" ] && kill -0 $!; do
  sleep 0.02
done
for process in $(pgrep -P $! dpsims-run); do
  if tr '\0' '\n' <"/proc/$process/environ" | grep -q '^OMPI_COMM_WORLD_RANK=1$'; then
    kill "-$signal" "$process"
  fi
done
wait $!
