// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/tools/kernel-check/emulated_kernels.h"

#include "test/emulator/ptx_emulator.h"

#include <algorithm>
#include <cstring>

namespace dpsims {

std::string EmulatedKernels::load(const std::string &text) {
  try {
    module = ptx::Module::parse(text);
    return {};
  } catch (const ptx::Fault &fault) {
    return fault.what();
  }
}

std::string EmulatedKernels::run(const std::string &name, uint32_t grid, uint32_t threads,
                                 const std::vector<EmulatedBuffer> &buffers) const {
  const ptx::Kernel *kernel = static_cast<const ptx::Module *>(module.get())->find(name);
  if (!kernel)
    return "the PTX has no kernel of this name";
  if (kernel->parameters.size() != buffers.size())
    return "the kernel has " + std::to_string(kernel->parameters.size()) + " parameters";
  ptx::Launch launch;
  launch.grid[0] = grid;
  launch.threads = threads;
  launch.parameters.resize(kernel->parameterBytes);
  for (size_t i = 0; i < buffers.size(); ++i) {
    uint64_t begin = reinterpret_cast<uint64_t>(buffers[i].data);
    std::memcpy(launch.parameters.data() + kernel->parameters[i].offset, &begin, sizeof begin);
    launch.regions.push_back({begin, begin + buffers[i].size, buffers[i].writable, "argument " + std::to_string(i)});
  }
  std::sort(launch.regions.begin(), launch.regions.end(),
            [](const ptx::Region &a, const ptx::Region &b) { return a.begin < b.begin; });
  ptx::Options options;
  options.races = true;
  try {
    executed += ptx::run(*kernel, launch, options).instructions;
    return {};
  } catch (const ptx::Fault &fault) {
    return fault.what();
  }
}

} // namespace dpsims
