// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Descriptors of cuDNN in few words, for tests of its double.

#ifndef DPSIMS_TEST_EMULATOR_CUDNN_TEST_BUILDER_H
#define DPSIMS_TEST_EMULATOR_CUDNN_TEST_BUILDER_H

#include "test/emulator/test_support.h"

#include <cudnn.h>

namespace dpsims::emulated {

using Attribute = cudnnBackendAttributeName_t;

/// A descriptor of cuDNN's, destroyed with the object.
class TestDescriptor {
public:
  explicit TestDescriptor(cudnnBackendDescriptorType_t type) { EXPECT_OK(cudnnBackendCreateDescriptor(type, &handle)); }
  ~TestDescriptor() {
    if (handle)
      cudnnBackendDestroyDescriptor(handle);
  }
  TestDescriptor(TestDescriptor &&other) noexcept : handle(other.handle) { other.handle = nullptr; }

  TestDescriptor &set(Attribute name, cudnnBackendAttributeType_t type, int64_t count, const void *values) {
    EXPECT_OK(cudnnBackendSetAttribute(handle, name, type, count, values));
    return *this;
  }
  TestDescriptor &set(Attribute name, const std::vector<int64_t> &values) {
    return set(name, CUDNN_TYPE_INT64, static_cast<int64_t>(values.size()), values.data());
  }
  TestDescriptor &setFloat(Attribute name, float value) { return set(name, CUDNN_TYPE_FLOAT, 1, &value); }
  TestDescriptor &set(Attribute name, cudnnDataType_t value) { return set(name, CUDNN_TYPE_DATA_TYPE, 1, &value); }
  TestDescriptor &set(Attribute name, const TestDescriptor &value) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value.handle);
  }
  TestDescriptor &setHandle(Attribute name, cudnnHandle_t value) { return set(name, CUDNN_TYPE_HANDLE, 1, &value); }

  cudnnStatus_t finalize() { return cudnnBackendFinalize(handle); }

  cudnnBackendDescriptor_t handle = nullptr;
};

/// An NHWC tensor of f32.
inline TestDescriptor tensor(int64_t uid, int64_t c, int64_t h, int64_t w, bool isVirtual = false,
                             int64_t alignment = 256) {
  TestDescriptor result(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  result.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, {1, c, h, w})
      .set(CUDNN_ATTR_TENSOR_STRIDES, {h * w * c, 1, w * c, c})
      .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, {uid})
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {alignment})
      .set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &isVirtual);
  EXPECT_OK(result.finalize());
  return result;
}

/// A convolution's window: strides 1, no padding.
inline TestDescriptor window() {
  TestDescriptor result(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  result.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode)
      .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {2})
      .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, {1, 1})
      .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {1, 1})
      .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {0, 0})
      .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {0, 0});
  EXPECT_OK(result.finalize());
  return result;
}

inline TestDescriptor pointwise(cudnnPointwiseMode_t mode, const TestDescriptor &src, const TestDescriptor *operand,
                                const TestDescriptor &dst, std::vector<TestDescriptor> &parts) {
  TestDescriptor function(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  function.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode)
      .set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
  EXPECT_OK(function.finalize());
  TestDescriptor result(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  result.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function)
      .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, src)
      .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, dst);
  if (operand)
    result.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *operand);
  EXPECT_OK(result.finalize());
  parts.push_back(std::move(function));
  return result;
}

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_CUDNN_TEST_BUILDER_H
