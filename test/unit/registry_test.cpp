// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Devices by name and index, and the codes of errors.

#include "model_builder.h"
#include "support.h"

#include "runtime/device/registry.h"
#include "runtime/session/session.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

DeviceOptions chosen(const std::string &text) {
  DeviceOptions options;
  chooseDevice(text, options);
  return options;
}

TEST(Registry, HasAKindOfEachTarget) {
  for (const DeviceKind *kind : deviceKinds())
    EXPECT_EQ(&deviceKind(kind->target()), kind);
  EXPECT_EQ(deviceKind("cpu").count(), 1);
  EXPECT_NE(deviceKind("cpu").description(0), "");
}

TEST(Registry, ListsTheKindsToWhoMissesOne) {
  const std::string message = errorOf([] { createDevice("abacus\n", {}, "m.dpsims"); });
  EXPECT_TRUE(hasParts(message, {"m.dpsims: compiled for \"abacus", "it has cpu, cuda: compile with --target cpu"}));
  ModelBuilder builder;
  builder.model.target = "abacus";
  std::unique_ptr<Device> cpu = createDevice("cpu");
  std::shared_ptr<const CompiledModel> model = builder.load();
  EXPECT_EQ(errorOf([&] { cpu->createPlan(model, model->entry(""), model->entry("").main); }),
            "test.dpsims: compiled for abacus, not for cpu: compile with --target cpu");
}

TEST(Registry, HasOneKindOfATarget) {
  EXPECT_EQ(errorOf([] { registerDeviceKind(deviceKind("cpu")); }), "there are two kinds of devices for cpu");
}

TEST(Registry, ReadsNamesAndIndices) {
  EXPECT_EQ(chosen("").target, "");
  EXPECT_EQ(chosen("cpu").target, "cpu");
  EXPECT_EQ(chosen("cuda").index, 0);
  EXPECT_EQ(chosen("cuda:12").target, "cuda");
  EXPECT_EQ(chosen("cuda:12").index, 12);
  EXPECT_EQ(createDevice("cpu", chosen("cpu:0"))->target(), "cpu");
  for (const char *text : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:10000", ":", ":1", "cuda:1:2"})
    EXPECT_TRUE(hasParts(errorOf([&] { chosen(text); }), {text, "devices are cpu, cuda and cuda:N"}));
}

TEST(Registry, ErrorsNameTheRange) {
  const std::string message = errorOf([] { createDevice("cpu", chosen("cpu:1"), "m.dpsims"); });
  const std::string there = "there is no such processor; there is cpu:0, " + deviceKind("cpu").description(0);
  EXPECT_TRUE(hasParts(message, {"m.dpsims: --device cpu:1: ", there.c_str()}));
}

// The code of the error that `function` throws.
template <typename Function> ErrorCode codeOf(Function function) {
  try {
    function();
  } catch (const Error &error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::Internal;
}

ModelBuilder copying() {
  ModelBuilder builder;
  uint32_t x = builder.input("x", {100}), y = builder.output("y", {100});
  builder.launch("copy", 100, {x, y});
  return builder;
}

TEST(ErrorCodes, TellFilesApart) {
  TemporaryDirectory directory;
  EXPECT_EQ(codeOf([&] { CompiledModel::load(directory / "none.dpsims"); }), ErrorCode::NotFound);
  EXPECT_EQ(codeOf([&] { CompiledModel::load(directory.path); }), ErrorCode::InvalidArgument);
  writeFile(directory / "text.dpsims", std::string("no model"));
  EXPECT_EQ(codeOf([&] { CompiledModel::load(directory / "text.dpsims"); }), ErrorCode::InvalidData);
  EXPECT_EQ(codeOf([&] { writeFile("/proc/none/file", std::string("x")); }), ErrorCode::NotFound);
  EXPECT_EQ(codeOf([&] { writeFile(directory / std::string(300, 'x'), std::string("x")); }), ErrorCode::Io);
}

TEST(ErrorCodes, TellWhatDoesNotFit) {
  ModelBuilder builder = copying();
  builder.model.version += 1;
  EXPECT_EQ(codeOf([&] { builder.load(); }), ErrorCode::Incompatible);
  std::shared_ptr<const CompiledModel> model = copying().load();
  EXPECT_EQ(codeOf([&] { model->entry("other"); }), ErrorCode::NotFound);
  EXPECT_EQ(codeOf([&] { createDevice("cpu", chosen("cuda")); }), ErrorCode::Incompatible);
  EXPECT_EQ(codeOf([&] { createDevice("cpu", chosen("cpu:1")); }), ErrorCode::InvalidArgument);
  EXPECT_EQ(codeOf([&] { chosen("gpu"); }), ErrorCode::InvalidArgument);
}

TEST(ErrorCodes, OutliveTheNamesThatAreAdded) {
  ModelBuilder builder = copying();
  builder.main().arena_size = uint64_t(1) << 44;
  std::shared_ptr<const CompiledModel> model = builder.load();
  std::unique_ptr<Device> cpu = createDevice("cpu");
  EXPECT_EQ(codeOf([&] { Session(model, model->entry(""), *cpu, nullptr); }), ErrorCode::OutOfMemory);
  if (deviceKind("cuda").count() == 0) {
    EXPECT_EQ(codeOf([&] { createDevice("cuda", {}, "m.dpsims"); }), ErrorCode::Unavailable);
  }
}

TEST(ErrorCodes, HaveNames) {
  EXPECT_STREQ(name(ErrorCode::InvalidArgument), "invalid_argument");
  EXPECT_STREQ(name(ErrorCode::Internal), "internal");
}

} // namespace
