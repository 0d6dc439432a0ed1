// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/segmentation_score.h"

#include "runtime/base/error.h"

#include <cmath>

namespace dpsims {

SegmentationScore::SegmentationScore(const ProgramFiles &files, const DeviceOptions &options, size_t classes,
                                     const std::string &origin)
    : program(files, {"image"}, options), givesLogits(program.hasOutput("logits")), matrix(classes),
      found(size_t(program.height()) * size_t(program.width())) {
  checkOutput(origin);
}

void SegmentationScore::checkOutput(const std::string &origin) const {
  const HostTensor &output = program.output(givesLogits ? "logits" : "ids");
  const auto batch = int64_t(program.batch());
  const int64_t height = program.height(), width = program.width();
  if (givesLogits && output.shape.size() == 4 && output.shape[1] != int64_t(matrix.classes()))
    fail(ErrorCode::Incompatible, program.model().path, ": finds ", output.shape[1], " classes, the label maps have ",
         matrix.classes(), " (num_classes of ", origin, "): a segmenter of the same classes is needed");
  const Shape wanted =
      givesLogits ? Shape{batch, int64_t(matrix.classes()), height, width} : Shape{batch, height, width};
  const ElementType type = givesLogits ? ElementType::F32 : ElementType::I32;
  if (output.type != type || output.shape != wanted)
    fail(ErrorCode::Incompatible, program.model().path, ": gives ", elementTypeName(output.type), " ",
         shapeText(output.shape), ", expected ", givesLogits ? "logits " : "ids ", elementTypeName(type), " ",
         shapeText(wanted));
}

void SegmentationScore::add(const Picture &picture) {
  if (picture.labels.width != picture.image.width || picture.labels.height != picture.image.height)
    fail(ErrorCode::Incompatible, picture.path, ": has ", picture.image.width, " x ", picture.image.height,
         " pixels, its label map ", picture.labels.width, " x ", picture.labels.height);
  pending.push_back(picture);
  if (pending.size() == program.batch())
    flush();
}

// The class of the largest logit, the first of several.
void SegmentationScore::findIds(size_t slot) {
  const size_t pixels = found.size(), classes = matrix.classes();
  if (!givesLogits) {
    const int32_t *ids = program.output("ids").buffer.as<int32_t>() + slot * pixels;
    found.assign(ids, ids + pixels);
    return;
  }
  const float *logits = program.output("logits").buffer.as<float>() + slot * classes * pixels;
  for (size_t i = 0; i < pixels; ++i) {
    size_t best = 0;
    for (size_t c = 0; c < classes; ++c) {
      if (std::isnan(logits[c * pixels + i]))
        fail(ErrorCode::InvalidData, pending[slot].path, ": a logit is not a number: the weights of ",
             program.model().path, " are damaged, or of another network");
      if (logits[c * pixels + i] > logits[best * pixels + i])
        best = c;
    }
    found[i] = int32_t(best);
  }
}

void SegmentationScore::flush() {
  if (pending.empty())
    return;
  for (size_t slot = 0; slot < pending.size(); ++slot)
    program.set(0, slot, pending[slot].image, pending[slot].path);
  program.run();
  for (size_t slot = 0; slot < pending.size(); ++slot) {
    findIds(slot);
    for (int32_t id : found)
      if (id < 0 || size_t(id) >= matrix.classes())
        fail(ErrorCode::Incompatible, pending[slot].path, ": ", program.model().path, " finds the class ", id,
             ", and the label maps have ", matrix.classes());
    matrix.add(pending[slot].labels.ids.data(), found.data(), found.size());
  }
  pending.clear();
}

void SegmentationScore::merge(Communicator &ranks) {
  flush();
  matrix.merge(ranks);
}

const ConfusionMatrix &SegmentationScore::confusion() {
  flush();
  return matrix;
}

} // namespace dpsims
