// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/provenance.h"

#include "runtime/base/log.h"
#include "runtime/data/config_difference.h"

namespace dpsims {

std::string differingProvenance(const CompiledModel &model, const std::string &path,
                                const std::map<std::string, std::string> &metadata) {
  const auto found = metadata.find(conventionsKey);
  if (found == metadata.end())
    return "";
  return differingKeys(found->second, labelConventions(model.config), path, model.path);
}

void warnOfProvenance(const CompiledModel &model, const std::string &path,
                      const std::map<std::string, std::string> &metadata) {
  const std::string differences = differingProvenance(model, path, metadata);
  if (!differences.empty())
    warn("the weights were trained with other settings: ", differences, "; compile the configuration of the training");
}

} // namespace dpsims
