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
enum class Precision : uint8_t; // of model_generated.h
} // namespace format

/// A module's kernels and their code, as runtime/format/model.fbs has both.
struct KernelCode {
  struct Kernel {
    std::string name;
    int64_t grid, threads; // as the target counts them
  };
  /// Code of all kernels in one format, for one chip. The target's device knows the format.
  struct Image {
    std::string format, chip;
    llvm::SmallVector<char, 0> code;
    std::vector<std::string> features; // what else the device must have
  };

  std::vector<Kernel> kernels;
  std::vector<Image> images;
  ReportTable report; // what the kernels take of each chip; not in the file
};

/// What the file says beside the entries.
struct ModelDescription {
  std::string compiler, sourceHash, target, config;
  format::Precision precision{};
  KernelCode code;
};

/// The kernel functions of a module, with their grids.
std::vector<KernelCode::Kernel> kernelsOf(mlir::ModuleOp module);

/// The file's bytes, with its trailer. Errors: two entries declare a weight differently.
mlir::FailureOr<std::string> serialize(mlir::ModuleOp module, const ModelDescription &description);

} // namespace dpsims

#endif
