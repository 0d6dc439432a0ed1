// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/embed/painter.h"

#include "runtime/base/error.h"

#include <algorithm>
#include <cstring>

namespace dpsims::embed {

LabelMap Painter::readLabels(const char *path) const {
  return reader.labels(PictureFile(path), height(), width(), PictureLimits()).map;
}

// Error: no picture, or larger than one may be.
static LabelMap copyOf(const dpsims_sample &sample, const int32_t *ids, const char *name) {
  const PictureLimits limits;
  if (sample.height <= 0 || sample.width <= 0 || sample.height > limits.height || sample.width > limits.width ||
      int64_t(sample.height) * sample.width > limits.pixels)
    fail(name, ": ", sample.height, " x ", sample.width, " pixels: not a picture, or more than ", limits.height, " x ",
         limits.width, " or ", limits.pixels, " in all");
  return {sample.width, sample.height, std::vector<int32_t>(ids, ids + size_t(sample.height) * size_t(sample.width))};
}

static void requireClasses(const LabelMap &labels, int classes) {
  const auto wrong =
      std::find_if(labels.ids.begin(), labels.ids.end(), [=](int32_t id) { return id < ignoredId || id >= classes; });
  if (wrong == labels.ids.end())
    return;
  const auto pixel = wrong - labels.ids.begin();
  fail(ErrorCode::InvalidData, "labels: ", *wrong, " at pixel (", pixel % labels.width, ", ", pixel / labels.width,
       ") is none of the classes 0..", classes - 1, "; -1 is for pixels without a label");
}

LabelMap Painter::fit(const dpsims_sample &sample, const int32_t *ids, const char *name) const {
  const LabelMap map = copyOf(sample, ids, name);
  if (ids == sample.labels)
    requireClasses(map, reader.configuration().rules.numClasses);
  return reader.fit(map, height(), width(), name).map;
}

// Without instances each class is one.
Painter::Maps Painter::mapsOf(const dpsims_sample &sample) const {
  if (!sample.labels)
    fail("labels is null");
  if (sample.instances && !program.needsInstances())
    fail("instances: the model takes none; leave them out");
  Maps maps;
  maps.labels = fit(sample, sample.labels, "labels");
  if (program.needsInstances())
    maps.instances = sample.instances ? fit(sample, sample.instances, "instances") : maps.labels;
  return maps;
}

void Painter::set(size_t slot, const dpsims_sample &sample, const Maps &maps) {
  batch->setLabels(slot, maps.labels);
  if (program.needsInstances())
    batch->setInstances(slot, maps.instances);
  drawNoise(sample.seed, sample.name ? sample.name : "", sample.number, program.noiseDim(), batch->noise(slot));
}

void Painter::paint(Session &session, const std::vector<dpsims_sample> &samples, uint8_t *pictures) {
  if (!batch)
    batch.emplace(program);
  for (size_t first = 0; first < samples.size(); first += program.batch()) {
    const size_t count = std::min(program.batch(), samples.size() - first);
    for (size_t slot = 0; slot < count; ++slot)
      set(slot, samples[first + slot], mapsOf(samples[first + slot]));
    batch->run(session);
    for (size_t slot = 0; slot < count; ++slot)
      std::memcpy(pictures + (first + slot) * pictureBytes(), batch->picture(slot), pictureBytes());
  }
}

} // namespace dpsims::embed
