// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/GpuCode.h"

#include "llvm/ADT/SetVector.h"

using namespace dpsims;

ReportTable dpsims::usageTable(const GpuCode &code, llvm::ArrayRef<GpuKernel> kernels) {
  ReportTable table{{{"chip", "chip"},
                     {"kernel", "kernel"},
                     {"blocks", "blocks"},
                     {"threads", "threads"},
                     {"registers", "registers"},
                     {"stack", "stack"},
                     {"spill_stores", "spill-stores"},
                     {"spill_loads", "spill-loads"},
                     {"shared", "shared"}},
                    {}};
  llvm::SetVector<llvm::StringRef> chips;
  for (const KernelUsage &usage : code.usage)
    chips.insert(usage.chip);
  for (llvm::StringRef chip : chips)
    for (const GpuKernel &kernel : kernels) {
      auto usage = llvm::find_if(
          code.usage, [&](const KernelUsage &usage) { return usage.chip == chip && usage.kernel == kernel.name; });
      if (usage != code.usage.end())
        table.rows.push_back({usage->chip, kernel.name, kernel.grid, kernel.threads, usage->registers, usage->stack,
                              usage->spillStores, usage->spillLoads, usage->shared});
    }
  return table;
}
