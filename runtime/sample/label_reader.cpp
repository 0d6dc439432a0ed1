// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/label_reader.h"

namespace dpsims {

LabelReader::LabelReader(const CompiledModel &model, Resize resize)
    : conventions(DataConfiguration::parse(model.config, model.path)) {
  if (resize != Resize::AsTrained)
    conventions.transform.cover = resize == Resize::Cover;
}

LabelReader::Fitted LabelReader::fit(const LabelMap &map, int height, int width, const std::string &name) const {
  const Size size{height, width};
  const Size fitted = fittedSize({map.height, map.width}, conventions.transform, size, 1, name);
  return {fitMap(map, conventions.transform, size, name),
          fitted.height > size.height || fitted.width > size.width,
          {map.height, map.width}};
}

LabelReader::Fitted LabelReader::labels(const std::string &path, int height, int width) const {
  return fit(readLabels(conventions, folder, path).map, height, width, path);
}

LabelReader::Fitted LabelReader::labels(const PictureFile &file, int height, int width,
                                        const PictureLimits &limits) const {
  LabelFolder alone = lookAtLabels(conventions, file, limits);
  alone.told = folder.told; // what can be read in two ways is not told for each map again
  return fit(readLabels(conventions, alone, file, limits).map, height, width, file.name());
}

LabelReader::Fitted LabelReader::instances(const std::string &path, int height, int width) const {
  return fit(readInstances(conventions, path), height, width, path);
}

} // namespace dpsims
