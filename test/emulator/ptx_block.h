// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block in execution, and what all blocks of a launch have in common.

#ifndef DPSIMS_TEST_EMULATOR_PTX_BLOCK_H
#define DPSIMS_TEST_EMULATOR_PTX_BLOCK_H

#include "test/emulator/ptx_shadow.h"
#include "test/emulator/ptx_warp.h"

namespace dpsims::ptx {

struct Context {
  const Kernel &kernel;
  const Program &program;
  const Launch &launch;
  const Options &options;
  std::vector<Span> global; // of the launch and of the module, sorted
  std::vector<Span> shared; // with the dynamic array

  Context(const Kernel &kernel, const Launch &launch, const Options &options);
};

/// Memory of a block or thread. What was not written yet has validity 0.
struct PrivateMemory {
  std::vector<uint8_t> bytes, valid;

  void reset(size_t size) {
    bytes.resize(size);
    valid.assign(size, 0);
  }
};

/// Runs blocks one after another.
struct Block {
  explicit Block(const Context &context);

  void run(uint64_t index);

  const Context &context;
  uint32_t position[3] = {0, 0, 0};
  std::vector<Warp> warps;
  std::vector<uint8_t> registers;
  PrivateMemory shared, local;    // local: one thread after another
  uint64_t localBytes = 0;        // of a thread
  std::vector<uint32_t> lastSpan; // by instruction: where its last access was
  Statistics statistics;

  // For the search for races.
  std::unique_ptr<Shadow> sharedShadow, globalShadow;
  BlockOrder order;
  uint32_t stamp = 0, firstStamp = 0, barrierStamp = 0; // now, at the block's begin, at its last barrier

private:
  void start(Warp &warp);
  uint32_t specialValue(Special kind, const Warp &warp, uint32_t lane) const;
  void writeSpecials(Warp &warp);
  bool releaseBarrier();
};

} // namespace dpsims::ptx

#endif
