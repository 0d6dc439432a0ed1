// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The passes of every target, in the order in which the pipelines of Pipelines.cpp run them. Those of one target alone
// are in its folder.
//
// A description says what becomes of what, in text that test/Passes/examples.test runs, and which statistics there are:
// `dpsims-compile --statistics` adds them up, `dpsims-opt --remarks-filter-passed="dpsims.*"` tells each.

#ifndef DPSIMS_PASSES
#define DPSIMS_PASSES

include "passes/Language/Passes.td"
include "passes/Graph/Passes.td"
include "passes/Graph/AlgebraPasses.td"
include "passes/Graph/FusionPasses.td"
include "passes/Schedule/Passes.td"
include "passes/Kernels/Passes.td"

#endif
