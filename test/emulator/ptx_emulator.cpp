// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A launch: its blocks over the host's threads.

#include "test/emulator/ptx_emulator.h"

#include "test/emulator/ptx_block.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace dpsims::ptx {

Statistics &Statistics::operator+=(const Statistics &other) {
  instructions += other.instructions;
  warpInstructions += other.warpInstructions;
  barriers += other.barriers;
  loads += other.loads;
  stores += other.stores;
  atomics += other.atomics;
  loadBytes += other.loadBytes;
  storeBytes += other.storeBytes;
  sectors += other.sectors;
  sharedAccesses += other.sharedAccesses;
  return *this;
}

const Kernel *Module::find(const std::string &name) const {
  auto found = byName.find(name);
  return found == byName.end() ? nullptr : &found->second;
}

namespace {

/// Blocks are taken in their order; of several faults the first block's is told.
class Run {
public:
  Run(const Context &context, uint64_t blocks) : context(context), blocks(blocks) {}

  void work() {
    Block block(context);
    uint64_t index = 0;
    try {
      while ((index = next++) < std::min<uint64_t>(blocks, faulty))
        block.run(index);
    } catch (...) {
      std::lock_guard<std::mutex> lock(mutex);
      if (index < faulty) {
        faulty = index;
        fault = std::current_exception();
      }
    }
    std::lock_guard<std::mutex> lock(mutex);
    statistics += block.statistics;
  }

  Statistics result() const {
    if (fault)
      std::rethrow_exception(fault);
    return statistics;
  }

private:
  const Context &context;
  uint64_t blocks;
  std::atomic<uint64_t> next{0}, faulty{~uint64_t(0)};
  std::mutex mutex;
  std::exception_ptr fault;
  Statistics statistics;
};

} // namespace

Statistics run(const Kernel &kernel, const Launch &launch, const Options &options) {
  Context context(kernel, launch, options);
  uint64_t blocks = uint64_t(launch.grid[0]) * launch.grid[1] * launch.grid[2];
  unsigned threads = options.hostThreads ? options.hostThreads : std::max(1u, std::thread::hardware_concurrency());
  if (options.races)
    threads = 1;
  Run run(context, blocks);
  std::vector<std::thread> helpers;
  for (unsigned i = 1; i < std::min<uint64_t>(threads, blocks); ++i)
    helpers.emplace_back([&] { run.work(); });
  run.work();
  for (std::thread &helper : helpers)
    helper.join();
  return run.result();
}

} // namespace dpsims::ptx
