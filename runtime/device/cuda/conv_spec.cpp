// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/conv_spec.h"

#include <sstream>

namespace dpsims::cuda {

static const char *nameOf(cudnnDataType_t type) { return type == CUDNN_DATA_BFLOAT16 ? " bf16" : " f32"; }

std::string ConvGraphSpec::key() const {
  const char *const kinds[] = {"conv", "input gradient", "weight gradient"};
  const ConvSizes &s = sizes;
  std::ostringstream text;
  text << kinds[static_cast<size_t>(kind)] << nameOf(type)
       << (type == resultType ? "" : std::string(" as") + nameOf(resultType)) << " n" << s.batch << ' ' << s.inHeight
       << 'x' << s.inWidth << 'x' << s.inChannels << " to " << s.outHeight << 'x' << s.outWidth << 'x' << s.outChannels
       << ", k" << s.kernelHeight << 'x' << s.kernelWidth << " s" << s.strideH << 'x' << s.strideW << " p" << s.padTop
       << ',' << s.padLeft << ',' << s.padBottom << ',' << s.padRight << " g" << s.groups;
  if (hasEpilogue())
    text << ',' << (hasBias ? " bias" : "");
  if (activates())
    text << ' ' << name(epilogue.activation);
  if (epilogue.activation == Activation::LeakyRelu)
    text << '(' << std::hexfloat << epilogue.alpha << ')';
  text << (hasResidual ? " residual" : "") << ", a" << srcAlignment << ',' << weightsAlignment << ',' << dstAlignment;
  if (hasBias)
    text << ',' << biasAlignment;
  if (hasResidual)
    text << ',' << residualAlignment;
  return text.str();
}

std::string EnginePolicy::prefix() const {
  return std::string(tf32 ? "tf32 " : "") + (nondeterministic ? "nondeterministic " : "");
}

} // namespace dpsims::cuda
