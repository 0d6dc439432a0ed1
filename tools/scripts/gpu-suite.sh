#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Checks and times dpsims on a GPU; docs/gpu.md explains how.
#
#   gpu-suite.sh run [--short]     on a machine with a GPU; from a clone, or from what "pack" made
#   gpu-suite.sh pack              what a machine without compiler and network needs, in one file
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "${PYTHON:-python3}" "$here/gpu_suite" "$@"
