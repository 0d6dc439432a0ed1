// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// JSON whose values know where they are, so that every message names the file and the key.

#ifndef DPSIMS_RUNTIME_DATA_JSON_VALUE_H
#define DPSIMS_RUNTIME_DATA_JSON_VALUE_H

#include "runtime/base/error.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace dpsims {

/// A value of a JSON text. Every Error reads "c.json: data.zoom of the configuration: ...".
class JsonValue {
public:
  using Json = nlohmann::json;

  /// The whole of a text. `file` is where it comes from, `kind` what it is, "configuration", and `wanted` what should
  /// be in it, "a JSON object with num_classes". Error: it is not JSON, is nested more than 100 deep, or has a number
  /// that is too large.
  static JsonValue parse(const std::string &text, const std::string &file, const std::string &kind,
                         const std::string &wanted);

  const std::string &path() const { return place; } ///< "data.zoom"; empty for the whole
  const std::string &file() const { return document->file; }
  const Json &json() const { return *value; }
  std::string shown() const { return quoted(value->dump()); } ///< for messages

  /// The value as the root of a text of its own, which came into this one from elsewhere.
  JsonValue extracted(const std::string &file, const std::string &kind) const;

  bool isNull() const { return value->is_null(); }
  bool isText() const { return value->is_string(); }
  bool isObject() const { return value->is_object(); }
  bool isList() const { return value->is_array(); }
  bool is(const char *text) const { return *value == text; }

  bool has(const std::string &key) const { return isObject() && value->contains(key); }
  /// The value of a key; null where there is none.
  JsonValue operator[](const std::string &key) const;
  /// An object's keys, sorted, and their values.
  std::vector<std::pair<std::string, JsonValue>> members() const;
  std::vector<JsonValue> elements() const;

  template <typename Integer> Integer integer(Integer low, Integer high) const {
    const double real = value->is_number_float() ? value->get<double>() : 0.5;
    if (real == std::trunc(real) && real >= double(low) && real <= double(high) && std::abs(real) <= 0x1p53) // 11.0
      return Integer(real);
    // The comparisons of JSON numbers are signed if one side is: 2^64 - 1 would be -1.
    const bool large = value->is_number_unsigned() && value->get<uint64_t>() > uint64_t(high);
    if (!value->is_number_integer() || large || *value < low || *value > high)
      refuse(": ", shown(), " is not an integer from ", low, " to ", high);
    return value->get<Integer>();
  }
  std::string text() const;
  bool boolean() const;
  double number(double low, double high) const;
  /// One of several words; its number.
  size_t word(const std::vector<const char *> &words) const;

  /// Fails with the place and the rest of the message.
  template <typename... Pieces> [[noreturn]] void refuse(const Pieces &...pieces) const {
    fail(ErrorCode::InvalidData, document->file, ": ", place.empty() ? "the " : place + " of the ", document->kind,
         pieces...);
  }

private:
  struct Document {
    std::string file, kind;
    Json root;
  };

  JsonValue(std::shared_ptr<const Document> document, const Json &value, std::string place)
      : document(std::move(document)), value(&value), place(std::move(place)) {}

  std::shared_ptr<const Document> document;
  const Json *value; // in the document
  std::string place;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_JSON_VALUE_H
