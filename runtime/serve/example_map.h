// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_SERVE_EXAMPLE_MAP_H
#define DPSIMS_RUNTIME_SERVE_EXAMPLE_MAP_H

#include "runtime/image/image.h"

#include <string>
#include <vector>

namespace dpsims::serve {

/// A map to begin with: the street of test/data/street.png where the classes have the names of those in it, else a few
/// shapes of the first classes.
LabelMap exampleMap(const std::vector<std::string> &classNames, int height, int width);

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_EXAMPLE_MAP_H
