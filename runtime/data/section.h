// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The keys of a configuration's section "data", over those of the data set that it names.

#ifndef DPSIMS_RUNTIME_DATA_SECTION_H
#define DPSIMS_RUNTIME_DATA_SECTION_H

#include "runtime/data/configuration.h"
#include "runtime/data/json_value.h"

#include <map>
#include <string>

namespace dpsims {

class DataSection {
public:
  /// Error: the section is not an object, its data set does not exist, or a key is unknown.
  explicit DataSection(const JsonValue &configuration);

  const std::string &dataset() const { return name; }
  /// Null where neither the configuration nor its data set has the key.
  const JsonValue *find(const std::string &key) const;
  /// The section itself, for messages on several of its keys.
  const JsonValue &whole() const { return section; }
  /// Does the configuration itself have the key?
  bool isOwn(const std::string &key) const { return section.has(key); }

private:
  JsonValue section;
  std::string name;
  std::map<std::string, JsonValue> keys;
};

/// images, labels, instances, layouts, splits, holdout.
void readLayoutKeys(const DataSection &section, DataConfiguration &result);

/// ignore, remap, palette, label_values, names, things. Wants the number of classes.
void readLabelKeys(const DataSection &section, DataConfiguration &result);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_SECTION_H
