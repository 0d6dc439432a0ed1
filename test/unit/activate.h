// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Activations of epilogues, plain.

#ifndef DPSIMS_TEST_UNIT_ACTIVATE_H
#define DPSIMS_TEST_UNIT_ACTIVATE_H

#include "runtime/format/model.h"

#include <algorithm>
#include <cmath>

namespace dpsims::test {

/// activation(x) in f64.
inline double activate(Activation activation, double x, double alpha, double beta) {
  switch (activation) {
  case Activation::None:
    return x;
  case Activation::Relu:
    return x > 0 ? x : 0;
  case Activation::LeakyRelu:
    return x > 0 ? x : alpha * x;
  case Activation::Clamp:
    return x < alpha ? alpha : x > beta ? beta : x;
  case Activation::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case Activation::Silu:
    return x / (1 + std::exp(-x));
  case Activation::Gelu:
    return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  case Activation::Tanh:
    return std::tanh(x);
  case Activation::Softplus:
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
  }
  return 0;
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_ACTIVATE_H
