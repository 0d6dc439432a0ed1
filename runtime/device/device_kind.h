// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kind of device. What a folder of runtime/device adds to the registry (runtime/device/registry.h).

#ifndef DPSIMS_RUNTIME_DEVICE_DEVICE_KIND_H
#define DPSIMS_RUNTIME_DEVICE_DEVICE_KIND_H

#include "runtime/device/convolution_plans.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dpsims {

/// What a machine has of a kind of device, and what it lacks: `dpsims-run info --devices`.
struct DeviceReport {
  std::string key;                                        ///< in the JSON of all kinds: "processor", "cuda"
  std::string json;                                       ///< an object
  std::vector<std::pair<std::string, std::string>> lines; ///< for people: what, and its value
};

/// One kind of device, and those of it that are here.
class DeviceKind {
public:
  virtual ~DeviceKind() = default;

  /// The target of its models, by its name: that of `dpsims-compile --target` and of --device.
  virtual std::string target() const = 0;

  /// What one is called in messages: "GPU".
  virtual const char *noun() const = 0;

  /// How many there are. Never an error: 0 where something is missing; `create` says what.
  virtual int count() const = 0;

  /// "AMD EPYC 9554", of one of them.
  virtual std::string description(int index) const = 0;

  /// Opens the device `options.index`. Error: there is none, or something that it needs is missing.
  virtual std::unique_ptr<Device> create(const DeviceOptions &options) const = 0;

  /// Never an error: what is missing is told.
  virtual DeviceReport report() const = 0;

  /// Whether it has plans of convolutions that can be made ahead; see runtime/device/convolution_plans.h.
  virtual bool plansConvolutions() const { return false; }
  /// Error: the kind has no such plans.
  virtual ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) const;
  virtual std::string properties(int index) const;

  /// Of devices that exchange data themselves: where a new group of ranks meets (DeviceRanks::id). Error: they do not.
  virtual std::string newRanksId() const;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_DEVICE_KIND_H
