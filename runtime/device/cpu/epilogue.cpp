// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/epilogue.h"

#include "runtime/base/float16.h"
#include "runtime/device/cpu/activation.h"
#include "runtime/device/cpu/parallel.h"

#include <cstring>

namespace dpsims {

namespace {

uint64_t bytesOf(ElementType type, int64_t count) { return static_cast<uint64_t>(count * elementSize(type)); }

// In place, on slabs.
PrimitiveGroup makeActivation(const OneDnn &library, const Epilogue &epilogue, ElementType type, int64_t count,
                              const Operand &operand) {
  constexpr int64_t step = 64; // slabs begin where vectors do
  const Eltwise op = eltwiseOf(epilogue);
  const int64_t chunks = chunksFor(bytesOf(type, count)),
                part = ((count + chunks - 1) / chunks + step - 1) / step * step;
  PrimitiveGroup group;
  for (int64_t begin = 0; begin < count; begin += part) {
    const dnnl::memory::desc desc = plainDesc({std::min(part, count - begin)}, dataType(type));
    dnnl::eltwise_forward::desc description(dnnl::prop_kind::forward_inference, op.algorithm, desc, op.alpha, op.beta);
    BoundPrimitive primitive(library, dnnl::eltwise_forward({description, library.engine}));
    primitive.add(DNNL_ARG_SRC, desc, operand.at(bytesOf(type, begin)));
    primitive.add(DNNL_ARG_DST, desc, operand.at(bytesOf(type, begin)));
    group.push_back(std::move(primitive));
  }
  return group;
}

void addTo(float *dst, const float *src, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    dst[i] += src[i];
}

void addTo(uint16_t *dst, const uint16_t *src, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    dst[i] = floatToBfloat16(bfloat16ToFloat(dst[i]) + bfloat16ToFloat(src[i]));
}

} // namespace

void appendActivation(dnnl::post_ops &ops, const Epilogue &epilogue) {
  if (epilogue.activation == Activation::None)
    return;
  Eltwise op = eltwiseOf(epilogue);
  ops.append_eltwise(1.0f, op.algorithm, op.alpha, op.beta);
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

EpilogueTail::EpilogueTail(const OneDnn &library, const Epilogue &epilogue, const FusedParts &fused, ElementType type,
                           int64_t count, const Operand &result, const std::optional<Operand> &residual)
    : result(result), type(type), count(count) {
  if (!fused.activation && epilogue.activation != Activation::None)
    activation = {makeActivation(library, epilogue, type, count, result)};
  if (!fused.residual)
    this->residual = residual;
}

void EpilogueTail::bind(const Addresses &addresses) {
  dpsims::bind(activation, addresses);
  resultAddress = addresses.resolve(result);
  if (residual)
    residualAddress = addresses.resolve(*residual);
}

void EpilogueTail::run(Team &team) {
  dpsims::run(activation, team);
  if (!residual)
    return;
  shareRange(team, count, chunksFor(bytesOf(type, count)), [this](int64_t begin, int64_t end) {
    if (type == ElementType::BF16)
      addTo(static_cast<uint16_t *>(resultAddress) + begin, static_cast<const uint16_t *>(residualAddress) + begin,
            end - begin);
    else
      addTo(static_cast<float *>(resultAddress) + begin, static_cast<const float *>(residualAddress) + begin,
            end - begin);
  });
}

} // namespace dpsims
