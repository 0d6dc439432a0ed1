// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which pictures are validation where a data set has no folders by split.

#ifndef DPSIMS_RUNTIME_DATA_HOLDOUT_H
#define DPSIMS_RUNTIME_DATA_HOLDOUT_H

#include <cstdint>
#include <string>
#include <vector>

namespace dpsims {

/// For each name: is the picture held out? About one in `every` is, by a hash of its name alone, so that other pictures
/// may come or go. In a small set at least names.size() / every are, up to two, and no more than half. Names differ.
std::vector<bool> heldOut(const std::vector<std::string> &names, int64_t every);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_HOLDOUT_H
