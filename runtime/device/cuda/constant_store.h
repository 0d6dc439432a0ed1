// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plan's constants, each kept once for every format that a step wants: as it is, or as weights of a convolution in
// the order (O, H, W, I).

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CONSTANT_STORE_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CONSTANT_STORE_H

#include "runtime/device/cuda/cuda_memory.h"
#include "runtime/device/cuda/kernels.h"

#include <optional>
#include <vector>

namespace dpsims::cuda {

class ConstantStore {
public:
  explicit ConstantStore(const std::vector<ConstantInfo> &constants) : infos(constants) {}

  /// Asks for the constant as it is; returns its slot.
  uint32_t needPlain(uint32_t constant);

  /// Asks for the weights that stand `offset` bytes into the constant, packed; returns the slot.
  uint32_t needPacked(uint32_t constant, uint64_t offset, const ConvSizes &sizes);

  /// Gives every slot its place. Nothing can be asked for afterwards.
  void allocate();

  /// Enqueues the filling of the constant's slots from the plain tensor.
  void store(uint32_t constant, const void *src, cudaStream_t stream) const;

  /// Addresses by slot.
  std::vector<void *> addresses() const;

  uint64_t bytes() const { return memory.size(); }

private:
  struct Slot {
    uint32_t constant;
    uint64_t offset;
    std::optional<ConvSizes> packed; // absent: as it is
    uint64_t bytes;
    uint64_t place = 0;
  };

  uint32_t need(const Slot &wanted);
  void *address(const Slot &slot) const { return static_cast<char *>(memory.data()) + slot.place; }

  const std::vector<ConstantInfo> &infos;
  std::vector<Slot> slots;
  CudaMemory memory;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CONSTANT_STORE_H
