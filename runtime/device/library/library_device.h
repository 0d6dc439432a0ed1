// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of the program: devices of a library, through the table of device_library.h.

#ifndef DPSIMS_RUNTIME_DEVICE_LIBRARY_LIBRARY_DEVICE_H
#define DPSIMS_RUNTIME_DEVICE_LIBRARY_LIBRARY_DEVICE_H

#include "runtime/device/convolution_plans.h"
#include "runtime/device/library/device_library.h"

#include <memory>
#include <string>

namespace dpsims {

class DeviceLibrary {
public:
  /// The table must stay. Error: it is of another version than this program's.
  explicit DeviceLibrary(const dpsims_device_library &table, const std::string &path);

  const dpsims_device_library &call() const { return table; }

  /// The error of a call that did not return 0.
  void check(int32_t status) const;

  /// The text that call(dpsims_text) gives.
  template <typename Call> std::string text(const Call &call) const {
    std::string result;
    check(call(dpsims_text{&result, [](void *context, const char *text, uint64_t size) {
                             static_cast<std::string *>(context)->append(text, size);
                           }}));
    return result;
  }

  /// The entries of a DeviceKind.
  std::string target() const;
  int count() const;
  std::string description(int index) const;
  std::string report() const;
  std::string properties(int index) const;
  std::unique_ptr<Device> create(const DeviceOptions &options) const;
  ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) const;

private:
  const dpsims_device_library &table;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_LIBRARY_LIBRARY_DEVICE_H
