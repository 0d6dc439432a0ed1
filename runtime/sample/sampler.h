// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Label maps from files to pictures in files: `dpsims-run sample`.

#ifndef DPSIMS_RUNTIME_SAMPLE_SAMPLER_H
#define DPSIMS_RUNTIME_SAMPLE_SAMPLER_H

#include "runtime/sample/label_reader.h"
#include "runtime/sample/sample_files.h"
#include "runtime/session/session.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dpsims {

/// The `sample` program of a model: inputs labels (B, H, W), z (B, D) and, where the generator wants them, instances
/// (B, H, W); output image (B, H, W, 3) of bytes.
class Sampler {
public:
  /// Error: the model has no such program.
  explicit Sampler(const CompiledModel &model, Resize resize = Resize::AsTrained);

  bool needsInstances() const { return instancesInput >= 0; }
  const Entry &entry() const { return *program; }

  /// Reads every map once: errors come before any work is done. Files that are sampled together are read alike, see
  /// runtime/data/label_maps.h. Logs what is cut off.
  void check(const std::vector<SampleFile> &files);

  /// Makes all pictures. Each is written as soon as it is there, whole or not at all; a session that can have several
  /// runs in flight computes the next meanwhile. The picture depends on the model, the weights, the label map, its
  /// name, the seed and the sample's number; not on the other files.
  void run(Session &session, const std::vector<SampleFile> &files, uint64_t seed) const;

private:
  struct Batch;
  void tellCut(const std::vector<std::string> &cut) const;
  void add(Batch &batch, const SampleFile &file, uint32_t sample, uint64_t seed) const;
  void submit(Batch &batch, Session &session) const;
  int64_t finish(Batch &batch, Session &session) const;

  const Entry *program;
  LabelReader reader;
  int labelsInput = -1, noiseInput = -1, instancesInput = -1;
  int64_t batchSize = 0, height = 0, width = 0, noiseDim = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_SAMPLER_H
