// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan/convolution.h"

#include <tuple>

namespace dpsims {

namespace {

ConvSizes sizesOf(const ConvWindow &window, const Shape &src, const Shape &weights, const Shape &dst) {
  ConvSizes sizes{};
  sizes.batch = src[0], sizes.inHeight = src[1], sizes.inWidth = src[2], sizes.inChannels = src[3];
  sizes.outHeight = dst[1], sizes.outWidth = dst[2], sizes.outChannels = dst[3];
  sizes.kernelHeight = weights[2], sizes.kernelWidth = weights[3];
  sizes.strideH = window.strideH, sizes.strideW = window.strideW;
  sizes.padTop = window.padTop, sizes.padLeft = window.padLeft;
  sizes.padBottom = window.padBottom, sizes.padRight = window.padRight;
  sizes.groups = window.groups;
  return sizes;
}

// For comparisons.
auto tied(const ConvSizes &s) {
  return std::tie(s.batch, s.inHeight, s.inWidth, s.inChannels, s.outHeight, s.outWidth, s.outChannels, s.kernelHeight,
                  s.kernelWidth, s.strideH, s.strideW, s.padTop, s.padLeft, s.padBottom, s.padRight, s.groups);
}

} // namespace

bool operator==(const ConvSizes &a, const ConvSizes &b) { return tied(a) == tied(b); }

ConvSizes convSizes(const Plan &plan, const ConvStep &step) {
  const std::vector<Buffer> &buffers = plan.buffers;
  return sizesOf(step, buffers[step.src].shape, buffers[step.weights].shape, buffers[step.dst].shape);
}

ConvSizes convSizes(const Plan &plan, const ConvInputGradientStep &step) {
  const std::vector<Buffer> &buffers = plan.buffers;
  return sizesOf(step, buffers[step.dst].shape, buffers[step.weights].shape, buffers[step.gradient].shape);
}

ConvSizes convSizes(const Plan &plan, const ConvWeightGradientStep &step) {
  const std::vector<Buffer> &buffers = plan.buffers;
  return sizesOf(step, buffers[step.src].shape, buffers[step.dst].shape, buffers[step.gradient].shape);
}

} // namespace dpsims
