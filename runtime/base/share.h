// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_BASE_SHARE_H
#define DPSIMS_RUNTIME_BASE_SHARE_H

#include <cstddef>

namespace dpsims {

/// Which part of a list's work this process does; others do the rest.
struct Share {
  size_t part = 0, parts = 1; ///< of so many, every so manyth

  bool has(size_t i) const { return i % parts == part; }
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_SHARE_H
