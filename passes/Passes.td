// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every pass of the compiler, in the order in which the pipelines of Pipelines.cpp run them.
//
// A description says what becomes of what, in text that test/Passes/examples.test runs, and which statistics there are:
// `--remarks-filter-passed="dpsims.*"` of dpsims-opt tells them.

#ifndef DPSIMS_PASSES
#define DPSIMS_PASSES

include "passes/Language/Passes.td"
include "passes/Graph/Passes.td"
include "passes/Graph/FusionPasses.td"
include "passes/Schedule/Passes.td"
include "passes/Kernels/Passes.td"
include "passes/Cpu/Passes.td"
include "passes/Cuda/Passes.td"

#endif
