// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Activations as the CPU's library computes them.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_ACTIVATION_H
#define DPSIMS_RUNTIME_DEVICE_CPU_ACTIVATION_H

#include "runtime/format/model.h"

#include <dnnl.hpp>

namespace dpsims {

struct Eltwise {
  dnnl::algorithm algorithm;
  float alpha, beta;
};

inline Eltwise eltwiseOf(const Epilogue &epilogue) {
  using dnnl::algorithm;
  switch (epilogue.activation) {
  case Activation::None:
    return {algorithm::eltwise_linear, 1, 0};
  case Activation::Relu:
    return {algorithm::eltwise_relu, 0, 0};
  case Activation::LeakyRelu:
    return {algorithm::eltwise_relu, epilogue.alpha, 0};
  case Activation::Clamp:
    return {algorithm::eltwise_clip, epilogue.alpha, epilogue.beta};
  case Activation::Sigmoid:
    return {algorithm::eltwise_logistic, 0, 0};
  case Activation::Silu:
    return {algorithm::eltwise_swish, 1, 0};
  case Activation::Gelu:
    return {algorithm::eltwise_gelu_erf, 0, 0};
  case Activation::Tanh:
    return {algorithm::eltwise_tanh, 0, 0};
  case Activation::Softplus:
    return {algorithm::eltwise_soft_relu, 0, 0};
  }
  return {algorithm::eltwise_linear, 1, 0};
}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_ACTIVATION_H
