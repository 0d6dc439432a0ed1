// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a compiled model contains, as text: `dpsims-run info`.

#ifndef DPSIMS_RUNTIME_FORMAT_DESCRIBE_H
#define DPSIMS_RUNTIME_FORMAT_DESCRIBE_H

#include "runtime/format/model.h"

#include <ostream>

namespace dpsims {

struct DescribeOptions {
  bool steps = false;   ///< every step
  bool weights = false; ///< every weight
};

void describe(const CompiledModel &model, const DescribeOptions &options, std::ostream &out);

/// "1.5 MiB".
std::string bytesText(uint64_t bytes);

/// "270.1 GFLOP", "2.3 GB": a number of `unit` with a decimal prefix.
std::string amountText(double amount, const char *unit);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_FORMAT_DESCRIBE_H
