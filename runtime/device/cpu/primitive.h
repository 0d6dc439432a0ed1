// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// oneDNN primitives with all that they need to run, made once.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_H

#include "runtime/device/cpu/team.h"
#include "runtime/device/plan/workspace.h"

#include <dnnl.hpp>
#include <vector>

namespace dpsims {

/// oneDNN as a device uses it: primitives are made for one thread (LibraryOnOneThread), those on slabs of a step's work
/// run at once.
struct OneDnn {
  explicit OneDnn(int threads) {
    for (int i = 0; i < threads; ++i)
      streams.emplace_back(engine);
  }

  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  std::vector<dnnl::stream> streams; ///< of each thread of the team
};

using DataType = dnnl::memory::data_type;

/// What the library calls F32 or BF16, of which the operands of its primitives are.
inline DataType dataType(ElementType type) { return type == ElementType::BF16 ? DataType::bf16 : DataType::f32; }

/// A shape with the strides of a plain, row-major tensor.
dnnl::memory::desc plainDesc(const dnnl::memory::dims &dims, DataType type = DataType::f32);

/// (n, c, h, w), stored as NHWC.
dnnl::memory::desc nhwcDesc(const dnnl::memory::dims &dims, DataType type);

/// A format that the library may choose.
inline dnnl::memory::desc anyDesc(const dnnl::memory::dims &dims, DataType type) {
  return {dims, type, dnnl::memory::format_tag::any};
}

/// A scratchpad for each thread of a team.
struct Scratchpads {
  Scratchpads() = default;
  Scratchpads(StepWorkspace &workspace, uint64_t bytes, int threads);

  Operand first;
  uint64_t stride = 0; ///< from one to the next; 0: nobody wants one
};

/// A primitive and its arguments. The memory objects are made here; binding changes only their addresses, running only
/// calls the library.
class BoundPrimitive {
public:
  /// `library` must outlive the primitive.
  BoundPrimitive(const OneDnn &library, dnnl::primitive primitive)
      : library(&library), primitive(std::move(primitive)) {}

  /// Adds an argument (DNNL_ARG_...).
  void add(int argument, const dnnl::memory::desc &desc, const Operand &operand);

  /// Adds DNNL_ARG_SCRATCHPAD if the primitive wants one.
  void addScratchpad(const dnnl::memory::desc &desc, const Scratchpads &scratchpads);

  void bind(const Addresses &addresses);
  /// On one of the team's threads; not at once on several.
  void run(int thread);

private:
  const OneDnn *library;
  dnnl::primitive primitive;
  std::vector<dnnl::memory> memories;
  std::vector<Operand> operands;
  std::vector<dnnl_exec_arg_t> arguments;
  dnnl::memory scratchpad;
  Scratchpads scratchpads;
  char *scratchpadAddress = nullptr; // of the first
};

/// Primitives on slabs of one work: in any order, on any thread.
using PrimitiveGroup = std::vector<BoundPrimitive>;
/// Groups that run one after the other.
using PrimitiveList = std::vector<PrimitiveGroup>;
void bind(PrimitiveList &groups, const Addresses &addresses);
void run(PrimitiveList &groups, Team &team);

/// A change of type of `count` elements, plain in memory.
PrimitiveGroup makeConversion(const OneDnn &library, ElementType fromType, const Operand &from, ElementType toType,
                              const Operand &to, int64_t count);

/// A change of format.
PrimitiveGroup makeReorder(const OneDnn &library, const dnnl::memory::desc &fromDesc, const Operand &from,
                           const dnnl::memory::desc &toDesc, const Operand &to);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_H
