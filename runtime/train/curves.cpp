// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/curves.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/text.h"
#include "runtime/image/canvas.h"
#include "runtime/train/csv_log.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

namespace dpsims {

namespace {

constexpr int marginLeft = 64, marginRight = 210, marginTop = 28, marginBottom = 30;
constexpr uint32_t axisColor = 0x808080, gridColor = 0xe4e4e4;
constexpr uint32_t colors[] = {0x1f77b4, 0xd62728, 0x2ca02c, 0xff7f0e, 0x9467bd,
                               0x8c564b, 0xe377c2, 0x17becf, 0xbcbd22, 0x404040};

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

// About `count` round numbers in the range: 0.5, 1, 1.5.
std::vector<double> ticks(const Range &range, int count) {
  const double raw = (range.high - range.low) / count, power = std::pow(10, std::floor(std::log10(raw)));
  const double step = power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
  const double first = std::ceil(range.low / step);
  std::vector<double> result;
  for (int i = 0; i <= 2 * count && (first + i) * step <= range.high; ++i) // of huge numbers ++ would make none larger
    result.push_back((first + i) * step);
  return result;
}

// Logarithms of round numbers in a range of logarithms: of 1, 2, 5, 10, or of powers of ten alone where those are many.
std::vector<double> logarithmicTicks(const Range &range, int count) {
  if (range.high - range.low > count)
    return ticks(range, count);
  std::vector<double> result;
  for (int decade = int(std::floor(range.low)); decade <= range.high; ++decade)
    for (double digit : {1, 2, 5})
      if (const double tick = decade + std::log10(digit);
          tick >= range.low && tick <= range.high && (digit == 1 || range.high - range.low < 2))
        result.push_back(tick);
  return result.size() < 2 ? ticks(range, count) : result;
}

/// One chart on a canvas.
class ChartPainter {
public:
  ChartPainter(Canvas &canvas, const Chart &chart, int top, int width, int height)
      : canvas(canvas), chart(chart), left(marginLeft), right(width - marginRight), upper(top + marginTop),
        lower(top + height - marginBottom) {
    for (const Curve &curve : chart.curves)
      for (size_t i = 0; i < curve.x.size(); ++i)
        if (isShown(curve, i)) {
          xs.include(curve.x[i]);
          ys.include(scaled(curve.y[i]));
        }
    widen(xs);
    widen(ys);
  }

  void draw() {
    canvas.write(chart.title, left, upper - 20, 0, 2);
    drawAxes();
    for (size_t i = 0; i < chart.curves.size(); ++i) {
      const uint32_t color = colors[i % std::size(colors)];
      drawCurve(chart.curves[i], color);
      const int y = upper + 4 + 14 * int(i);
      canvas.fill(right + 12, y + 2, 14, 3, color);
      canvas.write(chart.curves[i].name, right + 32, y);
    }
  }

private:
  // A range of one value, or none at all, still has a size.
  static void widen(Range &range) {
    if (!(range.low <= range.high))
      range = {0, 1};
    if (range.high - range.low <= 1e-9 * std::max(std::fabs(range.low), std::fabs(range.high)) ||
        range.high == range.low)
      range = {range.low - 0.5, range.high + 0.5};
  }

  bool isShown(const Curve &curve, size_t i) const {
    return std::isfinite(curve.x[i]) && std::isfinite(curve.y[i]) && (!chart.logarithmic || curve.y[i] > 0);
  }
  double scaled(double y) const { return chart.logarithmic ? std::log10(y) : y; }
  int column(double x) const { return left + int(std::lround((x - xs.low) / (xs.high - xs.low) * (right - left))); }
  int row(double y) const { return lower - int(std::lround((y - ys.low) / (ys.high - ys.low) * (lower - upper))); }

  void drawAxes() {
    for (double x : ticks(xs, 6)) {
      canvas.fill(column(x), upper, 1, lower - upper, gridColor);
      const std::string text = numberText(x, "%.4g");
      canvas.write(text, column(x) - Canvas::textWidth(text) / 2, lower + 8);
    }
    for (double y : chart.logarithmic ? logarithmicTicks(ys, 5) : ticks(ys, 5)) {
      canvas.fill(left, row(y), right - left, 1, gridColor);
      const std::string text = numberText(chart.logarithmic ? std::pow(10, y) : y, "%.4g");
      canvas.write(text, left - 6 - Canvas::textWidth(text), row(y) - Canvas::textHeight / 2);
    }
    canvas.fill(left, upper, 1, lower - upper + 1, axisColor);
    canvas.fill(left, lower, right - left + 1, 1, axisColor);
  }

