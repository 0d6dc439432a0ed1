// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels such as the compiler makes, for tests: a shared object without imports.

#include <stdint.h>

// y[i] = x[i]; a point is an element.
void copy(void *const *args, int64_t begin, int64_t end) {
  const float *x = args[0];
  float *y = args[1];
  for (int64_t i = begin; i < end; ++i)
    y[i] = x[i];
}

// z[i] = x[i] + y[i].
void add(void *const *args, int64_t begin, int64_t end) {
  const float *x = args[0], *y = args[1];
  float *z = args[2];
  for (int64_t i = begin; i < end; ++i)
    z[i] = x[i] + y[i];
}

// y[i] = number of points that this call was given: shows how the grid is split.
void share(void *const *args, int64_t begin, int64_t end) {
  int32_t *y = args[0];
  for (int64_t i = begin; i < end; ++i)
    y[i] = (int32_t)(end - begin);
}
