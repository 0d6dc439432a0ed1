// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/sample_record.h"

#include "runtime/base/file.h"
#include "runtime/data/json_value.h"
#include "runtime/format/checksum.h"

#include <filesystem>

namespace dpsims {

static std::string recordPath(const std::string &folder) { return joinPath(folder, ".dpsims-samples.json"); }

static uint64_t sumOf(const std::string &path) {
  const MappedFile file(path);
  return format::checksum(file.data(), file.size());
}

SampleRecord SampleRecord::of(const std::string &model, const std::string &weights, const std::string &prefix,
                              uint64_t seed) {
  return {sumOf(model), sumOf(weights), prefix, seed};
}

std::optional<SampleRecord> SampleRecord::read(const std::string &folder) {
  const std::string path = recordPath(folder);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return std::nullopt;
  const JsonValue json = JsonValue::parse(readText(path), path, "record of samples", "a JSON object");
  auto number = [&](const char *key) { return json[key].integer<uint64_t>(0, UINT64_MAX); };
  return SampleRecord{number("model"), number("weights"), json["prefix"].text(), number("seed")};
}

void SampleRecord::write(const std::string &folder) const {
  const nlohmann::ordered_json json = {{"model", model}, {"weights", weights}, {"prefix", prefix}, {"seed", seed}};
  writeFile(recordPath(folder), json.dump(2) + "\n");
}

std::string SampleRecord::difference(const SampleRecord &now) const {
  std::string text;
  auto add = [&](bool same, const std::string &what) {
    if (!same)
      text += (text.empty() ? "" : ", ") + what;
  };
  add(model == now.model, "model");
  add(weights == now.weights, "weights");
  add(prefix == now.prefix, "prefix (" + quoted(prefix) + ", now " + quoted(now.prefix) + ")");
  add(seed == now.seed, "seed (" + std::to_string(seed) + ", now " + std::to_string(now.seed) + ")");
  return text;
}

} // namespace dpsims
