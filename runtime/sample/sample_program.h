// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `sample` program of a model, and the tensors of a batch of it.

#ifndef DPSIMS_RUNTIME_SAMPLE_SAMPLE_PROGRAM_H
#define DPSIMS_RUNTIME_SAMPLE_SAMPLE_PROGRAM_H

#include "runtime/image/image.h"
#include "runtime/session/session.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dpsims {

/// Inputs labels (B, H, W), z (B, D) unless the generator has no noise, and instances (B, H, W) where it wants them;
/// output image (B, H, W, 3) of bytes.
class SampleProgram {
public:
  /// Error: the model has no such program. The model must outlive the object.
  explicit SampleProgram(const CompiledModel &model);

  const Entry &entry() const { return *program; }
  bool needsInstances() const { return instancesInput >= 0; }
  size_t batch() const { return size_t(labels()[0]); }
  int height() const { return int(labels()[1]); }
  int width() const { return int(labels()[2]); }
  size_t noiseDim() const; ///< D; 0 without noise

private:
  friend class SampleBatch;
  const Shape &labels() const { return program->inputs[size_t(labelsInput)].shape; }
  void findInputs(const CompiledModel &model);

  const Entry *program;
  int labelsInput = -1, noiseInput = -1, instancesInput = -1;
};

/// The program's inputs and outputs, zeros at first. A slot of the batch is one picture.
class SampleBatch {
public:
  explicit SampleBatch(const SampleProgram &program);

  /// A map of the program's size.
  void setLabels(size_t slot, const LabelMap &map) { setMap(program->labelsInput, slot, map); }
  void setInstances(size_t slot, const LabelMap &map) { setMap(program->instancesInput, slot, map); }
  /// noiseDim() numbers to fill; null without noise.
  float *noise(size_t slot);

  void submit(Session &session);
  void run(Session &session);
  /// (H, W, 3) bytes of the last run that was collected.
  const uint8_t *picture(size_t slot) const;

private:
  void setMap(int input, size_t slot, const LabelMap &map);

  const SampleProgram *program;
  std::vector<HostTensor> inputs, outputs;
};

/// The noise of a label map's picture number `sample`: it depends on the seed, the map's name and that number.
void drawNoise(uint64_t seed, std::string_view name, uint32_t sample, size_t count, float *dst);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_SAMPLE_PROGRAM_H
