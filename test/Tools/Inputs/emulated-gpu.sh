#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# emulated-gpu.sh FOLDER OPTIONS [FLAG...]: one run of m.dpsims on the emulated GPU of FOLDER with DPSIMS_EMULATED_GPU.
export DPSIMS_CUDA_LIBRARY_DIR="$1" DPSIMS_EMULATED_GPU="$2"
shift 2
exec dpsims-run bench --convolution direct --model m.dpsims --runs 1 "$@"
