// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/epilogue.h"

#include "runtime/device/cpu/parallel.h"

#include <cstring>

namespace dpsims {

namespace {

struct Eltwise {
  dnnl::algorithm algorithm;
  float alpha, beta;
};

Eltwise eltwise(const Epilogue &epilogue) {
  using dnnl::algorithm;
  switch (epilogue.activation) {
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
  case Activation::None:
  case Activation::Relu:
    break;
  }
  return {algorithm::eltwise_relu, 0, 0};
}

} // namespace

void appendActivation(dnnl::post_ops &ops, const Epilogue &epilogue) {
  if (epilogue.activation == Activation::None)
    return;
  Eltwise op = eltwise(epilogue);
  ops.append_eltwise(1.0f, op.algorithm, op.alpha, op.beta);
}

BoundPrimitive makeActivation(const OneDnn &library, const Epilogue &epilogue, const dnnl::memory::desc &desc,
                              const Operand &operand) {
  if (epilogue.activation == Activation::None)
    return {};
  Eltwise op = eltwise(epilogue);
  dnnl::eltwise_forward::desc description(dnnl::prop_kind::forward_inference, op.algorithm, desc, op.alpha, op.beta);
  BoundPrimitive result(library, dnnl::eltwise_forward({description, library.engine}));
  result.add(DNNL_ARG_SRC, desc, operand);
  result.add(DNNL_ARG_DST, desc, operand);
  return result;
}

std::vector<FusedParts> fusionLevels(const Epilogue &epilogue, ResidualKind residual) {
  bool activation = epilogue.activation != Activation::None;
  std::vector<FusedParts> levels{{activation, residual != ResidualKind::None}};
  if (residual == ResidualKind::InPlace)
    return levels;
  if (residual == ResidualKind::Separate)
    levels.push_back({activation, false});
  if (activation)
    levels.push_back({false, false});
  return levels;
}

dnnl::primitive_attr makeAttributes(const Epilogue &epilogue, ResidualKind residual, const FusedParts &fused,
                                    const dnnl::memory::desc &resultDesc) {
  dnnl::post_ops ops;
  if (fused.activation)
    appendActivation(ops, epilogue);
  if (fused.residual && residual == ResidualKind::InPlace)
    ops.append_sum();
  if (fused.residual && residual == ResidualKind::Separate)
    ops.append_binary(dnnl::algorithm::binary_add, resultDesc);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(ops);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

int residualArgument(const Epilogue &epilogue) {
  return DNNL_ARG_ATTR_MULTIPLE_POST_OP(epilogue.activation == Activation::None ? 0 : 1) | DNNL_ARG_SRC_1;
}

bool isReference(const char *implementation) { return std::strstr(implementation, "ref") != nullptr; }

EpilogueTail::EpilogueTail(const OneDnn &library, const Epilogue &epilogue, const FusedParts &fused,
                           const dnnl::memory::desc &resultDesc, const Operand &result,
                           const std::optional<Operand> &residual, int threads)
    : result(result), count(static_cast<int64_t>(resultDesc.get_size() / sizeof(float))), threads(threads) {
  if (!fused.activation)
    activation = makeActivation(library, epilogue, resultDesc, result);
  if (!fused.residual)
    this->residual = residual;
}

void EpilogueTail::bind(const Addresses &addresses) {
  if (activation)
    activation.bind(addresses);
  resultAddress = static_cast<float *>(addresses.resolve(result));
  if (residual)
    residualAddress = static_cast<const float *>(addresses.resolve(*residual));
}

void EpilogueTail::run() const {
  if (activation)
    activation.run();
  if (!residual)
    return;
  float *dst = resultAddress;
  const float *src = residualAddress;
  parallelFor(count, isSmallWork(static_cast<uint64_t>(count) * 4) ? 1 : threads, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      dst[i] += src[i];
  });
}

} // namespace dpsims
