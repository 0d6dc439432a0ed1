// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run says on the way.

#ifndef DPSIMS_RUNTIME_TRAIN_REPORT_H
#define DPSIMS_RUNTIME_TRAIN_REPORT_H

#include <functional>
#include <string>

namespace dpsims {

/// Hears of what happens, a line each.
using Report = std::function<void(const std::string &)>;

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_REPORT_H
