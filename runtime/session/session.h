// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An entry of a model, with its weights, ready to run on a device.

#ifndef DPSIMS_RUNTIME_SESSION_SESSION_H
#define DPSIMS_RUNTIME_SESSION_SESSION_H

#include "runtime/device/device.h"
#include "runtime/format/model.h"
#include "runtime/session/pipeline.h"
#include "runtime/session/weight_source.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dpsims {

/// Bytes of device memory.
struct MemoryUse {
  uint64_t arena = 0;     ///< main's intermediate results
  uint64_t constants = 0; ///< what is made of the weights at load, as kept
  uint64_t variables = 0; ///< weights that main reads and writes
  uint64_t workspace = 0; ///< of library calls, while they run
  uint64_t arguments = 0; ///< inputs and outputs, on a device with memory of its own
  uint64_t load = 0;      ///< prepare's arena, gone after loading

  uint64_t total() const { return arena + constants + variables + workspace + arguments; }
};

/// Loading reads the weights, runs the entry's `prepare` and keeps its constants; then `prepare` and its memory go. The
/// entry's variables begin as the weights that they are, and keep from run to run what a run leaves in them. Running
/// allocates no memory.
///
/// A device with memory of its own can have several runs in flight: what `submit` gave it goes on while the host reads
/// the next inputs or writes the last outputs. Whatever else a session does comes after the runs submitted before.
class Session {
public:
  /// `entry` is one of the model's. `weights` may be null for an entry without weights; it is not used after the
  /// constructor. `device` must outlive the session. `depth`: runs in flight at most, if the device can have several;
  /// each takes memory for its inputs and outputs. `rank`: whose parts of sharded variables it keeps. Errors: those of
  /// createPlan and of reading weights. What a device says here or later (DeviceError) becomes an Error that names the
  /// model and the entry.
  Session(std::shared_ptr<const CompiledModel> model, const Entry &entry, Device &device, WeightSource *weights,
          size_t depth = 1, int rank = 0);

  /// Runs the entry. Host tensors in the entry's order, contiguous, each Argument::bytes() long. Complete on return.
  /// This and the next three only if pending() is 0.
  void run(const std::vector<const void *> &inputs, const std::vector<void *> &outputs);

  /// The same, with the seconds of each step of Entry::main; `seconds` has one element for each.
  void profile(const std::vector<const void *> &inputs, const std::vector<void *> &outputs,
               std::vector<double> &seconds);

  /// The same; returns the seconds that the device worked, without the copies from and to the host.
  /// `single`: with each step given to it by itself, although a record of all could be.
  double time(const std::vector<const void *> &inputs, const std::vector<void *> &outputs, bool single = false);

  /// The same as run, step by step; `firstNonFinite` becomes the label of the first step that touched an f32 value
  /// which is infinite or not a number, "input NAME" or "weight NAME" if the run began with one, and is empty if there
  /// was none. Slower, and allocates.
  void runChecked(const std::vector<const void *> &inputs, const std::vector<void *> &outputs,
                  std::string &firstNonFinite);

  /// A run in two parts. `submit` returns at once on a device that can have several runs in flight; the inputs may
  /// then change. `collect` waits for the oldest run; its outputs, where submit was told, are whole from then until the
  /// next collect, so that all runs may share them. Submit only if pending() < depth().
  void submit(const std::vector<const void *> &inputs, const std::vector<void *> &outputs);
  void collect();

  /// Waits until the oldest `count` <= pending() runs are done: to collect them then does not wait.
  void wait(size_t count);

  /// Runs submitted and not collected, and how many there may be: 1 on a device that shares the host's memory, where
  /// submit does all the work.
  size_t pending() const { return pipeline ? pipeline->pending() : ran; }
  size_t depth() const { return pipeline ? pipeline->depth() : 1; }

  /// What the session keeps of a variable, the weight CompiledModel::weights[entry().variables[i]]:
  /// WeightSpec::keptCount numbers.
  void readVariable(size_t i, float *dst) const;
  void writeVariable(size_t i, const float *src);

  /// Keeps what it has to of the whole weight: elementCount(its shape) numbers.
  void setVariable(size_t i, const float *whole);

  const CompiledModel &model() const { return *compiled; }
  const Entry &entry() const { return *program; }
  const ExecutablePlan &plan() const { return *main; }
  MemoryUse memory() const;

private:
  template <typename Work> auto named(const Work &work) const;
  void open(WeightSource *weights, size_t depth);
  void prepare(WeightSource *weights);
  void makeVariables(WeightSource &weights);
  void loadVariable(size_t i, WeightSource &weights);
  const WeightSpec &variable(size_t i) const;
  bool isFinite(const void *address, ElementType type, uint64_t count) const;
  std::string checkStart() const;
  const void *addressOf(const Buffer &buffer) const;
  void begin(const std::vector<const void *> &inputs, const std::vector<void *> &outputs);
  void runSteps(const std::vector<const void *> &inputs, const std::vector<void *> &outputs,
                std::string &firstNonFinite);
  void end(const std::vector<void *> &outputs);

  std::shared_ptr<const CompiledModel> compiled;
  const Entry *program;
  Device &device;
  int rank;
  std::unique_ptr<ExecutablePlan> main;
  std::unique_ptr<DeviceMemory> arena, variableMemory;
  std::vector<void *> variables;
  uint64_t loadBytes = 0;
  std::vector<const void *> boundInputs; // the plan's arguments
  std::vector<void *> boundOutputs;
  bool ran = false;                 // and not collected, without a pipeline
  std::optional<Pipeline> pipeline; // on a device with memory of its own; the last member, as its runs use all others
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SESSION_SESSION_H
