// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Label and instance maps by the conventions of a model's configuration: data.ignore, data.remap, data.palette and
// data.label_values (runtime/data/configuration.h).

#ifndef DPSIMS_RUNTIME_SAMPLE_LABEL_READER_H
#define DPSIMS_RUNTIME_SAMPLE_LABEL_READER_H

#include "runtime/data/label_maps.h"
#include "runtime/data/transform.h"
#include "runtime/format/model.h"

#include <string>
#include <vector>

namespace dpsims {

/// What becomes of maps of another shape than the model's pictures.
enum class Resize {
  AsTrained, ///< what data.resize says
  Cover,     ///< the map keeps its shape; what sticks out is cut off, half of it on each side
  Exact,     ///< the map is squeezed
};

class LabelReader {
public:
  /// Reads the conventions from the configuration in the model. `resize`: in place of data.resize. Error: the data
  /// section is not as above.
  explicit LabelReader(const CompiledModel &model, Resize resize = Resize::AsTrained);

  /// Looks at the label maps that will be read: they go together. Error: as lookAtLabels.
  void look(const std::vector<std::string> &paths) { folder = lookAtLabels(conventions, paths); }

  struct Fitted {
    LabelMap map;     ///< (height, width) pixels
    bool cut = false; ///< parts of the file's map are missing
    Size stored;      ///< of the file's map
  };

  /// A label map of (height, width) pixels with ids 0..C-1 or `ignoredId`. Error: names the file, the value and its
  /// pixel.
  Fitted labels(const std::string &path, int height, int width) const;

  /// The same of one map alone, which `look` need not know.
  Fitted labels(const PictureFile &file, int height, int width, const PictureLimits &limits) const;

  /// Of a map that holds classes and `ignoredId` already, or of instances; `name` is for messages.
  Fitted fit(const LabelMap &map, int height, int width, const std::string &name) const;

  /// An instance map: any ids, at the same size.
  Fitted instances(const std::string &path, int height, int width) const;

  const DataConfiguration &configuration() const { return conventions; }

private:
  DataConfiguration conventions;
  LabelFolder folder;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_LABEL_READER_H
