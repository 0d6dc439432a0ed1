// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Executes PTX on the CPU, in warps of 32 lanes, and checks what a GPU would not tell.
//
// Global addresses are addresses of this process: a kernel reads and writes the caller's memory, and only what its
// launch lists as regions. Every memory access is checked for alignment and bounds; races, uninitialized reads,
// divergence and deadlock are told with kernel, block, thread and line. What the parser does not know it refuses.

#ifndef DPSIMS_TEST_EMULATOR_PTX_EMULATOR_H
#define DPSIMS_TEST_EMULATOR_PTX_EMULATOR_H

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace dpsims::ptx {

struct Program; // the decoded instructions

struct Parameter {
  uint32_t offset, size; // bytes in Launch::parameters
};

struct Kernel {
  std::string name;
  std::vector<Parameter> parameters;
  uint32_t parameterBytes = 0;
  uint32_t maxThreads = 0;  // of .maxntid or .reqntid; 0: none given
  uint32_t sharedBytes = 0; // static, with the padding that the declared alignments ask for
  std::shared_ptr<const Program> program;
};

class Module {
public:
  /// Throws Fault (Syntax or Unsupported), which names the line.
  static std::shared_ptr<const Module> parse(const std::string &text);

  /// nullptr if there is none.
  const Kernel *find(const std::string &name) const;
  const std::map<std::string, Kernel> &kernels() const { return byName; }

private:
  std::map<std::string, Kernel> byName;
};

/// Memory that a launch may touch.
struct Region {
  uint64_t begin, end; // addresses of this process
  bool writable;
  std::string name;
};

struct Launch {
  uint32_t grid[3] = {1, 1, 1};
  uint32_t threads = 1;            // of a block, in x
  std::vector<uint8_t> parameters; // laid out as Kernel::parameters says
  std::vector<Region> regions;     // sorted by begin, without overlap
  uint32_t dynamicSharedBytes = 0; // of the kernel's `.extern .shared` array
};

struct Options {
  /// Find races within and between blocks, in shared and global memory; one host thread then runs all blocks.
  bool races = false;
  /// Refuse reads of shared and local memory that nothing was written to.
  bool uninitialized = true;
  /// Threads that run blocks; 0: one for each processor.
  unsigned hostThreads = 0;
  /// Bound of the instructions of one warp, against endless loops.
  uint64_t maxInstructions = uint64_t(1) << 28;
};

struct Statistics {
  uint64_t instructions = 0;                   // of lanes
  uint64_t warpInstructions = 0;               // of warps
  uint64_t barriers = 0;                       // of blocks
  uint64_t loads = 0, stores = 0, atomics = 0; // of global memory, by lanes
  uint64_t loadBytes = 0, storeBytes = 0;      // of global memory
  uint64_t sectors = 0;                        // of 32 bytes, told apart within an instruction of a warp
  uint64_t sharedAccesses = 0;                 // of warps

  Statistics &operator+=(const Statistics &other);
};

class Fault : public std::runtime_error {
public:
  enum class Kind {
    Syntax,
    Unsupported,   // an instruction or directive that the emulator lacks
    Configuration, // a launch that a driver would refuse
    Misaligned,
    OutOfBounds,
    ReadOnly,
    Uninitialized,
    Race,
    Divergence, // lanes or threads that a shuffle or barrier waits for went elsewhere
    Deadlock,
    DivisionByZero,
    Endless,
  };

  Fault(Kind kind, const std::string &message) : std::runtime_error(message), kind(kind) {}

  Kind kind;
};

/// Runs all blocks of a launch. Throws Fault; memory then holds what was written until there.
Statistics run(const Kernel &kernel, const Launch &launch, const Options &options = {});

} // namespace dpsims::ptx

#endif
