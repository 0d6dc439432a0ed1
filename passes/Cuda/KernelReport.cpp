// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/GpuCode.h"

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
  for (const Cubin &cubin : code.cubins)
    for (const GpuKernel &kernel : kernels) {
      auto usage = llvm::find_if(cubin.usage, [&](const KernelUsage &usage) { return usage.kernel == kernel.name; });
      if (usage != cubin.usage.end())
        table.rows.push_back({cubin.chip, kernel.name, kernel.grid, kernel.threads, usage->registers, usage->stack,
                              usage->spillStores, usage->spillLoads, usage->shared});
    }
  return table;
}
