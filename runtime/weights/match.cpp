// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/match.h"

#include "runtime/base/error.h"
#include "runtime/base/float16.h"
#include "runtime/base/text.h"
#include "runtime/weights/hints.h"

#include <algorithm>
#include <unordered_set>

namespace dpsims {

bool sameWeightShape(const Shape &a, const Shape &b) {
  if (a == b)
    return true;
  auto linear = [](const Shape &two, const Shape &four) {
    return two.size() == 2 && four.size() == 4 && two[0] == four[0] && two[1] == four[1] && four[2] == 1 &&
           four[3] == 1;
  };
  return linear(a, b) || linear(b, a);
}

bool isKnownSuperfluous(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (last == "num_batches_tracked" || last == "relative_position_index" || last == "attn_mask")
    return true;
  constexpr std::string_view backbone = "backbone.";
  const size_t at = name.find(backbone);
  if (at != std::string_view::npos && (at == 0 || name[at - 1] == '.'))
    name.remove_prefix(at + backbone.size());
  for (std::string_view end : {"classifier.", "head.", "fc.", "conv_head.", "bn2.", "norm."})
    if (startsWith(name, end))
      return true;
  return false;
}

static bool isStorable(ElementType needed, ElementType stored) {
  const bool floating = isFloating(stored);
  const bool eight = stored == ElementType::F8E4M3 || stored == ElementType::F8E5M2;
  return isFloating(needed) ? floating : !floating && !eight;
}

namespace {

/// One kind of mismatch: the first ten and how many there are.
class Mismatches {
public:
  explicit Mismatches(const char *what) : what(what) {}

  void add(const std::string &text) {
    if (count++ < shown)
      names += (names.empty() ? "" : ", ") + text;
  }

  bool empty() const { return count == 0; }

  std::string text() const {
    std::string result = std::to_string(count) + " " + what + ": " + names;
    return count > shown ? result + " and " + std::to_string(count - shown) + " more" : result;
  }

private:
  static constexpr int shown = 10;
  const char *what;
  int count = 0;
  std::string names;
};

} // namespace

static bool hasNamesBelow(const SafetensorsFile &file, const std::string &prefix) {
  return std::any_of(file.entries().begin(), file.entries().end(),
                     [&](const SafetensorsEntry &entry) { return startsWith(entry.name, prefix); });
}

// Of tensors that share memory safetensors keeps one, and notes in the metadata what the others are called.
static const SafetensorsEntry *findOrAlias(const SafetensorsFile &file, const std::string &name) {
  if (const SafetensorsEntry *entry = file.find(name))
    return entry;
  const auto alias = file.metadata().find(name);
  return alias == file.metadata().end() ? nullptr : file.find(alias->second);
}

static std::string mismatchText(const WeightSpec &weight, const SafetensorsEntry &entry) {
  std::string text = quoted(entry.name) + " is " + elementTypeName(entry.type) + " " + shapeText(entry.shape);
  return text + ", needed " + elementTypeName(weight.type) + " " + shapeText(weight.shape);
}

std::vector<const SafetensorsEntry *> matchWeights(const SafetensorsFile &file, const std::vector<WeightSpec> &needed,
                                                   const std::string &prefix) {
  const std::string used = !prefix.empty() && hasNamesBelow(file, prefix) ? prefix : "";
  Mismatches missing("missing"), unexpected("unexpected"), misshaped("mis-shaped");
  std::vector<const SafetensorsEntry *> result;
  std::unordered_set<std::string> names;
  std::string why = "is it a file of another network or configuration?";
  for (const WeightSpec &weight : needed) {
    const std::string name = used + weight.name;
    const SafetensorsEntry *entry = findOrAlias(file, name);
    if (!entry && weight.required)
      missing.add(quoted(name));
    else if (entry && (!sameWeightShape(weight.shape, entry->shape) || !isStorable(weight.type, entry->type))) {
      if (misshaped.empty())
        why = explainMisshaped(*entry, weight);
      misshaped.add(mismatchText(weight, *entry));
    }
    names.insert(entry ? entry->name : name);
    result.push_back(entry);
  }
  for (const SafetensorsEntry &entry : file.entries())
    if (startsWith(entry.name, used) && !names.count(entry.name) &&
        !isKnownSuperfluous(std::string_view(entry.name).substr(used.size())))
      unexpected.add(quoted(entry.name));
  std::string text;
  for (const Mismatches *kind : {&missing, &unexpected, &misshaped})
    if (!kind->empty())
      text += kind->text() + "; ";
  if (!text.empty())
    fail(ErrorCode::Incompatible, file.path(), ": the weights do not fit: ", text,
         missing.empty() ? why : explainMissing(file, needed, used));
  return result;
}

} // namespace dpsims
