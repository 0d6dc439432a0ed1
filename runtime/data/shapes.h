// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The built-in data set: circles, boxes and triangles before a textured ground. Class 0 is the ground; every other
// class has a shape, a color and a pattern of its own. Light, place, size and the grain of the patterns vary.

#ifndef DPSIMS_RUNTIME_DATA_SHAPES_H
#define DPSIMS_RUNTIME_DATA_SHAPES_H

#include "runtime/data/dataset.h"

#include <memory>

namespace dpsims {

/// Picture number `index` of a split, at the configuration's size; instances are numbered from 1, the ground is 0. The
/// same on every machine.
Example drawShapes(const DataConfiguration &configuration, const std::string &split, uint64_t index);

/// Error: fewer than two classes, no image_size, no such split.
std::unique_ptr<Dataset> openShapes(const DataConfiguration &configuration, const DatasetOptions &options);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_SHAPES_H
