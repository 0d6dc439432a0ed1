// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/primitive.h"

#include "runtime/device/cpu/parallel.h"

namespace dpsims {

dnnl::memory::desc plainDesc(const dnnl::memory::dims &dims, DataType type) {
  dnnl::memory::dims strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;)
    strides[i - 1] = strides[i] * dims[i];
  return dnnl::memory::desc(dims, type, strides);
}

dnnl::memory::desc nhwcDesc(const dnnl::memory::dims &dims, DataType type) {
  return dnnl::memory::desc(dims, type, dnnl::memory::format_tag::nhwc);
}

Scratchpads::Scratchpads(StepWorkspace &workspace, uint64_t bytes, int threads) {
  if (bytes == 0)
    return;
  first = workspace.reserve(bytes);
  Operand last = first;
  for (int thread = 1; thread < threads; ++thread) {
    last = workspace.reserve(bytes);
    stride = stride ? stride : last.offset - first.offset;
  }
  stride = stride ? stride : bytes;
}

void BoundPrimitive::add(int argument, const dnnl::memory::desc &desc, const Operand &operand) {
  memories.emplace_back(desc, library->engine, nullptr);
  operands.push_back(operand);
  arguments.push_back({argument, memories.back().get()});
}

void BoundPrimitive::addScratchpad(const dnnl::memory::desc &desc, const Scratchpads &pads) {
  if (desc.get_size() == 0)
    return;
  scratchpad = dnnl::memory(desc, library->engine, nullptr);
  scratchpads = pads;
  arguments.push_back({DNNL_ARG_SCRATCHPAD, scratchpad.get()});
}

void BoundPrimitive::bind(const Addresses &addresses) {
  for (size_t i = 0; i < memories.size(); ++i) {
    void *address = addresses.resolve(operands[i]);
    if (memories[i].get_data_handle() != address)
      memories[i].set_data_handle(address);
  }
  if (scratchpad)
    scratchpadAddress = static_cast<char *>(addresses.resolve(scratchpads.first));
}

// The C interface: the C++ one copies its table of arguments on each call.
void BoundPrimitive::run(int thread) {
  if (scratchpad)
    scratchpad.set_data_handle(scratchpadAddress + static_cast<uint64_t>(thread) * scratchpads.stride);
  dnnl_status_t status = dnnl_primitive_execute(primitive.get(), library->streams[static_cast<size_t>(thread)].get(),
                                                static_cast<int>(arguments.size()), arguments.data());
  dnnl::error::wrap_c_api(status, "a oneDNN primitive failed");
}

void bind(PrimitiveList &groups, const Addresses &addresses) {
  for (PrimitiveGroup &group : groups)
    for (BoundPrimitive &primitive : group)
      primitive.bind(addresses);
}

void run(PrimitiveList &groups, Team &team) {
  for (PrimitiveGroup &group : groups)
    team.run(static_cast<int64_t>(group.size()),
             [&](int64_t slab, int thread) { group[static_cast<size_t>(slab)].run(thread); });
}

namespace {

// A tensor cut along its first dimension. Throws dnnl::error where a format's blocks would be cut.
dnnl::memory::desc rowsOf(const dnnl::memory::desc &desc, int64_t begin, int64_t count) {
  dnnl::memory::dims dims = desc.dims(), offsets(dims.size(), 0);
  dims[0] = count;
  offsets[0] = begin;
  return desc.submemory_desc(dims, offsets);
}

PrimitiveGroup reorderRows(const OneDnn &library, const dnnl::memory::desc &fromDesc, const Operand &from,
                           const dnnl::memory::desc &toDesc, const Operand &to, int64_t parts) {
  PrimitiveGroup group;
  const int64_t rows = fromDesc.dims()[0] / parts;
  for (int64_t part = 0; part < parts; ++part) {
    const dnnl::memory::desc source = parts == 1 ? fromDesc : rowsOf(fromDesc, part * rows, rows);
    const dnnl::memory::desc target = parts == 1 ? toDesc : rowsOf(toDesc, part * rows, rows);
    BoundPrimitive reorder(library, dnnl::reorder({library.engine, source, library.engine, target}));
    reorder.add(DNNL_ARG_FROM, source, from);
    reorder.add(DNNL_ARG_TO, target, to);
    group.push_back(std::move(reorder));
  }
  return group;
}

} // namespace

PrimitiveGroup makeConversion(const OneDnn &library, ElementType fromType, const Operand &from, ElementType toType,
                              const Operand &to, int64_t count) {
  constexpr int64_t step = 64; // parts begin where vectors do
  const int64_t chunks = chunksFor(static_cast<uint64_t>(count * elementSize(ElementType::F32)));
  const int64_t part = ((count + chunks - 1) / chunks + step - 1) / step * step;
  PrimitiveGroup group;
  for (int64_t begin = 0; begin < count; begin += part) {
    const dnnl::memory::dims dims{std::min(part, count - begin)};
    const dnnl::memory::desc source = plainDesc(dims, dataType(fromType)), target = plainDesc(dims, dataType(toType));
    BoundPrimitive reorder(library, dnnl::reorder({library.engine, source, library.engine, target}));
    reorder.add(DNNL_ARG_FROM, source, from.at(static_cast<uint64_t>(begin * elementSize(fromType))));
    reorder.add(DNNL_ARG_TO, target, to.at(static_cast<uint64_t>(begin * elementSize(toType))));
    group.push_back(std::move(reorder));
  }
  return group;
}

PrimitiveGroup makeReorder(const OneDnn &library, const dnnl::memory::desc &fromDesc, const Operand &from,
                           const dnnl::memory::desc &toDesc, const Operand &to) {
  constexpr int64_t block = 64; // at most so many rows belong together in a format
  for (int64_t parts = chunksFor(fromDesc.get_size()); parts > 1; parts /= 2)
    if (fromDesc.dims()[0] % (parts * block) == 0) {
      try {
        return reorderRows(library, fromDesc, from, toDesc, to, parts);
      } catch (const dnnl::error &) { // as a whole
        break;
      }
    }
  return reorderRows(library, fromDesc, from, toDesc, to, 1);
}

} // namespace dpsims
