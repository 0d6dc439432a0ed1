// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plan's constants, each kept once for every format that a step wants.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CONSTANT_STORE_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CONSTANT_STORE_H

#include "runtime/device/cpu/cpu_memory.h"
#include "runtime/format/model.h"

#include <dnnl.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dpsims {

class ConstantStore {
public:
  explicit ConstantStore(const std::vector<ConstantInfo> &constants) : infos(constants) {}

  /// Asks for the constant as it is; returns its slot.
  uint32_t needPlain(uint32_t constant);

  /// Asks for the constant in the format `packed`, of which `plain` is the unpacked form; returns its slot. Equal
  /// formats share one.
  uint32_t needPacked(uint32_t constant, const dnnl::memory::desc &plain, const dnnl::memory::desc &packed);

  /// Asks for the constant, floats, as `pack(src, dst)` makes it, in `bytes` bytes; returns its slot. Equal names of
  /// the format share one.
  using Pack = std::function<void(const float *src, float *dst)>;
  uint32_t needPacked(uint32_t constant, const std::string &format, uint64_t bytes, Pack pack);

  /// Gives every slot its place. Nothing can be asked for afterwards.
  void allocate();

  /// Fills the constant's slots from the plain tensor.
  void store(uint32_t constant, const void *src, int threads);

  /// Addresses by slot.
  std::vector<void *> addresses() const;

  uint64_t bytes() const { return memory.size(); }

private:
  struct Slot {
    uint32_t constant;
    uint64_t bytes;
    std::optional<dnnl::memory::desc> plain, packed; // a format of the library's
    std::string format;                              // or one of ours; neither: as it is
    Pack pack;
    uint64_t offset = 0;
  };

  const std::vector<ConstantInfo> &infos;
  std::vector<Slot> slots;
  CpuMemory memory;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CONSTANT_STORE_H
