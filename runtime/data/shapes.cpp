// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All in integers, so that the pictures are the same on every machine.

#include "runtime/data/shapes.h"

#include "runtime/base/error.h"
#include "runtime/data/streams.h"
#include "runtime/image/canvas.h"

#include <algorithm>
#include <cstdlib>

namespace dpsims {

namespace {

/// Random numbers in the order in which they are asked for.
class Random {
public:
  explicit Random(const RandomSequence &sequence) : sequence(sequence) {}

  /// From `low` to `high`.
  int between(int low, int high) { return low + int(randomBelow(sequence, index++, uint64_t(high - low) + 1)); }

private:
  RandomSequence sequence;
  uint64_t index = 0;
};

enum class Figure { Ground, Circle, Box, Triangle };
enum class Pattern { Grain, Stripes, Checks, Clouds };

struct Shape {
  Figure figure = Figure::Ground;
  Pattern pattern = Pattern::Clouds;
  int32_t label = 0;
  int x = 0, y = 0, width = 0, height = 0; // center and half sizes
  uint32_t color = 0;
  int light = 256; // 256: the color as it is
  int cell = 4;    // pixels of the pattern's period
  uint32_t salt = 0;

  bool covers(int u, int v) const {
    const int64_t dx = std::abs(u - x), dy = v - y, w = width, h = height;
    switch (figure) {
    case Figure::Ground:
      return true;
    case Figure::Circle:
      return dx * dx * h * h + dy * dy * w * w <= w * w * h * h;
    case Figure::Box:
      return dx <= w && std::abs(dy) <= h;
    case Figure::Triangle: // the tip is up
      return std::abs(dy) <= h && 2 * dx * h <= (dy + h) * w;
    }
    return false;
  }
};

uint32_t scramble(uint32_t x) {
  x = (x ^ x >> 16) * 0x85ebca6bu;
  x = (x ^ x >> 13) * 0xc2b2ae35u;
  return x ^ x >> 16;
}

/// 0..255, fixed for a place and a salt.
int grain(int u, int v, uint32_t salt) {
  return int(scramble(uint32_t(u) * 0x9e3779b9u ^ scramble(uint32_t(v) + salt)) >> 24);
}

/// Smooth from point to point of a lattice, 0..255.
int clouds(int u, int v, int cell, uint32_t salt) {
  const int i = u / cell, j = v / cell, a = u % cell, b = v % cell;
  const int top = grain(i, j, salt) * (cell - a) + grain(i + 1, j, salt) * a;
  const int bottom = grain(i, j + 1, salt) * (cell - a) + grain(i + 1, j + 1, salt) * a;
  return (top * (cell - b) + bottom * b) / (cell * cell);
}

/// What the pattern adds to the light, of 256.
int relief(const Shape &shape, int u, int v) {
  const int dx = u - shape.x + (1 << 14), dy = v - shape.y + (1 << 14), fine = grain(u, v, shape.salt) / 8 - 16;
  switch (shape.pattern) {
  case Pattern::Grain:
    return 3 * fine;
  case Pattern::Stripes:
    return (dx + dy) / shape.cell % 2 ? 40 + fine : fine - 40;
  case Pattern::Checks:
    return (dx / shape.cell + dy / shape.cell) % 2 ? 40 + fine : fine - 40;
  case Pattern::Clouds:
    return (clouds(u, v, 4 * shape.cell, shape.salt) - 128) * 3 / 4 + fine;
  }
  return 0;
}

Shape drawGround(Random &random) {
  Shape ground;
  for (int channel = 0; channel < 3; ++channel) // any pale color
    ground.color = ground.color << 8 | uint32_t(random.between(110, 170));
  ground.light = random.between(160, 340);
  ground.cell = random.between(2, 4);
  ground.salt = uint32_t(random.between(0, 1 << 30));
  return ground;
}

Shape drawShape(Random &random, const std::vector<uint32_t> &palette, int height, int width) {
  static constexpr Figure figures[] = {Figure::Circle, Figure::Box, Figure::Triangle};
  static constexpr Pattern patterns[] = {Pattern::Grain, Pattern::Stripes, Pattern::Checks, Pattern::Clouds};
  const int side = std::min(height, width);
  Shape shape;
  shape.label = random.between(1, int(palette.size()) - 1);
  shape.figure = figures[(shape.label - 1) % 3];
  shape.pattern = patterns[(shape.label - 1) % 4];
  shape.color = palette[size_t(shape.label)];
  shape.x = random.between(0, width - 1);
  shape.y = random.between(0, height - 1);
  shape.width = std::max(1, side * random.between(8, 26) / 100);
  shape.height = std::max(1, shape.width * random.between(75, 133) / 100);
  shape.light = random.between(180, 300);
  shape.cell = std::max(2, side / random.between(12, 24));
  shape.salt = uint32_t(random.between(0, 1 << 30));
  return shape;
}

class ShapesDataset final : public Dataset {
public:
  ShapesDataset(const DataConfiguration &configuration, const DatasetOptions &options, size_t count)
      : Dataset(configuration, options.instances), split(options.split), count(count) {}

  size_t size() const override { return count; }
  std::string name(size_t index) const override { return split + "-" + std::to_string(index); }

  Example read(size_t index) const override {
    Example example = drawShapes(configuration(), split, index);
    if (!hasInstances())
      example.instances = {};
    return example;
  }

private:
  std::string split;
  size_t count;
};

} // namespace

Example drawShapes(const DataConfiguration &configuration, const std::string &split, uint64_t index) {
  const int height = configuration.height, width = configuration.width;
  const std::vector<uint32_t> palette = makePalette(configuration.rules.numClasses);
  Random random({configuration.shapes.seed + hashName(split), index, StreamShapes});
  std::vector<Shape> shapes = {drawGround(random)};
  for (int count = random.between(3, 8); count > 0; --count)
    shapes.push_back(drawShape(random, palette, height, width));
  Example example{{width, height, {}}, {width, height, {}}, {width, height, {}}};
  for (int v = 0; v < height; ++v)
    for (int u = 0; u < width; ++u) {
      size_t top = shapes.size() - 1;
      while (!shapes[top].covers(u, v))
        --top;
      const Shape &shape = shapes[top];
      const int light = std::max(0, shape.light + relief(shape, u, v));
      for (int shift : {16, 8, 0})
        example.image.pixels.push_back(uint8_t(std::min(255, int(shape.color >> shift & 255) * light >> 8)));
      example.labels.ids.push_back(shape.label);
      example.instances.ids.push_back(int32_t(top));
    }
  return example;
}

std::unique_ptr<Dataset> openShapes(const DataConfiguration &configuration, const DatasetOptions &options) {
  if (configuration.rules.numClasses < 2)
    fail(ErrorCode::InvalidData, configuration.origin, ": the data set \"shapes\" needs num_classes 2 or more");
  if (configuration.height == 0)
    fail(ErrorCode::InvalidData, configuration.origin, ": the data set \"shapes\" needs image_size");
  auto pictures = configuration.shapes.pictures.find(options.split);
  if (pictures == configuration.shapes.pictures.end())
    fail(ErrorCode::NotFound, configuration.origin, ": data.pictures has no split ", quoted(options.split));
  return std::make_unique<ShapesDataset>(configuration, options, size_t(pictures->second));
}

} // namespace dpsims
