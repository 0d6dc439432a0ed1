// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/json_value.h"

#include "runtime/base/foreign_file.h"

#include <set>

namespace dpsims {

namespace {

using Json = JsonValue::Json;

/// Where in a JSON text the parser is.
class Place {
public:
  Place(const std::string &file, const std::string &kind) : file(file), kind(kind) {}

  bool follow(int depth, Json::parse_event_t event, const Json &value) {
    if (depth > 100) // copies and messages recurse
      fail(ErrorCode::InvalidData, file, ": the ", kind, " has more than 100 brackets within one another");
    if (event == Json::parse_event_t::object_start)
      seen.resize(size_t(depth) + 1), seen.back().clear();
    if (event == Json::parse_event_t::object_end || event == Json::parse_event_t::key)
      keys.resize(size_t(depth)); // of those around; a list has none
    if (event == Json::parse_event_t::key) {
      keys.back() = value.get<std::string>();
      if (!seen[size_t(depth) - 1].insert(keys.back()).second) // only the last would count
        fail(ErrorCode::InvalidData, file, ": ", text(), " is there twice; remove one of the two");
    }
    return true;
  }

  /// "data.zoom of the configuration"
  std::string text() const {
    std::string path;
    for (const std::string &key : keys)
      path += (path.empty() || key.empty() ? "" : ".") + key;
    return (path.empty() ? "the " : path + " of the ") + kind;
  }

private:
  const std::string &file, &kind;
  std::vector<std::string> keys;
  std::vector<std::set<std::string>> seen; // keys of the objects around
};

// What is wrong with the bytes, whatever they say; empty: nothing.
std::string faultOf(const std::string &text) {
  if (const char *foreign = foreignKind(text))
    return foreign;
  if (text.compare(0, 2, "\xff\xfe") == 0 || text.compare(0, 2, "\xfe\xff") == 0)
    return "is UTF-16: save it as UTF-8";
  if (const size_t zero = text.find('\0'); zero != std::string::npos)
    return "is not text: it has a zero byte at " + std::to_string(zero);
  return "";
}

Json parseJson(const std::string &text, const std::string &file, const std::string &kind, const std::string &wanted) {
  if (const std::string fault = faultOf(text); !fault.empty())
    fail(ErrorCode::InvalidData, file, ": the ", kind, " is not ", wanted, ": it ", fault);
  Place place(file, kind);
  auto follow = [&](int depth, Json::parse_event_t event, Json &value) { return place.follow(depth, event, value); };
  try {
    return Json::parse(text, follow);
  } catch (const Json::parse_error &error) {
    fail(ErrorCode::InvalidData, file, ": the ", kind, " is not ", wanted, ": it is wrong at byte ", error.byte);
  } catch (const Json::out_of_range &error) {
    const std::string what = error.what(); // "... parsing '1e999'"
    const size_t begin = what.find('\'') + 1;
    fail(ErrorCode::InvalidData, file, ": ", place.text(), ": ", quoted(what.substr(begin, what.rfind('\'') - begin)),
         " is too large a number; write a smaller one");
  }
}

} // namespace

JsonValue JsonValue::parse(const std::string &text, const std::string &file, const std::string &kind,
                           const std::string &wanted) {
  auto document = std::make_shared<Document>(Document{file, kind, parseJson(text, file, kind, wanted)});
  const Json &root = document->root;
  return JsonValue(std::move(document), root, "");
}

JsonValue JsonValue::extracted(const std::string &file, const std::string &kind) const {
  auto document = std::make_shared<Document>(Document{file, kind, *value});
  const Json &root = document->root;
  return JsonValue(std::move(document), root, "");
}

JsonValue JsonValue::operator[](const std::string &key) const {
  static const Json none;
  return JsonValue(document, has(key) ? value->at(key) : none, place.empty() ? key : place + "." + key);
}

std::vector<std::pair<std::string, JsonValue>> JsonValue::members() const {
  std::vector<std::pair<std::string, JsonValue>> result;
  for (const auto &[key, member] : value->items())
    result.emplace_back(key, (*this)[key]);
  return result;
}

std::vector<JsonValue> JsonValue::elements() const {
  std::vector<JsonValue> result;
  for (size_t i = 0; i < value->size(); ++i)
    result.push_back(JsonValue(document, value->at(i), place + "[" + std::to_string(i) + "]"));
  return result;
}

std::string JsonValue::text() const {
  if (!isText())
    refuse(": ", shown(), " is not text");
  return value->get<std::string>();
}

bool JsonValue::boolean() const {
  if (!value->is_boolean())
    refuse(": ", shown(), " is neither true nor false");
  return value->get<bool>();
}

double JsonValue::number(double low, double high) const {
  const double number = value->is_number() ? value->get<double>() : low - 1;
  if (!(number >= low && number <= high))
    refuse(": ", shown(), " is not a number from ", low, " to ", high);
  return number;
}

size_t JsonValue::word(const std::vector<const char *> &words) const {
  std::string all;
  for (size_t i = 0; i < words.size(); ++i) {
    if (is(words[i]))
      return i;
    all += std::string(i ? ", " : "") + "\"" + words[i] + "\"";
  }
  refuse(": ", shown(), " is none of ", all);
}

} // namespace dpsims
