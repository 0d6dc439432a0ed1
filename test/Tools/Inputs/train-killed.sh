#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# train-killed.sh RUN [FLAG...]: the run of train.sh, killed (SIGKILL) ever later and resumed, until it is done.
here=$(dirname "$0")
for hundredths in 05 20 35 60 99; do
  sh "$here/train.sh" "$@" --resume 2>/dev/null &
  sleep 0.$hundredths
  kill -9 $! 2>/dev/null
  wait $!
done
exec sh "$here/train.sh" "$@" --resume 2>/dev/null
