// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes a module at the stage `kernels` in the file format (runtime/format/model.fbs).

#ifndef DPSIMS_PASSES_SCHEDULE_SERIALIZE_H
#define DPSIMS_PASSES_SCHEDULE_SERIALIZE_H

#include "passes/Cuda/GpuCode.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace dpsims {

/// What the file says beside the entries.
struct ModelDescription {
  std::string compiler, sourceHash, config;
  bool cuda = false;
  std::string chip;
  std::vector<std::string> features;
  struct Kernel {
    std::string name;
    int64_t grid, threads;
  };
  std::vector<Kernel> kernels;
  llvm::SmallVector<char, 0> code; // cpu: the shared object
  GpuCode gpu;
};

/// The kernel functions of a module, with their grids.
std::vector<ModelDescription::Kernel> kernelsOf(mlir::ModuleOp module);

/// The file's bytes, with its trailer. Errors: two entries declare a weight differently.
mlir::FailureOr<std::string> serialize(mlir::ModuleOp module, const ModelDescription &description);

} // namespace dpsims

#endif
