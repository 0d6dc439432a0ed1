// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/backbone_twin.h"

#include "runtime/base/text.h"

#include <nlohmann/json.hpp>

namespace dpsims {

static std::string backboneOf(const CompiledModel &model) {
  const auto config = nlohmann::json::parse(model.config, nullptr, false);
  const nlohmann::json::json_pointer key("/discriminator/backbone");
  return config.is_object() && config.contains(key) && config[key].is_string() ? config[key].get<std::string>() : "";
}

// ViT and DeiT of one size differ in the colors that they take, and in nothing else.
static std::string twinOfTransformer(const std::string &name) {
  for (const char *size : {"tiny_patch16_224", "small_patch16_224", "base_patch16_224", "base_patch16_384"}) {
    const std::string vit = std::string("vit_") + size, deit = std::string("deit_") + size;
    if (name == vit || name == deit)
      return name == vit ? deit : vit;
  }
  return "";
}

static std::string twinOfEfficientNet(const std::string &name) {
  if (startsWith(name, "tf_efficientnet_"))
    return name.substr(sizeof "tf");
  return startsWith(name, "efficientnet_") ? "tf_" + name : "";
}

std::string describeTwin(const CompiledModel &model, const std::string &path) {
  const std::string name = backboneOf(model), transformer = twinOfTransformer(name);
  const std::string twin = transformer.empty() ? twinOfEfficientNet(name) : transformer;
  if (twin.empty())
    return "";
  const bool otherColors = name.find("lite") != std::string::npos || name.find("_b1") != std::string::npos;
  const char *difference = !transformer.empty() ? "colors of another range"
                           : otherColors        ? "another padding and epsilon, and colors of another range"
                                                : "another padding and epsilon";
  return path + ": is taken for the weights of " + name + ", as discriminator.backbone says; those of " + twin +
         " have the same names and shapes, but expect " + difference +
         ": if they are those, set discriminator.backbone to \"" + twin + "\"";
}

} // namespace dpsims
