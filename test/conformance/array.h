// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arrays of doubles with numpy's rules, slow and plain: what kernels are compared with.

#ifndef DPSIMS_TEST_CONFORMANCE_ARRAY_H
#define DPSIMS_TEST_CONFORMANCE_ARRAY_H

#include "runtime/base/tensor.h"

#include <functional>
#include <vector>

namespace dpsims::test {

using Index = std::vector<int64_t>;

struct Array {
  Shape shape;
  std::vector<double> values;

  explicit Array(Shape shape, double value = 0)
      : shape(std::move(shape)), values(static_cast<size_t>(elementCount(this->shape)), value) {}

  size_t rank() const { return shape.size(); }

  /// The element at an index; where the array has fewer dimensions or a size of 1, as numpy broadcasts.
  double operator()(const Index &index) const { return values[offset(index)]; }
  double &operator()(const Index &index) { return values[offset(index)]; }

private:
  size_t offset(const Index &index) const {
    int64_t result = 0;
    size_t skipped = index.size() - rank();
    for (size_t d = 0; d < rank(); ++d)
      result = result * shape[d] + (shape[d] == 1 ? 0 : index[d + skipped]);
    return static_cast<size_t>(result);
  }
};

/// Calls visit(index) for every element, in order.
inline void forEachIndex(const Shape &shape, const std::function<void(const Index &)> &visit) {
  Index index(shape.size());
  for (int64_t left = elementCount(shape); left > 0; --left) {
    visit(index);
    for (size_t d = shape.size(); d-- > 0 && ++index[d] == shape[d];)
      index[d] = 0;
  }
}

/// An array with element(index) at each index.
inline Array makeArray(const Shape &shape, const std::function<double(const Index &)> &element) {
  Array result(shape);
  size_t at = 0;
  forEachIndex(shape, [&](const Index &index) { result.values[at++] = element(index); });
  return result;
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_CONFORMANCE_ARRAY_H
