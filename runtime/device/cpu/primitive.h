// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// oneDNN primitives with all that they need to run, made once.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_H

#include "runtime/device/plan/scratch.h"

#include <dnnl.hpp>
#include <vector>

namespace dpsims {

/// oneDNN as a device uses it.
struct OneDnn {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

/// A shape with the strides of a plain, row-major tensor.
dnnl::memory::desc plainDesc(const dnnl::memory::dims &dims);

/// (n, c, h, w), stored as NHWC.
dnnl::memory::desc nhwcDesc(const dnnl::memory::dims &dims);

/// A primitive and its arguments. The memory objects are made here; binding changes only their addresses, running only
/// calls the library.
class BoundPrimitive {
public:
  BoundPrimitive() = default;
  /// `library` must outlive the primitive.
  BoundPrimitive(const OneDnn &library, dnnl::primitive primitive)
      : library(&library), primitive(std::move(primitive)) {}

  /// Adds an argument (DNNL_ARG_...).
  void add(int argument, const dnnl::memory::desc &desc, const Operand &operand);

  /// Adds DNNL_ARG_SCRATCHPAD if the primitive wants one.
  void addScratchpad(const dnnl::memory::desc &desc, ScratchSpace &scratch);

  void bind(const Addresses &addresses);
  void run() const;

  explicit operator bool() const { return bool(primitive); }

private:
  const OneDnn *library = nullptr;
  dnnl::primitive primitive;
  std::vector<dnnl::memory> memories;
  std::vector<Operand> operands;
  std::vector<dnnl_exec_arg_t> arguments;
};

/// A change of format.
BoundPrimitive makeReorder(const OneDnn &library, const dnnl::memory::desc &fromDesc, const Operand &from,
                           const dnnl::memory::desc &toDesc, const Operand &to);

/// Primitives that run one after the other.
using PrimitiveList = std::vector<BoundPrimitive>;
void bind(PrimitiveList &primitives, const Addresses &addresses);
void run(const PrimitiveList &primitives);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_H
