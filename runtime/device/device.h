// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What executes a compiled model: memory, and plans made ready. The session (runtime/session/session.h) drives it and
// knows nothing else of a device.

#ifndef DPSIMS_RUNTIME_DEVICE_DEVICE_H
#define DPSIMS_RUNTIME_DEVICE_DEVICE_H

#include "runtime/format/model.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dpsims {

/// A piece of a device's memory, given back when the object goes. On the CPU its pages count as used only once they
/// are touched, and go back to the system.
class DeviceMemory {
public:
  virtual ~DeviceMemory() = default;
  DeviceMemory(const DeviceMemory &) = delete;
  DeviceMemory &operator=(const DeviceMemory &) = delete;

  /// The first byte, as the device sees it; aligned to 64 bytes at least. Null when the size is 0.
  void *data() const { return address; }
  uint64_t size() const { return bytes; }

protected:
  DeviceMemory() = default;

  void *address = nullptr;
  uint64_t bytes = 0;
};

/// What a device is given is done in queues: in order within each, in any order among them. The second and third are
/// for copies from and to the host beside the work.
enum class Queue : uint8_t { Compute, Upload, Download };

/// A point in a queue's work, to order others after it.
class DeviceEvent {
public:
  virtual ~DeviceEvent() = default;

  /// Becomes the end of what `queue` has been given so far.
  virtual void record(Queue queue) = 0;

  /// What `queue` is given from now on is done after the point. The host goes on at once.
  virtual void wait(Queue queue) = 0;

  /// The host waits until the point is reached.
  virtual void synchronize() = 0;

  /// Seconds on the device from `earlier` to this point. Both were made to tell the time, and are reached.
  virtual double secondsSince(const DeviceEvent &earlier) const = 0;
};

/// What a device can do at best, measured: what times are compared with.
struct DevicePeaks {
  struct Arithmetic {
    std::string name; ///< "f32, avx512f", "bf16"
    double flops;     ///< operations a second
  };

  double bandwidth = 0; ///< bytes a second, read and written, copying what no cache holds
  /// By kind; the first is what steps are compared with.
  std::vector<Arithmetic> arithmetic;
};

/// A plan of one entry made ready for one device: every library call chosen and created, every kernel resolved, the
/// workspace allocated. Running it allocates no memory.
///
/// Order of use: createPlan; storeConstant for every constant of the entry (main plans); bindVariables (main plans of
/// entries that have some); bindArena; then, any number of times, bindArguments and run. All pointers are the device's.
/// All work goes to Queue::Compute.
class ExecutablePlan {
public:
  virtual ~ExecutablePlan() = default;

  /// Gives the plan the entry's variables, in the entry's order.
  virtual void bindVariables(const std::vector<void *> &variables) = 0;

  /// Gives the plan its arena, Plan::arenaSize bytes (Space::Arena or Space::Load).
  virtual void bindArena(void *arena) = 0;

  /// Gives the plan the entry's inputs and outputs, in the entry's order.
  virtual void bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) = 0;

  /// Keeps a constant, in the formats that the plan's steps want; `src` is the plain tensor.
  virtual void storeConstant(uint32_t index, const void *src) = 0;

  /// Enqueues steps begin..end-1. Steps that load weights or store constants are the session's, and are not run.
  virtual void run(size_t begin, size_t end) = 0;

  /// Enqueues all steps. A device that can record work does so, and from then on gives itself the record, which costs
  /// the host one call instead of one a step.
  virtual void runAll() = 0;

  /// Runs all steps one by one and measures each on the device: `seconds` has an element for each. Complete on return.
  virtual void profile(std::vector<double> &seconds) = 0;

  /// How runAll does that: "a graph of 812 operations", or, where it cannot be, why.
  virtual std::string recorded() const { return "steps one by one"; }

  /// Bytes of the constants as kept, and of the workspace.
  virtual uint64_t constantBytes() const = 0;
  virtual uint64_t workspaceBytes() const = 0;

  /// How many kernels and library calls a run of all steps is.
  virtual uint64_t launches() const = 0;

  /// What executes a step: "jit_wino_4x3:avx512_core", a kernel's name.
  virtual std::string implementation(size_t step) const = 0;
};

/// One device of the machine. One thread at a time uses it and what was made of it.
class Device {
public:
  virtual ~Device() = default;

  /// The name of its DeviceKind.
  virtual std::string target() const = 0;

