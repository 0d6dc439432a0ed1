// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_KERNEL_LIBRARY_H
#define DPSIMS_RUNTIME_DEVICE_CPU_KERNEL_LIBRARY_H

#include "runtime/format/model.h"

#include <string>

namespace dpsims {

/// Works on points begin..end-1 of the kernel's grid.
using KernelFunction = void (*)(void *const *args, int64_t begin, int64_t end);

/// Machine code of a model, loaded into the process for the life of the object.
class KernelLibrary {
public:
  /// Error: the code is not a shared object that this system loads. `path`, the model's, is for messages.
  KernelLibrary(const std::string &path, const FileSection &code);
  ~KernelLibrary();
  KernelLibrary(const KernelLibrary &) = delete;
  KernelLibrary &operator=(const KernelLibrary &) = delete;

  /// Error: the code has no such symbol.
  KernelFunction find(const std::string &kernel) const;

private:
  std::string path;
  int descriptor = -1;
  void *handle = nullptr;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_KERNEL_LIBRARY_H
