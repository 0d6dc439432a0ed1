// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Label and instance maps by the conventions of a model's configuration: data.ignore, data.remap, data.palette and
// data.label_values (runtime/data/configuration.h).

#ifndef DPSIMS_RUNTIME_SAMPLE_LABEL_READER_H
#define DPSIMS_RUNTIME_SAMPLE_LABEL_READER_H

#include "runtime/data/label_maps.h"
#include "runtime/format/model.h"

#include <string>
#include <vector>

namespace dpsims {

class LabelReader {
public:
  /// Reads the conventions from the configuration in the model. Error: the data section is not as above.
  explicit LabelReader(const CompiledModel &model) : conventions(DataConfiguration::parse(model.config, model.path)) {}

  /// Looks at the label maps that will be read: they go together. Error: as lookAtLabels.
  void look(const std::vector<std::string> &paths) { folder = lookAtLabels(conventions, paths); }

  /// A label map of (height, width) pixels with ids 0..C-1 or `ignoredId`. Error: names the file, the value and its
  /// pixel.
  LabelMap labels(const std::string &path, int height, int width) const;

  /// An instance map: any ids, at the same size.
  LabelMap instances(const std::string &path, int height, int width) const;

private:
  DataConfiguration conventions;
  LabelFolder folder;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_LABEL_READER_H
