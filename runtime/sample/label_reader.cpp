// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/label_reader.h"

namespace dpsims {

LabelMap LabelReader::labels(const std::string &path, int height, int width) const {
  return resizeNearest(readLabels(conventions, folder, path).map, height, width);
}

LabelMap LabelReader::instances(const std::string &path, int height, int width) const {
  return resizeNearest(readInstances(path), height, width);
}

} // namespace dpsims
