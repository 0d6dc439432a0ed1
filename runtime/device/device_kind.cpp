// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/device_kind.h"

#include "runtime/base/error.h"

namespace dpsims {

ConvolutionPlans DeviceKind::planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &) const {
  fail(ErrorCode::Incompatible, model.path, ": compiled for ", target(),
       ": only models for cuda have plans of this kind");
}

std::string DeviceKind::newRanksId() const {
  failDevice(ErrorCode::Incompatible, target(), " has no place of its own where ranks meet");
}

std::string DeviceKind::properties(int) const {
  fail("--device ", target(), ": only GPUs have descriptions of this kind");
}

} // namespace dpsims
