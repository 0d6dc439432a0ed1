// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a picture as it is stored to the pixels of a batch, with its maps in register.

#ifndef DPSIMS_RUNTIME_DATA_TRANSFORM_H
#define DPSIMS_RUNTIME_DATA_TRANSFORM_H

#include "runtime/data/dataset.h"
#include "runtime/random/philox.h"

#include <cstdint>

namespace dpsims {

struct Size {
  int height = 0, width = 0;
};

inline Size sizeOf(const RgbImage &image) { return {image.height, image.width}; }

/// The size to which a picture is resized before a window of `window`'s size is cut out: with `cover` the smallest size
/// of the picture's shape that covers the window, else the window's; times `zoom`. Error: the shape is so narrow that
/// the picture would become huge; names `name`.
Size fittedSize(Size picture, const TransformRules &rules, Size window, double zoom, const std::string &name);

/// Colors smoothly, ids to the nearest pixel.
Example resize(const Example &example, Size size);

/// What is cut out of a fitted picture.
struct Window {
  int left = 0, top = 0, width = 0, height = 0;
  bool flip = false;
};

/// A window by chance, of `size` or up to data.zoom times as large; `random` names the sequence, `index` the first of
/// the four numbers that are taken from it.
Window randomWindow(const Example &fitted, const TransformRules &rules, Size size, const RandomSequence &random,
                    uint64_t index);
Window centerWindow(Size fitted, Size size);

/// A map alone as validation cuts it: fitted, then the middle of `size`. Error: as fittedSize.
LabelMap fitMap(const LabelMap &map, const TransformRules &rules, Size size, const std::string &name);

/// Writes a window, resized to `size`, as planes (3, H, W) of [-1, 1] and ids. `instances` may be
/// null.
void cut(const Example &fitted, const Window &window, Size size, float *image, int32_t *labels, int32_t *instances);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_TRANSFORM_H
