// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The boundary between a program and a library of devices, with the CPU as the library's device: both halves are here.

#include "model_builder.h"
#include "support.h"

#include "runtime/device/library/export.h"
#include "runtime/device/library/library_device.h"
#include "runtime/device/registry.h"
#include "runtime/session/session.h"

#include <gtest/gtest.h>

#include <cstddef>

extern "C" const dpsims_device_library *dpsims_device_library_table(void);

namespace dpsims {

const DeviceKind &exportedKind() { return deviceKind("cpu"); }
void enterDevice(int) {}

} // namespace dpsims

using namespace dpsims;
using namespace dpsims::test;

namespace {

constexpr uint64_t size = 16, channels = 8, count = size * size * channels;
using Floats = std::vector<float>;

DeviceOptions direct() {
  DeviceOptions options;
  options.threads = 2;
  options.convolution = ConvolutionChoice::Direct;
  return options;
}

DeviceLibrary library() { return DeviceLibrary(*dpsims_device_library_table(), "test"); }

// y = conv(x, weight) + total, total = total + x.
ModelBuilder network() {
  ModelBuilder builder;
  Dims image{1, size, size, channels};
  uint32_t x = builder.input("x", image), total = builder.variable("total", image, "zeros");
  format::ConvT conv;
  conv.src = x;
  conv.weights = builder.weight("weight", {channels, channels, 1, 1}, "xavier_normal");
  conv.residual = static_cast<int32_t>(total);
  conv.dst = builder.output("y", image);
  conv.epilogue = std::make_unique<format::EpilogueT>();
  builder.step(builder.main(), std::move(conv), "conv2d");
  builder.launch("add", count, {total, x, total});
  return builder;
}

struct Result {
  Floats y, total;
};

Result runTwice(Device &device) {
  std::shared_ptr<const CompiledModel> model = network().load();
  InitialWeights weights(*model, 1);
  Session session(model, model->entry(""), device, &weights, /*depth=*/2);
  const Floats x = randomValues(count, 1);
  Result result{Floats(count), Floats(count)};
  session.run({x.data()}, {result.y.data()});
  session.run({x.data()}, {result.y.data()});
  session.readVariable(0, result.total.data());
  EXPECT_GT(session.time({x.data()}, {result.y.data()}), 0);
  EXPECT_EQ(session.plan().launches(), 2u);
  EXPECT_GT(session.memory().constants, 0u);
  return result;
}

TEST(DeviceLibrary, GivesTheSameBits) {
  std::unique_ptr<Device> cpu = createDevice("cpu", direct());
  std::unique_ptr<Device> across = library().create(direct());
  EXPECT_FALSE(across->sharesHostMemory());
  EXPECT_EQ(across->target(), "cpu");
  EXPECT_EQ(across->description(), cpu->description());
  EXPECT_EQ(across->freeMemory(), cpu->freeMemory());
  const Result right = runTwice(*cpu), result = runTwice(*across);
  EXPECT_EQ(result.y, right.y);
  EXPECT_EQ(result.total, right.total);
}

TEST(DeviceLibrary, TellsOfItsDevices) {
  EXPECT_EQ(library().count(), 1);
  EXPECT_EQ(library().description(0), deviceKind("cpu").description(0));
  EXPECT_EQ(library().report(), deviceKind("cpu").report().json);
}

TEST(DeviceLibrary, HandsOverMeasurements) {
  const DevicePeaks peaks = library().create(direct())->measurePeaks();
  EXPECT_GT(peaks.bandwidth, 0);
  ASSERT_EQ(peaks.arithmetic.size(), deviceKind("cpu").create({})->measurePeaks().arithmetic.size());
  for (const auto &arithmetic : peaks.arithmetic)
    EXPECT_GT(arithmetic.flops, 0);
}

// Programs cross by their number in the file.
TEST(DeviceLibrary, RefusesProgramsThatAreNotOfTheFile) {
  std::unique_ptr<Device> device = library().create(direct());
  std::shared_ptr<const CompiledModel> model = network().load();
  const Entry copy = model->entry("");
  EXPECT_TRUE(hasParts(errorOf([&] { device->createPlan(model, copy, copy.main); }), {"is not one of test.dpsims"}));
}

// What a device says names no model, and the session adds it; what names one already stays as it is.
TEST(DeviceLibrary, HandsOverErrors) {
  std::unique_ptr<Device> device = library().create(direct());
  try {
    device->allocate(uint64_t(1) << 60);
    ADD_FAILURE() << "no error";
  } catch (const DeviceError &error) {
    EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
    EXPECT_TRUE(hasParts(error.what(), {"MiB of memory in one piece", "--batch"}));
  }
  ModelBuilder builder = network();
  builder.model.images[0]->features = {"avx1024"};
  std::shared_ptr<const CompiledModel> model = builder.load();
  try {
    device->createPlan(model, model->entry(""), model->entry("").main);
    ADD_FAILURE() << "no error";
  } catch (const DeviceError &) {
    ADD_FAILURE() << "it is named already";
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::Incompatible);
    EXPECT_TRUE(hasParts(error.what(), {"test.dpsims: compiled for avx1024"}));
  }
  EXPECT_EQ(errorOf([&] { device->copy(static_cast<Queue>(7), nullptr, nullptr, 0); }), "there is no queue 7");
}

std::string errorWith(const dpsims_device_library &table) {
  return errorOf([&] { DeviceLibrary(table, "lib.so"); });
}

TEST(DeviceLibrary, HasTheVersionOfTheProgram) {
  dpsims_device_library other = *dpsims_device_library_table();
  other.size += 64; // functions that were added since
  EXPECT_EQ(DeviceLibrary(other, "lib.so").count(), 1);
  other.size = offsetof(dpsims_device_library, run_all);
  EXPECT_TRUE(hasParts(errorWith(other), {"lib.so: is of another dpsims-run", "build or install both together"}));
  other = *dpsims_device_library_table();
  other.version = 7;
  EXPECT_TRUE(hasParts(errorWith(other), {"lib.so: is of another dpsims-run", "version 7",
                                          ("version " + std::to_string(DPSIMS_DEVICE_LIBRARY_VERSION)).c_str()}));
}

// Of a program that was built before there were the options at the end.
TEST(DeviceLibrary, TakesShorterStructs) {
  const dpsims_device_library &table = *dpsims_device_library_table();
  dpsims_device_options options = {};
  options.size = offsetof(dpsims_device_options, convolution);
  options.threads = 1;
  options.convolution = 99; // beyond its size
  dpsims_device *device = nullptr;
  ASSERT_EQ(table.create_device(&options, &device), 0);
  std::string text;
  auto append = [](void *to, const char *piece, uint64_t length) {
    static_cast<std::string *>(to)->append(piece, length);
  };
  EXPECT_EQ(table.describe_device(device, {&text, append}), 0);
  EXPECT_TRUE(hasParts(text, {", 1 thread"}));
  table.destroy_device(device);
  options.size = sizeof(options);
  EXPECT_EQ(table.create_device(&options, &device), static_cast<int32_t>(ErrorCode::InvalidArgument));
  int32_t named = 0;
  EXPECT_TRUE(hasParts(table.last_error(&named), {"no choice 99"}));
  options.convolution = 0;
  options.streams = mostStreams + 1;
  EXPECT_EQ(table.create_device(&options, &device), static_cast<int32_t>(ErrorCode::InvalidArgument));
  EXPECT_TRUE(hasParts(table.last_error(&named), {"9 streams are too many"}));
}

} // namespace
