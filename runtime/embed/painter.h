// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_EMBED_PAINTER_H
#define DPSIMS_RUNTIME_EMBED_PAINTER_H

#include "include/dpsims/dpsims.h"
#include "runtime/sample/label_reader.h"
#include "runtime/sample/sample_program.h"

#include <optional>
#include <vector>

namespace dpsims::embed {

/// From label maps in memory to pictures in memory, as Sampler does it from files to files.
class Painter {
public:
  /// Error: the model has no such program, or its configuration describes no label maps. It must outlive the object.
  explicit Painter(const CompiledModel &model) : program(model), reader(model) {}

  int height() const { return program.height(); }
  int width() const { return program.width(); }
  size_t pictureBytes() const { return size_t(height()) * size_t(width()) * 3; }

  /// A map from a file, of the program's size. Error: as LabelReader's.
  LabelMap readLabels(const char *path) const;

  /// Makes the pictures, a batch at a time. Error: as dpsims_session_sample.
  void paint(Session &session, const std::vector<dpsims_sample> &samples, uint8_t *pictures);

private:
  struct Maps {
    LabelMap labels, instances;
  };
  Maps mapsOf(const dpsims_sample &sample) const;
  LabelMap fit(const dpsims_sample &sample, const int32_t *ids, const char *name) const;
  void set(size_t slot, const dpsims_sample &sample, const Maps &maps);

  SampleProgram program;
  LabelReader reader;
  std::optional<SampleBatch> batch; // made when the first picture is
};

} // namespace dpsims::embed

#endif // DPSIMS_RUNTIME_EMBED_PAINTER_H
