// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sections of data sets that a configuration names: those of models/datasets, which are part of the program, and files
// of the user's.

#ifndef DPSIMS_RUNTIME_DATA_KNOWN_DATASETS_H
#define DPSIMS_RUNTIME_DATA_KNOWN_DATASETS_H

#include "runtime/data/json_value.h"

#include <string>
#include <vector>

namespace dpsims {

/// "ade20k", "camvid", ...; sorted.
std::vector<std::string> knownDatasets();

struct DatasetSection {
  std::string name; ///< "camvid"; of a file its name without the ending
  JsonValue keys;
};

/// One of them.
DatasetSection knownDataset(const std::string &name);

/// The section that data.dataset of a configuration names: a known data set ("-" is as good as "_"), or a file, which
/// has a "/" or ends in ".json", relative to the configuration's folder. A compiled model has the file inside:
/// {"file": its path, "keys": its content}. Error: there is no such set or file, or it is not an object.
DatasetSection findDataset(const JsonValue &dataset);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_KNOWN_DATASETS_H
