// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pictures of a run on the way: samples of label maps that a loader gives, and a grid of them to look at.

#ifndef DPSIMS_RUNTIME_TRAIN_PAINTER_H
#define DPSIMS_RUNTIME_TRAIN_PAINTER_H

#include "runtime/image/image.h"
#include "runtime/train/arguments.h"

#include <memory>
#include <string>
#include <vector>

namespace dpsims {

/// The entry `sample` with one generator's weights.
class Painter {
public:
  Painter(std::shared_ptr<const CompiledModel> model, Device &device, WeightSource &weights);

  /// Pictures (B, H, W, 3) of a batch's label maps; they live until the next call. The noise is number `index` of the
  /// stream.
  const uint8_t *paint(const Batch &batch, const Noise &noise, TrainStream stream, uint64_t index);

private:
  Arguments arguments;
  Session session;
};

/// Rows of pictures of the same label maps, by several generators.
class SampleGrid {
public:
  /// `rows` label maps: the first that the loader, not begun yet, gives. `palette` colors them.
  SampleGrid(std::vector<Batch> batches, const Shape &size, int64_t rows, std::vector<uint32_t> palette);

  /// Adds a column of what a generator makes of the maps, with noise number `variant` of each map.
  void addColumn(const std::string &caption, Painter &painter, const Noise &noise, uint64_t variant);

  /// Label maps, the columns, photos. Throws Stopped.
  RgbImage draw() const;

private:
  struct Column {
    std::string caption;
    std::vector<RgbImage> tiles;
  };

  std::vector<Batch> batches;
  int64_t batch, height, width, rows;
  Column labels, photos;
  std::vector<Column> columns;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_PAINTER_H
