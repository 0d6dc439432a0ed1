// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes a module at the stage `kernels` in the file format (runtime/format/model.fbs).

#ifndef DPSIMS_PASSES_SCHEDULE_SERIALIZE_H
#define DPSIMS_PASSES_SCHEDULE_SERIALIZE_H

#include "passes/ReportTable.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace dpsims {

namespace format {
enum class Target : uint8_t; // of model_generated.h
enum class Precision : uint8_t;
} // namespace format

/// The machine code of a module's kernels, as far as the target has each part; runtime/format/model.fbs says more.
struct KernelCode {
  struct Kernel {
    std::string name;
    int64_t grid, threads; // as the target counts them
  };
  struct Cubin {
    std::string chip;
    llvm::SmallVector<char, 0> code;
  };

  format::Target target{};
  std::string chip;
  std::vector<std::string> features; // what the processor must have, as in /proc/cpuinfo
  std::vector<Kernel> kernels;
  llvm::SmallVector<char> library; // a shared object
  std::string ptx;
  std::vector<Cubin> cubins;
  ReportTable report; // what the kernels take of each chip; not in the file
};

/// What the file says beside the entries.
struct ModelDescription {
  std::string compiler, sourceHash, config;
  format::Precision precision{};
  KernelCode code;
};

/// The kernel functions of a module, with their grids.
std::vector<KernelCode::Kernel> kernelsOf(mlir::ModuleOp module);

/// The file's bytes, with its trailer. Errors: two entries declare a weight differently.
mlir::FailureOr<std::string> serialize(mlir::ModuleOp module, const ModelDescription &description);

} // namespace dpsims

#endif
