// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/model_description.h"

#include "runtime/serve/example_map.h"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace dpsims::serve {

static std::string hexColor(uint32_t color) {
  char text[16];
  std::snprintf(text, sizeof text, "#%06x", color & 0xffffff);
  return text;
}

std::string describeModel(const std::string &name, const SampleProgram &program, const LabelCodec &codec) {
  const DataConfiguration &configuration = codec.configuration();
  nlohmann::ordered_json classes = nlohmann::json::array();
  for (size_t i = 0; i < configuration.names.size(); ++i)
    classes.push_back(
        {{"id", i},
         {"name", configuration.names[i]},
         {"color", hexColor(configuration.palette[i])},
         {"thing", std::count(configuration.things.begin(), configuration.things.end(), int32_t(i)) > 0}});
  const LabelMap example = exampleMap(configuration.names, program.height(), program.width());
  const nlohmann::ordered_json model = {{"name", name},
                                        {"width", program.width()},
                                        {"height", program.height()},
                                        {"batch", program.batch()},
                                        {"noise", program.noiseDim()},
                                        {"instances", program.needsInstances()},
                                        {"unlabeled", codec.storesIgnored()},
                                        {"classes", std::move(classes)},
                                        {"example", nlohmann::ordered_json::parse(formatRuns(example))}};
  return model.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace dpsims::serve
