// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/primitive.h"

namespace dpsims {

dnnl::memory::desc plainDesc(const dnnl::memory::dims &dims) {
  dnnl::memory::dims strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;)
    strides[i - 1] = strides[i] * dims[i];
  return dnnl::memory::desc(dims, dnnl::memory::data_type::f32, strides);
}

dnnl::memory::desc nhwcDesc(const dnnl::memory::dims &dims) {
  return dnnl::memory::desc(dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::nhwc);
}

void BoundPrimitive::add(int argument, const dnnl::memory::desc &desc, const Operand &operand) {
  memories.emplace_back(desc, library->engine, nullptr);
  operands.push_back(operand);
  arguments.push_back({argument, memories.back().get()});
}

void BoundPrimitive::addScratchpad(const dnnl::memory::desc &desc, ScratchSpace &scratch) {
  if (desc.get_size())
    add(DNNL_ARG_SCRATCHPAD, desc, scratch.reserve(desc.get_size()));
}

void BoundPrimitive::bind(const Addresses &addresses) {
  for (size_t i = 0; i < memories.size(); ++i) {
    void *address = addresses.resolve(operands[i]);
    if (memories[i].get_data_handle() != address)
      memories[i].set_data_handle(address);
  }
}

// The C interface: the C++ one copies its table of arguments on each call.
void BoundPrimitive::run() const {
  dnnl_status_t status = dnnl_primitive_execute(primitive.get(), library->stream.get(),
                                                static_cast<int>(arguments.size()), arguments.data());
  dnnl::error::wrap_c_api(status, "a oneDNN primitive failed");
}

BoundPrimitive makeReorder(const OneDnn &library, const dnnl::memory::desc &fromDesc, const Operand &from,
                           const dnnl::memory::desc &toDesc, const Operand &to) {
  BoundPrimitive result(library, dnnl::reorder({library.engine, fromDesc, library.engine, toDesc}));
  result.add(DNNL_ARG_FROM, fromDesc, from);
  result.add(DNNL_ARG_TO, toDesc, to);
  return result;
}

void bind(PrimitiveList &primitives, const Addresses &addresses) {
  for (BoundPrimitive &primitive : primitives)
    primitive.bind(addresses);
}

void run(const PrimitiveList &primitives) {
  for (const BoundPrimitive &primitive : primitives)
    primitive.run();
}

} // namespace dpsims
