// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/GpuCode.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace dpsims;

std::string dpsims::usageTable(const GpuCode &code, llvm::ArrayRef<GpuKernel> kernels) {
  std::string text;
  llvm::raw_string_ostream os(text);
  size_t width = 6;
  for (const GpuKernel &kernel : kernels)
    width = std::max(width, kernel.name.size());
  os << llvm::left_justify("chip", 7) << llvm::left_justify("kernel", width)
     << "     blocks threads registers  stack spill-stores spill-loads shared\n";
  for (const Cubin &cubin : code.cubins)
    for (const GpuKernel &kernel : kernels) {
      auto usage = llvm::find_if(cubin.usage, [&](const KernelUsage &usage) { return usage.kernel == kernel.name; });
      if (usage == cubin.usage.end())
        continue;
      os << llvm::left_justify(cubin.chip, 7) << llvm::left_justify(kernel.name, width)
         << llvm::format("%11lld %7lld %9u %6u %12u %11u %6u\n", (long long)kernel.grid, (long long)kernel.threads,
                         usage->registers, usage->stack, usage->spillStores, usage->spillLoads, usage->shared);
    }
  return text;
}
