// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Label maps of requests, and PNGs of them that `dpsims-run sample` reads back.

#ifndef DPSIMS_RUNTIME_SERVE_LABEL_CODEC_H
#define DPSIMS_RUNTIME_SERVE_LABEL_CODEC_H

#include "runtime/sample/label_reader.h"
#include "runtime/serve/run_length.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dpsims::serve {

class LabelCodec {
public:
  /// For maps of (height, width) pixels. Error: as LabelReader's.
  LabelCodec(const CompiledModel &model, int height, int width);

  /// The maps in a body of that type, cut to size as `sample` does: image/png as `sample` reads it, application/json as
  /// runs (run_length.h). HttpError 415: another type. Error: as those readers'; the map has more than 4 million
  /// pixels.
  LabelMaps decode(const std::string &contentType, const std::string &body) const;

  /// A PNG that, read by the configuration's conventions, is the map again. Error: the conventions have no id for a
  /// value of it.
  std::vector<uint8_t> encode(const LabelMap &labels) const;

  /// Is there an id in files for pixels without a label?
  bool storesIgnored() const { return stored.count(ignoredId) != 0; }

  const DataConfiguration &configuration() const { return reader.configuration(); }

private:
  LabelMap fileIds(const LabelMap &labels) const;
  bool wantsPalette(const LabelMap &labels) const;

  LabelReader reader;
  int height, width;
  std::map<int32_t, int32_t> colored, stored; // class or ignoredId -> id in files; those with colors, and all
};

/// A PNG that is the same instances for `sample --instances`: their ids become 0, 1, ... in the order in which they
/// come. Error: there are more than 65536.
std::vector<uint8_t> encodeInstances(const LabelMap &instances);

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_LABEL_CODEC_H
