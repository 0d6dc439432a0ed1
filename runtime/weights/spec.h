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

  uint64_t bytes() const { return static_cast<uint64_t>(byteSize(type, shape)); }
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_WEIGHTS_SPEC_H
