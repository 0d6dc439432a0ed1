// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In what two configurations differ.

#ifndef DPSIMS_RUNTIME_DATA_CONFIG_DIFFERENCE_H
#define DPSIMS_RUNTIME_DATA_CONFIG_DIFFERENCE_H

#include <string>

namespace dpsims {

/// "loss.weight is 10 in the checkpoint, 100 in the model; ...", the first five keys; empty where the JSON texts say
/// the same. `before` and `now` name the two: "the checkpoint", "the model".
std::string differingKeys(const std::string &saved, const std::string &current, const std::string &before,
                          const std::string &now);

/// What of a configuration says how a generator's label maps are to be read: num_classes, image_size, and of its data
/// the keys that change ids or the cut. JSON.
std::string labelConventions(const std::string &config);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_CONFIG_DIFFERENCE_H
