// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a machine can do, for --peaks.
#ifndef DPSIMS_TOOLS_DPSIMS_COMPILE_PEAKS_H
#define DPSIMS_TOOLS_DPSIMS_COMPILE_PEAKS_H

#include "passes/Compiler/CostReport.h"

#include "llvm/Support/Error.h"

namespace dpsims {

/// From "67e12,4.8e12" (operations and bytes a second), with a third number for MachinePeaks::slowdown; or from a file
/// of `dpsims-run bench --json`, of which the speed in f32 counts, or in TF32 or bf16 for a model of that `precision`,
/// and the slowdown of its steps. The error is one line without the flag's name.
llvm::Expected<MachinePeaks> readPeaks(llvm::StringRef text, llvm::StringRef precision);

} // namespace dpsims

#endif
