// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/painter.h"

#include "runtime/image/canvas.h"
#include "runtime/train/stop_signal.h"

#include <algorithm>
#include <cmath>

namespace dpsims {

Painter::Painter(std::shared_ptr<const CompiledModel> model, Device &device, WeightSource &weights)
    : arguments(*model, model->entry("sample"), {"labels", "z", "instances"}),
      session(model, model->entry("sample"), device, &weights) {}

const uint8_t *Painter::paint(const Batch &batch, const Noise &noise, TrainStream stream, uint64_t index) {
  throwIfStopped();
  arguments.set(batch);
  arguments.draw("z", noise, stream, index);
  arguments.run(session);
  return arguments.outputs()[0].buffer.as<uint8_t>();
}

// Tensor (3, H, W) from -1 to 1 to a picture.
static RgbImage pictureOf(const float *planes, int height, int width) {
  RgbImage image{width, height, std::vector<uint8_t>(size_t(height) * size_t(width) * 3)};
  const size_t pixels = size_t(height) * size_t(width);
  for (size_t i = 0; i < pixels; ++i)
    for (size_t c = 0; c < 3; ++c)
      image.pixels[3 * i + c] = uint8_t(std::lround(std::clamp((planes[c * pixels + i] + 1) * 127.5f, 0.0f, 255.0f)));
  return image;
}

SampleGrid::SampleGrid(std::vector<Batch> maps, const Shape &size, int64_t rows, std::vector<uint32_t> palette)
    : batches(std::move(maps)), batch(size[0]), height(size[1]), width(size[2]), rows(rows), labels{"labels", {}},
      photos{"photo", {}} {
  const size_t pixels = size_t(height * width);
  for (int64_t row = 0; row < rows; ++row) {
    const Batch &source = batches[size_t(row / batch)];
    const size_t slot = size_t(row % batch);
    const int32_t *ids = source.labels.data() + slot * pixels;
    labels.tiles.push_back(colorize({int(width), int(height), {ids, ids + pixels}}, palette));
    photos.tiles.push_back(pictureOf(source.images.data() + slot * 3 * pixels, int(height), int(width)));
  }
}

void SampleGrid::addColumn(const std::string &caption, Painter &painter, const Noise &noise, uint64_t variant) {
  Column column{caption, {}};
  const size_t bytes = size_t(height * width) * 3;
  for (int64_t row = 0; row < rows; ++row) {
    const uint64_t number = uint64_t(row / batch);
    const uint8_t *pictures = painter.paint(batches[number], noise, TrainStream::Grid, 2 * number + variant);
    for (; row < rows && row / batch == int64_t(number); ++row) {
      const uint8_t *picture = pictures + size_t(row % batch) * bytes;
      column.tiles.push_back({int(width), int(height), {picture, picture + bytes}});
    }
    --row;
  }
  columns.push_back(std::move(column));
}

RgbImage SampleGrid::draw() const {
  std::vector<const Column *> all{&labels};
  for (const Column &column : columns)
    all.push_back(&column);
  all.push_back(&photos);
  std::vector<Tile> tiles;
  for (size_t row = 0; row < size_t(rows); ++row)
    for (const Column *column : all)
      tiles.push_back({column->tiles[row], row == 0 ? column->caption : ""});
  return tileSheet(tiles, int(all.size()));
}

} // namespace dpsims
