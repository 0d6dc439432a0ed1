// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_SERVE_SAMPLE_PARAMETERS_H
#define DPSIMS_RUNTIME_SERVE_SAMPLE_PARAMETERS_H

#include "runtime/serve/http.h"

#include <cstdint>
#include <optional>
#include <string>

namespace dpsims::serve {

enum class PictureFormat { Png, Jpeg };

/// The query of POST /v1/sample.
struct SampleParameters {
  uint64_t seed = 0;
  std::optional<uint64_t> otherSeed; ///< seed2
  double weight = 0;                 ///< of seed2's noise, 0 to 1
  std::string name;                  ///< noise as `dpsims-run sample` gives it to NAME.png
  PictureFormat format = PictureFormat::Png;
  std::string client; ///< who asks: a newer request takes the place of one that waits; empty: nobody known

  /// HttpError 400: a parameter that is unknown, is given twice, or has no such value.
  static SampleParameters parse(const Pairs &query);
};

/// The noise of a picture. Between two seeds: cos(a) z1 + sin(a) z2 with a = weight * pi / 2, which is N(0, 1) as both
/// are; weights 0 and 1 give exactly one of them.
void drawNoise(const SampleParameters &parameters, size_t count, float *dst);

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_SAMPLE_PARAMETERS_H
