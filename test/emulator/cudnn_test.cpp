// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/cudnn_test_builder.h"

#include <algorithm>

using namespace dpsims::emulated;

namespace {

enum Uid : int64_t { Src = 1, Weights, Dst, Bias, Between };

// A 1 x 1 convolution of 2 x 2 pixels from 2 channels to 2, plain or with bias and an activation.
class Cudnn : public EmulatedGpu {
protected:
  void SetUp() override {
    EmulatedGpu::SetUp();
    ASSERT_OK(cudnnCreate(&handle));
    ASSERT_OK(cudnnSetStream(handle, stream));
    src = upload({1, 2, 3, 4, 5, 6, 7, 8});
    weights = upload({1, 1, 1, -1}); // sum and difference
    bias = upload({10, 0.5f});
    dst = allocate(8);
    workspace = allocate(256);
  }
  void TearDown() override {
    parts.clear();
    cudnnDestroy(handle);
    EmulatedGpu::TearDown();
  }

  TestDescriptor graph(const std::vector<cudnnPointwiseMode_t> &modes = {}, int64_t alignment = 256) {
    TestDescriptor result(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    std::vector<cudnnBackendDescriptor_t> operations;
    auto keep = [&](TestDescriptor &&part) -> TestDescriptor & { return parts.emplace_back(std::move(part)); };
    parts.reserve(100); // references stay
    TestDescriptor &x = keep(tensor(Src, 2, 2, 2, false, alignment)), &w = keep(weightTensor());
    const TestDescriptor *last = &keep(tensor(modes.empty() ? int64_t(Dst) : Between, 2, 2, 2, !modes.empty()));
    operations.push_back(keep(convolution(x, w, *last)).handle);
    for (size_t i = 0; i < modes.size(); ++i) {
      bool isLast = i + 1 == modes.size(), adds = modes[i] == CUDNN_POINTWISE_ADD;
      TestDescriptor &y = keep(tensor(isLast ? int64_t(Dst) : Between + 1 + i, 2, 2, 2, !isLast));
      const TestDescriptor *b = adds ? &keep(tensor(Bias, 2, 1, 1)) : nullptr;
      operations.push_back(keep(pointwise(modes[i], *last, b, y, parts)).handle);
      last = &y;
    }
    result.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<int64_t>(operations.size()),
               operations.data());
    result.setHandle(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
    return result;
  }

  TestDescriptor weightTensor() {
    TestDescriptor result(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    result.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT)
        .set(CUDNN_ATTR_TENSOR_DIMENSIONS, {2, 2, 1, 1})
        .set(CUDNN_ATTR_TENSOR_STRIDES, {2, 1, 2, 2})
        .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, {Weights})
        .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {256});
    EXPECT_OK(result.finalize());
    return result;
  }

  TestDescriptor convolution(const TestDescriptor &x, const TestDescriptor &w, const TestDescriptor &y) {
    TestDescriptor result(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
    parts.push_back(window());
    result.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, parts.back())
        .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x)
        .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w)
        .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y)
        .setFloat(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1)
        .setFloat(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0);
    EXPECT_OK(result.finalize());
    return result;
  }

  // A plan by the engine of that number.
  TestDescriptor plan(const TestDescriptor &graph, int64_t engineIndex) {
    TestDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR), config(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    TestDescriptor result(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, graph).set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, {engineIndex});
    EXPECT_OK(engine.finalize());
    config.set(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
    EXPECT_OK(config.finalize());
    result.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config).setHandle(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
    parts.push_back(std::move(engine));
    parts.push_back(std::move(config));
    return result;
  }

  cudnnStatus_t execute(const TestDescriptor &plan, const std::vector<int64_t> &uids, std::vector<void *> pointers) {
    TestDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    void *scratch = workspace;
    pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, uids)
        .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, static_cast<int64_t>(pointers.size()),
             pointers.data())
        .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &scratch);
    EXPECT_OK(pack.finalize());
    return cudnnBackendExecute(handle, plan.handle, pack.handle);
  }

  cudnnHandle_t handle = nullptr;
  std::vector<TestDescriptor> parts;
  float *src = nullptr, *weights = nullptr, *bias = nullptr, *dst = nullptr, *workspace = nullptr;
};

TEST_F(Cudnn, Convolves) {
  TestDescriptor plain = graph();
  ASSERT_OK(plain.finalize());
  TestDescriptor plan = this->plan(plain, 70);
  ASSERT_OK(plan.finalize());
  ASSERT_OK(execute(plan, {Src, Weights, Dst}, {src, weights, dst}));
  EXPECT_EQ(download(dst, 8), (std::vector<float>{3, -1, 7, -1, 11, -1, 15, -1}));
  EXPECT_TRUE(std::isnan(download(workspace, 1)[0]));
}

