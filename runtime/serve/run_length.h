// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Label maps as JSON: {"width": 4, "height": 2, "runs": [3, 5, -1, 3]} is five pixels of class 3, then three without
// a label, row by row.

#ifndef DPSIMS_RUNTIME_SERVE_RUN_LENGTH_H
#define DPSIMS_RUNTIME_SERVE_RUN_LENGTH_H

#include "runtime/image/image.h"

#include <optional>
#include <string>

namespace dpsims::serve {

struct LabelMaps {
  LabelMap labels;                   ///< classes and `ignoredId`
  std::optional<LabelMap> instances; ///< of the same size
};

/// Error: it is no such object, has more pixels than the limits, runs that do not fill it, or an id that is no class.
/// "instances" may have runs of any ids from 0 on.
LabelMaps parseRuns(const std::string &json, int numClasses, const PictureLimits &limits);

std::string formatRuns(const LabelMap &labels);

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_RUN_LENGTH_H
