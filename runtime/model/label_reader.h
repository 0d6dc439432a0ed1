// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Label and instance maps by the conventions of a configuration's data section:
//   {"data": {"ignore": [255], "remap": {"0": 255, "1": 0} or "minus_one", "palette": {"0": [r, g, b], ...}}}
// `ignore` lists ids that mean "no label"; `remap` changes ids of the file first (ids it does not list stay; minus_one:
// 0 is no label, 1 is class 0); `palette` gives a colour for each id, for label maps in colour. Other keys are the
// trainer's.

#ifndef DPSIMS_RUNTIME_MODEL_LABEL_READER_H
#define DPSIMS_RUNTIME_MODEL_LABEL_READER_H

#include "runtime/image/image.h"
#include "runtime/image/png.h"
#include "runtime/model/model.h"

#include <string>

namespace dpsims {

class LabelReader {
public:
  /// Reads the conventions from the configuration in the model. Error: the data section is not as above.
  explicit LabelReader(const CompiledModel &model);

  /// A label map of (height, width) pixels with ids 0..C-1 or `ignoredId`. Ids of grey and palette PNGs are what the
  /// file stores; colours are looked up. Error: names the file, the value and its pixel.
  LabelMap labels(const std::string &path, int height, int width) const;

  /// An instance map: any ids, at the same size.
  LabelMap instances(const std::string &path, int height, int width) const;

private:
  LabelRules rules;
  ColourMap colours;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_MODEL_LABEL_READER_H
