// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code for the GPU: PTX, which is executed, and machine code, of which only the chip and the kernels' names are read.

#ifndef DPSIMS_TEST_EMULATOR_MODULES_H
#define DPSIMS_TEST_EMULATOR_MODULES_H

#include "test/emulator/ptx_emulator.h"

#include <cuda_runtime_api.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dpsims::emulated {

class Code {
public:
  /// Code as a program hands it over: PTX text, an ELF file or a fat binary. Error: it is none of them, or is for newer
  /// chips or drivers.
  explicit Code(const void *image);

  struct Kernel {
    std::string name;
    const ptx::Kernel *ptx = nullptr; // null: machine code
    int chip = 0;                     // that it is for; PTX: at least
  };

  /// nullptr if there is none.
  const Kernel *find(const std::string &name) const;

private:
  void addPtx(const std::string &text);
  void addElf(const unsigned char *image);
  void addFatBinary(const unsigned char *image);

  std::vector<std::shared_ptr<const ptx::Module>> modules;
  std::map<std::string, Kernel> kernels;
};

/// Error: the kernel cannot run on this chip.
void requireRunnable(const Code::Kernel &kernel);

/// The kernel that a handle or a host function stands for. Error: none.
const Code::Kernel &kernelOf(const void *handle);

/// Libraries by handle.
cudaLibrary_t loadLibrary(const void *image);
void unloadLibrary(cudaLibrary_t library);
const Code::Kernel *findKernel(cudaLibrary_t library, const std::string &name);

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_MODULES_H
