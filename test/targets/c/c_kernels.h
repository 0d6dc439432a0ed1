// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model's kernels, compiled from C.

#ifndef DPSIMS_TEST_TARGETS_C_C_KERNELS_H
#define DPSIMS_TEST_TARGETS_C_C_KERNELS_H

#include "runtime/format/model.h"

#include <string>

namespace dpsims::c {

/// Works on points begin..end-1 of the kernel's grid.
using KernelFunction = void (*)(void *const *args, int64_t begin, int64_t end);

/// In the process for the life of the object.
class Kernels {
public:
  /// Errors: the model has no C; the C compiler does not take it.
  explicit Kernels(const CompiledModel &model);
  ~Kernels();
  Kernels(const Kernels &) = delete;
  Kernels &operator=(const Kernels &) = delete;

  /// Error: the text has no such function.
  KernelFunction find(const std::string &name) const;

private:
  std::string path;
  void *library = nullptr;
};

} // namespace dpsims::c

#endif // DPSIMS_TEST_TARGETS_C_C_KERNELS_H
