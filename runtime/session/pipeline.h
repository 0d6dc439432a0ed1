// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs in flight on a device with memory of its own: while it executes one, the inputs of the next come in and the
// outputs of those before go out.

#ifndef DPSIMS_RUNTIME_SESSION_PIPELINE_H
#define DPSIMS_RUNTIME_SESSION_PIPELINE_H

#include "runtime/device/device.h"

#include <memory>
#include <vector>

namespace dpsims {

/// Where the pieces of one allocation begin: each where the libraries of all devices like it.
class PieceLayout {
public:
  void add(uint64_t pieceBytes);

  size_t count() const { return sizes.size(); }
  uint64_t size(size_t i) const { return sizes[i]; }
  uint64_t offset(size_t i) const { return offsets[i]; }
  uint64_t bytes() const { return end; }

private:
  std::vector<uint64_t> sizes, offsets;
  uint64_t end = 0;
};

/// The plan works on arguments at fixed places. Each of up to `depth` runs has copies of its own on both sides:
///
///   host's tensors -> page-locked -(Upload)-> device -(Compute)-> the plan's, and back (Download).
///
/// So nothing but `wait` and `collect` stops the host. Allocates no memory after its constructor.
class Pipeline {
public:
  Pipeline(Device &device, const Entry &entry, size_t depth);
  /// Waits for what is in flight.
  ~Pipeline();
  Pipeline(const Pipeline &) = delete;
  Pipeline &operator=(const Pipeline &) = delete;

  /// The plan's arguments.
  const std::vector<const void *> &inputs() const { return planInputs; }
  const std::vector<void *> &outputs() const { return planOutputs; }

  size_t depth() const { return slots.size(); }
  size_t pending() const { return static_cast<size_t>(begun - collected); }

  /// A run: `begin` sends the inputs (which may change on return), the caller enqueues the plan, `end` sends the
  /// outputs back. Only if pending() < depth().
  void begin(const std::vector<const void *> &inputs);
  void end(const std::vector<void *> &outputs);

  /// Waits until the oldest `count` <= pending() runs are done.
  void wait(size_t count);

  /// Waits for the oldest run, and writes its outputs where `end` was told.
  void collect();

  /// Bytes of device memory.
  uint64_t bytes() const;

private:
  struct Slot {
    std::unique_ptr<DeviceMemory> hostInputs, hostOutputs, deviceInputs, deviceOutputs;
    std::unique_ptr<DeviceEvent> uploaded, computed, downloaded;
    std::vector<void *> outputs; // the caller's
  };

  Slot &slot(uint64_t run) { return slots[static_cast<size_t>(run % slots.size())]; }

  Device &device;
  PieceLayout inputLayout, outputLayout;
  std::unique_ptr<DeviceMemory> inputMemory, outputMemory;
  std::vector<const void *> planInputs;
  std::vector<void *> planOutputs;
  std::vector<Slot> slots;
  uint64_t begun = 0, done = 0, collected = 0; // numbers of runs
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SESSION_PIPELINE_H
