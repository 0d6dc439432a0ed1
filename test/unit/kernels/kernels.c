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

// A picture of 4 x 6 pixels a point: red is 40 times the label (-1: 255), green the first noise value, blue the
// instance.
void paint(void *const *args, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const int32_t *labels = (const int32_t *)args[0] + n * 24;
    const float *z = (const float *)args[1] + n * 3;
    const int32_t *instances = (const int32_t *)args[2] + n * 24;
    uint8_t *image = (uint8_t *)args[3] + n * 72;
    for (int i = 0; i < 24; ++i) {
      image[3 * i] = labels[i] < 0 ? 255 : (uint8_t)(labels[i] * 40);
      image[3 * i + 1] = (uint8_t)(128 + (int)(z[0] * 30));
      image[3 * i + 2] = (uint8_t)instances[i];
    }
  }
}

// y[0] = x[0].
void first(void *const *args, int64_t begin, int64_t end) {
  const float *x = args[0];
  float *y = args[1];
  y[0] = x[0];
}