  /// "AMD EPYC 9554, 2 threads".
  virtual std::string description() const = 0;

  /// True when the device works on the host's memory: upload and download are then copies that nobody needs.
  virtual bool sharesHostMemory() const = 0;

  /// Uninitialized memory. Error: there is not so much.
  virtual std::unique_ptr<DeviceMemory> allocate(uint64_t bytes) = 0;

  /// Bytes that may be allocated now.
  virtual uint64_t freeMemory() const = 0;

  /// Copies between host and device, after what Queue::Compute was given before; complete on return.
  virtual void upload(void *dst, const void *src, uint64_t bytes) = 0;
  virtual void download(void *dst, const void *src, uint64_t bytes) = 0;

  /// Waits until everything enqueued is done.
  virtual void synchronize() = 0;

  /// Host memory that `copy` can work on while the host goes on: page-locked, on a device with memory of its own.
  /// Error: there is not so much.
  virtual std::unique_ptr<DeviceMemory> allocateHost(uint64_t bytes) = 0;

  /// Enqueues a copy: from allocateHost's memory to the device (Upload), back (Download), or on the device (Compute).
  virtual void copy(Queue queue, void *dst, const void *src, uint64_t bytes) = 0;

  /// `timed`: to tell the time, which costs a little more.
  virtual std::unique_ptr<DeviceEvent> createEvent(bool timed = false) = 0;

  /// Measures what the device can do. Takes a second at most, and memory meanwhile.
  virtual DevicePeaks measurePeaks() = 0;

  /// Makes a plan of `entry`, one of the model's, ready: `prepare` or `main`. The plan shares the model's ownership.
  /// Error: the model is for another target or chip; its code is in a format that the device does not know; a kernel is
  /// missing; the device, or a library of it, does not have an operation or the model's precision.
  virtual std::unique_ptr<ExecutablePlan> createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                                     const Plan &plan) = 0;
};

/// How convolutions that Winograd's algorithm can do are done on the CPU.
enum class ConvolutionChoice : uint8_t { Auto, Direct, Winograd };

/// DeviceOptions::streams at most.
inline constexpr uint32_t mostStreams = 8;

/// The ranks of a run as devices see them that exchange data themselves, GPUs say.
struct DeviceRanks {
  std::string id; ///< where they meet: bytes that only the device's library understands
  int rank = 0;
  int size = 1;
};

/// Which device, and its settings.
struct DeviceOptions {
  /// What the model must be compiled for, by its name; empty: whatever it is for.
  std::string target;
  /// CUDA: which GPU, counted among those that CUDA_VISIBLE_DEVICES leaves.
  int index = 0;
  /// CPU threads; 0: OMP_NUM_THREADS, else all processors that the process may use. Never more than those.
  int threads = 0;
  /// Auto measures each shape once.
  ConvolutionChoice convolution = ConvolutionChoice::Auto;
  /// Where measured choices are kept: a file, empty for none. See defaultPlanCache.
  std::string planCache;
  /// The user named that file: if it cannot be used or is for other machines, that is an error. Else it is recreated.
  bool planCacheNamed = false;
  /// CUDA: a plan that runs again is replayed as one graph.
  bool graphs = true;
  /// CUDA: over how many streams a run's steps are spread, from 1 to mostStreams, where what they read and write
  /// allows.
  uint32_t streams = 1;
  /// CUDA: waits after each step, so that an error names the step that made it. Slow.
  bool checked = false;
  /// CUDA: engines may be used that add in another order on each run.
  bool nondeterministic = false;
  /// Of a run on many ranks; null: there is one.
  std::shared_ptr<Communicator> communicator;
  /// The same for a device of a shared library, which makes it of the communicator.
  DeviceRanks ranks;
};

/// Sets target and index by "cpu", "cuda" (the first GPU) or "cuda:N"; empty: any. Error: there is no such kind.
void chooseDevice(const std::string &text, DeviceOptions &options);

/// $XDG_CACHE_HOME/dpsims/plans.json or ~/.cache/dpsims/plans.json; empty if neither variable is set.
std::string defaultPlanCache();

/// The machine's device for a target, by its name. Error: this build or this machine has none, or the options want
/// another target. `model` is the file that asks for it, with which the message begins.
std::unique_ptr<Device> createDevice(const std::string &target, const DeviceOptions &options = {},
                                     const std::string &model = "");

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_DEVICE_H
