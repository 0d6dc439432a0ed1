// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pictures in memory, and what happens to a label map between its file and a program.

#ifndef DPSIMS_RUNTIME_IMAGE_IMAGE_H
#define DPSIMS_RUNTIME_IMAGE_IMAGE_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dpsims {

/// Ids of pixels, (height, width) row-major. Also instance maps: there an id is any number.
struct LabelMap {
  int width = 0;
  int height = 0;
  std::vector<int32_t> ids;

  int32_t at(int x, int y) const { return ids[size_t(y) * size_t(width) + size_t(x)]; }
};

/// 8-bit RGB, (height, width, 3) row-major.
struct RgbImage {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
};

/// The largest picture that is read; checked before any memory is taken for it.
struct PictureLimits {
  int64_t width = 16384;
  int64_t height = 16384;
  int64_t pixels = int64_t(1) << 28;
};

/// The id of an ignored pixel: no class, an all-zero one-hot.
constexpr int32_t ignoredId = -1;

/// A data set's conventions for ids (the configuration's data section).
struct LabelRules {
  int numClasses = 0;
  std::map<int32_t, int32_t> remap; // id in the file -> id; ids that are not listed stay
  std::vector<int32_t> ignore;      // ids, after the remap, that mean "ignore"

  /// Is an id of a file, after the remap, ignored? Is it that, or a class?
  bool isIgnored(int32_t id) const;
  bool hasMeaning(int32_t id) const;
};

/// Nearest neighbor, no blending: pixel i of `out` pixels shows pixel floor((i + 1/2) * in / out).
/// Error: a size is not positive.
LabelMap resizeNearest(const LabelMap &labels, int height, int width);

/// Triangle filter: bilinear where the picture grows, a weighted mean of all pixels that a new one covers where it
/// shrinks. In integers: the same bits on every machine. Error: a size is not positive.
RgbImage resizeSmooth(const RgbImage &image, int height, int width);

/// Red, green and blue planes (3, height, width) of [-1, 1] as a picture, rounded; values beyond are clamped, NaN is 0.
RgbImage fromPlanes(const float *planes, int height, int width);

/// Replaces ids by the table; ids that are not listed stay.
void remapIds(LabelMap &labels, const std::map<int32_t, int32_t> &remap);

/// Ids of `ignore` become `ignoredId`; all others must be 0..numClasses-1. Error: one is not; names `file`, the id, its
/// first pixel and the way out.
void checkIds(LabelMap &labels, const std::string &file, int numClasses, const std::vector<int32_t> &ignore);

/// remapIds, then checkIds.
void applyRules(LabelMap &labels, const std::string &file, const LabelRules &rules);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_IMAGE_H
