// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// First values of weights. A value depends on the seed, the weight's name and the index in it, on nothing else: order,
// selection, threads and machine do not matter.

#ifndef DPSIMS_RUNTIME_WEIGHTS_INITIALIZE_H
#define DPSIMS_RUNTIME_WEIGHTS_INITIALIZE_H

#include "runtime/weights/safetensors.h"
#include "runtime/weights/spec.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace dpsims {

/// Makes the first values of a program's weights:
///   zeros, ones; constant: initValue; normal: standard deviation initValue
///   xavier_normal: standard deviation initValue * sqrt(2 / ((shape[0] + shape[1]) * shape[2] * shape[3] ...))
///   singular_left, singular_right: u and v of the weight initOf (its own first values) seen as (out, rest), after 16
///     power iterations from a normalized normal u
///   copy: the first value of the weight initOf, which is not a copy itself and has the same shape
class Initializer {
public:
  /// `specs` must stay alive and unchanged. Error: an unknown kind, a shape that the kind cannot have, an initOf that
  /// is not among the specs.
  Initializer(const std::vector<WeightSpec> &specs, uint64_t seed);

  /// Fills `dst` with elementCount(spec.shape) values. `spec` need not be an element of the list.
  void fill(const WeightSpec &spec, float *dst);

private:
  struct Singular {
    std::string of;
    std::vector<float> left, right;
  };

  const WeightSpec *find(const std::string &name) const;
  void check(const WeightSpec &spec) const;
  void fillRandom(const WeightSpec &spec, float *dst) const;
  const Singular &singularVectors(const WeightSpec &matrix);

  std::unordered_map<std::string, const WeightSpec *> byName;
  uint64_t seed;
  Singular last; // u and v of one weight are asked for one after the other
};

/// Adds every weight of `specs` to `writer`, to be made while it writes. `initializer` must be alive until then. Float
/// weights, all as F32, and I32 and U8 ones that are constant.
void addInitialized(SafetensorsWriter &writer, const std::vector<WeightSpec> &specs, Initializer &initializer);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_WEIGHTS_INITIALIZE_H