TEST_F(Cudnn, FusesBiasAndActivation) {
  TestDescriptor fused = graph({CUDNN_POINTWISE_ADD, CUDNN_POINTWISE_RELU_FWD});
  ASSERT_OK(fused.finalize());
  TestDescriptor plan = this->plan(fused, 44);
  ASSERT_OK(plan.finalize());
  ASSERT_OK(execute(plan, {Src, Weights, Bias, Dst}, {src, weights, bias, dst}));
  EXPECT_EQ(download(dst, 8), (std::vector<float>{13, 0, 17, 0, 21, 0, 25, 0}));
}

TEST_F(Cudnn, EnginesDiffer) {
  float fine = 1 + 1.0f / 8192; // more than TF32 holds
  src = upload({fine, 0, fine, 0, fine, 0, fine, 0});
  TestDescriptor plain = graph();
  ASSERT_OK(plain.finalize());
  TestDescriptor exact = plan(plain, 70), tensorCores = plan(plain, 67);
  ASSERT_OK(exact.finalize());
  ASSERT_OK(tensorCores.finalize());
  ASSERT_OK(execute(exact, {Src, Weights, Dst}, {src, weights, dst}));
  EXPECT_EQ(download(dst, 1)[0], fine);
  ASSERT_OK(execute(tensorCores, {Src, Weights, Dst}, {src, weights, dst}));
  EXPECT_EQ(download(dst, 1)[0], 1);
}

TEST_F(Cudnn, SomeEnginesBuildNoPlan) {
  TestDescriptor plain = graph();
  ASSERT_OK(plain.finalize());
  EXPECT_EQ(plan(plain, 28).finalize(), CUDNN_STATUS_NOT_SUPPORTED);
}

TEST_F(Cudnn, PlansTravelAsJson) {
  TestDescriptor plain = graph();
  ASSERT_OK(plain.finalize());
  TestDescriptor made = plan(plain, 70), read(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  ASSERT_OK(made.finalize());
  int64_t size = 0;
  ASSERT_OK(cudnnBackendGetAttribute(made.handle, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, 0,
                                     &size, nullptr));
  std::string json(static_cast<size_t>(size), ' ');
  ASSERT_OK(cudnnBackendGetAttribute(made.handle, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, size,
                                     &size, json.data()));
  read.set(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, size, json.data());
  read.setHandle(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
  ASSERT_OK(read.finalize());
  ASSERT_OK(execute(read, {Src, Weights, Dst}, {src, weights, dst}));
  EXPECT_EQ(download(dst, 2), (std::vector<float>{3, -1}));
}

TEST_F(Cudnn, AlignmentIsChecked) {
  TestDescriptor plain = graph();
  ASSERT_OK(plain.finalize());
  TestDescriptor plan = this->plan(plain, 70);
  ASSERT_OK(plan.finalize());
  float *nine = upload({0, 1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(execute(plan, {Src, Weights, Dst}, {nine + 1, weights, dst}), CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER);
}

TEST_F(Cudnn, TensorsMustBeGivenAndApart) {
  TestDescriptor plain = graph();
  ASSERT_OK(plain.finalize());
  TestDescriptor plan = this->plan(plain, 70);
  ASSERT_OK(plan.finalize());
  EXPECT_EQ(execute(plan, {Src, Weights}, {src, weights}), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(execute(plan, {Src, Weights, Dst, Bias}, {src, weights, dst, bias}), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(execute(plan, {Src, Weights, Dst}, {src, weights, src}), CUDNN_STATUS_BAD_PARAM);
}

TEST_F(Cudnn, PartsMustOutliveAPlan) {
  TestDescriptor plain = graph();
  ASSERT_OK(plain.finalize());
  TestDescriptor plan = this->plan(plain, 70);
  ASSERT_OK(plan.finalize());
  parts.clear();
  EXPECT_EQ(execute(plan, {Src, Weights, Dst}, {src, weights, dst}), CUDNN_STATUS_BAD_PARAM);
}

TEST_F(Cudnn, AttributesHaveTypesAndCounts) {
  TestDescriptor fresh(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  int64_t sizes[] = {1, 2, 3};
  auto set = [&](Attribute name, cudnnBackendAttributeType_t type, int64_t count) {
    return cudnnBackendSetAttribute(fresh.handle, name, type, count, sizes);
  };
  EXPECT_EQ(set(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 3), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_DOUBLE, 1), CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE);
  EXPECT_EQ(set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(fresh.finalize(), CUDNN_STATUS_BAD_PARAM); // attributes are missing
}

TEST_F(Cudnn, StridesMustBeThoseOfNhwc) {
  TestDescriptor planar(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  planar.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, {1, 2, 3, 3})
      .set(CUDNN_ATTR_TENSOR_STRIDES, {18, 9, 3, 1})
      .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, {1})
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {16});
  EXPECT_EQ(planar.finalize(), CUDNN_STATUS_BAD_PARAM);
}

TEST_F(Cudnn, ReferencesMustBeFinalized) {
  TestDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR), unfinished = graph();
  engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, unfinished).set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, {70});
  EXPECT_EQ(engine.finalize(), CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED);
}

} // namespace
