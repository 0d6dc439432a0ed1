// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a program says of a weight: table Weight of runtime/format/model.fbs, without FlatBuffers.

#ifndef DPSIMS_RUNTIME_WEIGHTS_SPEC_H
#define DPSIMS_RUNTIME_WEIGHTS_SPEC_H

#include "runtime/base/tensor.h"

#include <cstdint>
#include <string>

namespace dpsims {

struct WeightSpec {
  std::string name; // unique in a program, "encoder.attend.2.q.weight"
  Shape shape;      // OIHW, (out, in), (channels)
  ElementType type = ElementType::F32;
  bool trained = true;
  std::string init = "zeros"; // zeros ones constant normal xavier_normal singular_left singular_right copy
  double initValue = 0;       // the constant, standard deviation or gain
  std::string initOf;         // full name of the weight whose singular vector or copy this is
  bool required = true;       // false: a file may lack it
  uint32_t parts = 1;         // as a variable, each of so many ranks keeps one of its parts, equal in size

  uint64_t bytes() const { return static_cast<uint64_t>(byteSize(type, shape)); }

  /// What a rank keeps of it as a variable: elements, and bytes.
  uint64_t keptCount() const { return static_cast<uint64_t>(elementCount(shape)) / parts; }
  uint64_t keptBytes() const { return bytes() / parts; }
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_WEIGHTS_SPEC_H