  void drawCurve(const Curve &curve, uint32_t color) {
    int lastX = 0, lastY = 0;
    bool begun = false;
    for (size_t i = 0; i < curve.x.size(); ++i) {
      if (!isShown(curve, i))
        continue;
      const int x = column(curve.x[i]), y = row(scaled(curve.y[i]));
      if (begun)
        drawLine(lastX, lastY, x, y, color);
      else
        canvas.fill(x - 1, y - 1, 3, 3, color);
      lastX = x, lastY = y, begun = true;
    }
  }

  void drawLine(int fromX, int fromY, int toX, int toY, uint32_t color) {
    const int steps = std::max({std::abs(toX - fromX), std::abs(toY - fromY), 1});
    for (int i = 0; i <= steps; ++i)
      canvas.fill(fromX + (toX - fromX) * i / steps, fromY + (toY - fromY) * i / steps, 2, 2, color);
  }

  Canvas &canvas;
  const Chart &chart;
  int left, right, upper, lower;
  Range xs, ys;
};

} // namespace

RgbImage drawCharts(const std::vector<Chart> &charts, int width, int heightOfEach) {
  Canvas canvas(width, heightOfEach * int(std::max<size_t>(charts.size(), 1)));
  for (size_t i = 0; i < charts.size(); ++i)
    ChartPainter(canvas, charts[i], int(i) * heightOfEach, width, heightOfEach).draw();
  return canvas.picture();
}

Curve thinned(const Curve &curve, size_t points) {
  const size_t group = (curve.x.size() + points - 1) / std::max<size_t>(points, 1);
  if (group <= 1)
    return curve;
  Curve result{curve.name, {}, {}};
  for (size_t first = 0; first < curve.x.size(); first += group) {
    const size_t end = std::min(first + group, curve.x.size());
    double x = 0, y = 0;
    for (size_t i = first; i < end; ++i) {
      x += curve.x[i] / double(end - first);
      y += curve.y[i] / double(end - first);
    }
    result.x.push_back(x);
    result.y.push_back(y);
  }
  return result;
}

//===-------------------------------------------------------------------------------------------------------------===//
// Of runs
//===-------------------------------------------------------------------------------------------------------------===//

static constexpr size_t shownPoints = 250;

static constexpr const char *scoreTables[] = {"validation.csv", "evaluation.csv"};

// Shares may be 0, and KID below.
static bool hasLogarithm(const std::string &column) {
  return column != "kid" && column != "miou" && column != "pixel_accuracy";
}

static std::vector<Curve> curvesOf(const std::string &table) {
  std::vector<Curve> curves;
  std::error_code ignored;
  if (!std::filesystem::exists(table, ignored))
    return curves;
  CsvTable csv = readCsv(table);
  for (size_t i = 0; i < csv.columns.size(); ++i)
    curves.push_back(thinned({csv.columns[i], csv.steps, std::move(csv.values[i])}, shownPoints));
  return curves;
}

std::vector<Chart> chartsOfRun(const std::string &folder) {
  requireDirectory(folder);
  std::error_code ignored;
  if (!std::filesystem::exists(joinPath(folder, "losses.csv"), ignored))
    fail(ErrorCode::NotFound, folder, ": has no losses.csv: it is not a folder of a run");
  std::vector<Chart> charts{{"losses", curvesOf(joinPath(folder, "losses.csv")), true}};
  for (const char *table : scoreTables)
    for (Curve &curve : curvesOf(joinPath(folder, table)))
      if (!curve.x.empty() && curve.name != "pictures") { // of how many the others are
        const std::string title = curve.name;
        charts.push_back({title, {std::move(curve)}, hasLogarithm(title)});
      }
  return charts;
}

static std::string nameOfFolder(const std::string &folder) {
  const std::filesystem::path path = std::filesystem::absolute(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

Chart chartOfRuns(const std::vector<std::string> &folders, const std::string &column) {
  Chart chart{column, {}, hasLogarithm(column)};
  for (const std::string &folder : folders) {
    requireDirectory(folder);
    for (const char *table : {"losses.csv", "validation.csv", "evaluation.csv"})
      for (Curve &curve : curvesOf(joinPath(folder, table)))
        if (curve.name == column) {
          curve.name = nameOfFolder(folder);
          chart.curves.push_back(std::move(curve));
        }
  }
  if (chart.curves.empty())
    fail(ErrorCode::NotFound, folders.empty() ? "" : folders[0], ": has no column ", quoted(column),
         " in losses.csv, validation.csv or evaluation.csv");
  return chart;
}

} // namespace dpsims
