// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/config_difference.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace dpsims {

using Json = nlohmann::json;

static std::string valueText(const Json &flat, const std::string &key) {
  return flat.contains(key) ? flat[key].dump() : std::string("not set");
}

std::string differingKeys(const std::string &saved, const std::string &current, const std::string &before,
                          const std::string &now) {
  const Json old = Json::parse(saved, nullptr, false).flatten(), fresh = Json::parse(current, nullptr, false).flatten();
  Json keys = old;
  keys.update(fresh);
  std::string text;
  int count = 0;
  for (const auto &[key, value] : keys.items()) {
    if (old.contains(key) && fresh.contains(key) && old[key] == fresh[key])
      continue;
    if (++count > 5)
      continue;
    std::string name = key.empty() ? "configuration" : key.substr(1);
    std::replace(name.begin(), name.end(), '/', '.');
    text += (text.empty() ? "" : "; ") + name + " is " + valueText(old, key) + " in " + before + ", " +
            valueText(fresh, key) + " in " + now;
  }
  return count > 5 ? text + "; and " + std::to_string(count - 5) + " more" : text;
}

std::string labelConventions(const std::string &config) {
  const Json whole = Json::parse(config, nullptr, false);
  Json result = Json::object();
  if (!whole.is_object())
    return result.dump();
  for (const char *key : {"num_classes", "image_size"})
    if (whole.contains(key))
      result[key] = whole[key];
  const Json data = whole.value("data", Json::object());
  for (const char *key : {"dataset", "ignore", "remap", "palette", "label_values", "resize"})
    if (data.is_object() && data.contains(key))
      result["data"][key] = data[key];
  return result.dump();
}

} // namespace dpsims
