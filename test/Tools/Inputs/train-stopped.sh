#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# train-stopped.sh RUN [FLAG...]: the run of train.sh, asked to stop (SIGTERM) when its first checkpoint is there.
# Exits as the run does.
sh "$(dirname "$0")/train.sh" "$@" &
while [ ! -d "$1/checkpoints/step-00000000" ] && kill -0 $!; do
  sleep 0.02
done
kill -TERM $!
wait $!
