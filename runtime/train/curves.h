// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Line charts of a run's tables.

#ifndef DPSIMS_RUNTIME_TRAIN_CURVES_H
#define DPSIMS_RUNTIME_TRAIN_CURVES_H

#include "runtime/image/image.h"

#include <string>
#include <vector>

namespace dpsims {

struct Curve {
  std::string name;
  std::vector<double> x, y; ///< of one length; points that are not finite are left out
};

/// One chart: curves over the same axes, the names beside them.
struct Chart {
  std::string title;
  std::vector<Curve> curves;
  bool logarithmic = false; ///< y; points that are not positive are left out
};

/// Draws charts one below the other, `width` pixels wide.
RgbImage drawCharts(const std::vector<Chart> &charts, int width = 960, int heightOfEach = 320);

/// The mean of neighboring points, so that at most `points` are left.
Curve thinned(const Curve &curve, size_t points);

/// The charts of a run's folder: losses, and each score on the validation split.
std::vector<Chart> chartsOfRun(const std::string &folder);

/// One chart of the column of several runs' tables (losses.csv, validation.csv, evaluation.csv), a curve each, named as
/// the folders. Error: no run has such a column.
Chart chartOfRuns(const std::vector<std::string> &folders, const std::string &column);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_CURVES_H
