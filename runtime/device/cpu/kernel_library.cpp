// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/kernel_library.h"

#include "runtime/base/error.h"
#include "runtime/base/write_all.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

namespace dpsims {

// The code goes through a file that exists only in memory. Its descriptor stays open as long as the library: the
// loader knows libraries by name, and the next model must not get the same /proc/self/fd/N.
KernelLibrary::KernelLibrary(const std::string &path, const FileSection &code) : path(path) {
  descriptor = memfd_create("dpsims-kernels", MFD_CLOEXEC);
  if (descriptor < 0 || writeAll(descriptor, code.data, code.size) != 0) {
    std::string reason = systemError();
    if (descriptor >= 0)
      close(descriptor);
    fail(ErrorCode::InvalidData, path, ": cannot load the kernels: ", reason);
  }
  handle = dlopen(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    std::string reason = dlerror();
    close(descriptor);
    fail(ErrorCode::InvalidData, path, ": cannot load the kernels: ", reason);
  }
}

KernelLibrary::~KernelLibrary() {
  dlclose(handle);
  close(descriptor);
}

KernelFunction KernelLibrary::find(const std::string &kernel) const {
  void *symbol = dlsym(handle, kernel.c_str());
  if (!symbol)
    fail(ErrorCode::InvalidData, path, ": its code has no kernel ", quoted(kernel),
         "; the file is damaged, or its compiler has a bug");
  return reinterpret_cast<KernelFunction>(symbol);
}

} // namespace dpsims
