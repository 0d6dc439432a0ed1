// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plan's constants, each kept once for every form that a step wants.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_CONSTANT_STORE_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_CONSTANT_STORE_H

#include "runtime/device/device.h"

#include <memory>
#include <vector>

namespace dpsims {

/// A form of a constant other than the plain tensor.
class Packing {
public:
  virtual ~Packing() = default;

  virtual uint64_t bytes() const = 0;

  /// Does `other` make the same bytes?
  virtual bool isSame(const Packing &other) const = 0;

  /// Makes the packed form of the plain one, on Queue::Compute.
  virtual void pack(void *dst, const void *src) const = 0;
};

class ConstantStore {
public:
  /// `constants` must outlive the store.
  ConstantStore(const std::vector<ConstantInfo> &constants, uint64_t alignment)
      : infos(constants), alignment(alignment) {}

  /// Asks for the constant as it is; returns its slot.
  uint32_t needPlain(uint32_t constant);

  /// Asks for what is `offset` bytes into the constant, packed; returns the slot. Packings that are the same share one.
  uint32_t needPacked(uint32_t constant, uint64_t offset, std::shared_ptr<const Packing> packing);

  /// Bytes of all slots.
  uint64_t bytes() const { return end; }

  /// Where the slots are from now on. Nothing can be asked for afterwards.
  void keepIn(void *memory) { base = static_cast<char *>(memory); }

  /// Fills the constant's slots from the plain tensor, on the device's Queue::Compute.
  void store(uint32_t constant, const void *src, Device &device) const;

  /// Addresses by slot.
  std::vector<void *> addresses() const;

private:
  struct Slot {
    uint32_t constant;
    uint64_t offset;                        // in the constant
    std::shared_ptr<const Packing> packing; // null: as it is
    uint64_t bytes;
    uint64_t place; // in the memory
  };

  uint32_t need(uint32_t constant, uint64_t offset, std::shared_ptr<const Packing> packing, uint64_t bytes);

  const std::vector<ConstantInfo> &infos;
  uint64_t alignment;
  std::vector<Slot> slots;
  uint64_t end = 0;
  char *base = nullptr;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_CONSTANT_STORE_H
