// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/backbone_twin.h"

#include <nlohmann/json.hpp>

namespace dpsims {

static std::string backboneOf(const CompiledModel &model) {
  const auto config = nlohmann::json::parse(model.config, nullptr, false);
  const nlohmann::json::json_pointer key("/discriminator/backbone");
  return config.is_object() && config.contains(key) && config[key].is_string() ? config[key].get<std::string>() : "";
}

static bool startsWith(const std::string &text, const std::string &prefix) { return text.rfind(prefix, 0) == 0; }

std::string describeTwin(const CompiledModel &model, const std::string &path) {
  const std::string name = backboneOf(model);
  const bool tensorflow = startsWith(name, "tf_efficientnet_");
  if (!tensorflow && !startsWith(name, "efficientnet_"))
    return "";
  const std::string twin = tensorflow ? name.substr(3) : "tf_" + name;
  const bool otherColors = name.find("lite") != std::string::npos || name.find("_b1") != std::string::npos;
  return path + ": is taken for the weights of " + name + ", as discriminator.backbone says; those of " + twin +
         " have the same names and shapes, but want another padding and epsilon" +
         (otherColors ? ", and colors of another range" : "") +
         ": if they are those, set discriminator.backbone to \"" + twin + "\"";
}

} // namespace dpsims
