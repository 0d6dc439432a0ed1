// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Measured choices of algorithms, of a run's folder, for a run's device.

#ifndef DPSIMS_RUNTIME_TRAIN_SHARED_PLANS_H
#define DPSIMS_RUNTIME_TRAIN_SHARED_PLANS_H

#include "runtime/train/run_parts.h"

#include <functional>
#include <memory>
#include <string>

namespace dpsims {

using OpenDevice = std::function<std::unique_ptr<Device>(const std::string &target, const DeviceOptions &options,
                                                         const std::string &model)>;

/// Where there are several ranks, all choose as the first did: it measures what is not chosen yet before the others
/// make their plans, and hands them its file. They keep a copy for as long as the object lives.
class PlansOfFirst {
public:
  /// `run` must outlive the object.
  explicit PlansOfFirst(const RunParts &run) : run(run) {}
  ~PlansOfFirst();
  PlansOfFirst(const PlansOfFirst &) = delete;
  PlansOfFirst &operator=(const PlansOfFirst &) = delete;

  /// The run's device. All ranks call it together.
  std::unique_ptr<Device> open(const OpenDevice &open);

private:
  void measure(Device &device) const;

  const RunParts &run;
  std::string copy; // a file, empty if there is none
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_SHARED_PLANS_H
