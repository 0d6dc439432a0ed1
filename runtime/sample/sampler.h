// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Label maps from files to pictures in files: `dpsims-run sample`.

#ifndef DPSIMS_RUNTIME_SAMPLE_SAMPLER_H
#define DPSIMS_RUNTIME_SAMPLE_SAMPLER_H

#include "runtime/base/share.h"
#include "runtime/sample/label_reader.h"
#include "runtime/sample/sample_files.h"
#include "runtime/sample/sample_program.h"
#include "runtime/session/session.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dpsims {

class Sampler {
public:
  /// Does `share` of what check and run are given. Error: the model has no such program.
  explicit Sampler(const CompiledModel &model, Resize resize = Resize::AsTrained, Share share = {});

  bool needsInstances() const { return program.needsInstances(); }
  const Entry &entry() const { return program.entry(); }

  /// Reads every map once: errors come before any work is done. Files that are sampled together are read alike, see
  /// runtime/data/label_maps.h. Logs what is cut off.
  void check(const std::vector<SampleFile> &files);

  /// Makes all pictures. Each is written as soon as it is there, whole or not at all; a session that can have several
  /// runs in flight computes the next meanwhile. The picture depends on the model, the weights, the label map, its
  /// name, the seed and the sample's number; not on the other files.
  void run(Session &session, const std::vector<SampleFile> &files, uint64_t seed) const;

private:
  struct Work;
  std::vector<SampleFile> own(const std::vector<SampleFile> &files) const;
  void tellCut(const std::vector<std::string> &cut) const;
  void add(Work &work, const SampleFile &file, uint32_t sample, uint64_t seed) const;
  int64_t finish(Work &work, Session &session) const;

  SampleProgram program;
  LabelReader reader;
  const Share share;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_SAMPLER_H
