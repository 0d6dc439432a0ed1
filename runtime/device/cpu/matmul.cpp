// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/epilogue.h"
#include "runtime/device/cpu/primitive_step.h"
#include "runtime/device/cpu/step.h"

namespace dpsims {

namespace {

using Dims = dnnl::memory::dims;

// Rows of all batches are one matrix when b is shared; otherwise a leading dimension counts the batches.
struct MatmulDescs {
  dnnl::memory::desc a, b, bias, dst;

  explicit MatmulDescs(const MatmulStep &step) {
    int64_t batch = static_cast<int64_t>(step.batch), m = static_cast<int64_t>(step.m);
    int64_t n = static_cast<int64_t>(step.n), k = static_cast<int64_t>(step.k);
    Dims rows = step.transposeA ? Dims{1, m} : Dims{k, 1};    // strides of a's (m, k)
    Dims columns = step.transposeB ? Dims{1, k} : Dims{n, 1}; // strides of b's (k, n)
    auto f32 = dnnl::memory::data_type::f32;
    if (step.sharedB) {
      a = dnnl::memory::desc({batch * m, k}, f32, rows); // one batch if transposed
      b = dnnl::memory::desc({k, n}, f32, columns);
      bias = plainDesc({1, n});
      dst = plainDesc({batch * m, n});
    } else {
      a = dnnl::memory::desc({batch, m, k}, f32, {m * k, rows[0], rows[1]});
      b = dnnl::memory::desc({batch, k, n}, f32, {k * n, columns[0], columns[1]});
      bias = plainDesc({1, 1, n});
      dst = plainDesc({batch, m, n});
    }
  }
};

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const MatmulStep &step) {
  MatmulDescs descs(step);
  bool pack = step.sharedB && context.isConstant(step.b);
  dnnl::memory::desc wanted =
      pack ? dnnl::memory::desc(descs.b.dims(), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any) : descs.b;
  auto describe = [&](const dnnl::primitive_attr &attributes) {
    auto description = step.bias < 0 ? dnnl::matmul::desc(descs.a, wanted, descs.dst)
                                     : dnnl::matmul::desc(descs.a, wanted, descs.bias, descs.dst);
    return dnnl::matmul::primitive_desc(description, attributes, context.library.engine);
  };
  FusedPrimitive<dnnl::matmul::primitive_desc> chosen(context, step.epilogue, step.residual, step.dst, descs.dst,
                                                      describe);
  BoundPrimitive primitive(context.library, dnnl::matmul(chosen.descriptor));
  primitive.add(DNNL_ARG_SRC, descs.a, context.operand(step.a));
  ScratchSpace scratch(context.scratch);
  PrimitiveList before;
  dnnl::memory::desc packed = chosen.descriptor.weights_desc();
  primitive.add(DNNL_ARG_WEIGHTS, packed, context.packedOperand(step.b, descs.b, packed, scratch, before));
  if (step.bias >= 0)
    primitive.add(DNNL_ARG_BIAS, descs.bias, context.operand(static_cast<uint32_t>(step.bias)));
  return chosen.finish(context, scratch, std::move(before), std::move(primitive));
}

} // namespace dpsims
