// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs on the caller's memory.

#include "embed_support.h"

#include "runtime/weights/safetensors.h"

#include <array>
#include <cstring>
#include <thread>

using namespace dpsims;
using namespace dpsims::test;

namespace {

constexpr size_t bytes = 5 * sizeof(float);

// The program of `adder` on buffers that a test may spoil.
struct AddCall {
  std::array<float, 5> x{1, 2, 3, 4, 5}, y{10, 20, 30, 40, 50}, z{};
  std::vector<const void *> inputs{x.data(), y.data()};
  std::vector<void *> outputs{z.data()};
  std::vector<size_t> inputBytes{bytes, bytes}, outputBytes{bytes};

  dpsims_status run(const SessionHandle &session) {
    return dpsims_session_run(session.get(), inputs.data(), inputBytes.data(), inputs.size(), outputs.data(),
                              outputBytes.data(), outputs.size());
  }
};

TEST(Session, RunsOnTheCallersMemory) {
  const SessionHandle session = open(parse(adder())); // the model is gone by now
  AddCall call;
  ASSERT_TRUE(isOk(call.run(session)));
  EXPECT_EQ(call.z, (std::array<float, 5>{11, 22, 33, 44, 55}));
  EXPECT_GT(std::strlen(dpsims_session_device(session.get())), 0u);
}

// Aligned to an element is enough.
TEST(Session, RunsOnMemoryAnywhere) {
  const SessionHandle session = open(parse(adder()));
  std::vector<float> memory(40, 1);
  for (size_t shift = 0; shift < 16; ++shift) {
    AddCall call;
    call.inputs[0] = memory.data() + shift;
    call.outputs[0] = memory.data() + shift + 7;
    ASSERT_TRUE(isOk(call.run(session)));
    EXPECT_EQ(memory[shift + 7 + 4], 51);
    std::fill(memory.begin(), memory.end(), 1);
  }
}

TEST(Session, RefusesWrongBuffers) {
  const SessionHandle session = open(parse(adder()));
  const auto refuses = [&](std::initializer_list<const char *> parts, auto spoil) {
    AddCall call;
    spoil(call);
    return failsWith(call.run(session), DPSIMS_INVALID_ARGUMENT, parts);
  };
  EXPECT_TRUE(refuses({"1 inputs are given", "has 2"}, [](AddCall &call) { call.inputs.pop_back(); }));
  EXPECT_TRUE(refuses({"2 outputs are given"}, [](AddCall &call) { call.outputs.push_back(&call); }));
  EXPECT_TRUE(refuses({"0 outputs are given"}, [](AddCall &call) { call.outputs.clear(); }));
  EXPECT_TRUE(refuses({"input 1 (\"y\") is null"}, [](AddCall &call) { call.inputs[1] = nullptr; }));
  EXPECT_TRUE(refuses({"output 0 (\"z\") is null"}, [](AddCall &call) { call.outputs[0] = nullptr; }));
  EXPECT_TRUE(
      refuses({"input 0 (\"x\") has 16 bytes, expected 20: F32 (5)"}, [](AddCall &call) { call.inputBytes[0] = 16; }));
  EXPECT_TRUE(refuses({"output 0 (\"z\") has 24 bytes"}, [](AddCall &call) { call.outputBytes[0] = 24; }));
  EXPECT_TRUE(
      refuses({"output 0", "has 18446744073709551615 bytes"}, [](AddCall &call) { call.outputBytes[0] = SIZE_MAX; }));
  EXPECT_TRUE(refuses({"input 0 (\"x\") is not aligned to its elements of 4 bytes"},
                      [](AddCall &call) { call.inputs[0] = reinterpret_cast<const char *>(call.x.data()) + 1; }));
  EXPECT_TRUE(refuses({"output \"z\" overlaps \"y\""}, [](AddCall &call) { call.outputs[0] = call.y.data() + 1; }));
  AddCall call;
  EXPECT_TRUE(failsWith(dpsims_session_run(session.get(), nullptr, nullptr, 2, call.outputs.data(), &bytes, 1),
                        DPSIMS_INVALID_ARGUMENT, {"inputs or their sizes are null"}));
  EXPECT_TRUE(failsWith(
      dpsims_session_run(nullptr, call.inputs.data(), call.inputBytes.data(), 2, call.outputs.data(), &bytes, 1),
      DPSIMS_INVALID_ARGUMENT, {"session is null"}));
  EXPECT_TRUE(isOk(call.run(session))); // none of it harmed the session
}

TEST(Session, RefusesWrongOptions) {
  const ModelHandle model = parse(adder());
  const auto refuses = [&](dpsims_status status, std::initializer_list<const char *> parts, auto spoil) {
    dpsims_options options = plainOptions();
    spoil(options);
    dpsims_session *session = nullptr;
    const dpsims_status actual = dpsims_session_open(model.get(), "main", nullptr, &options, &session);
    EXPECT_EQ(session, nullptr);
    return failsWith(actual, status, parts);
  };
  for (size_t size : {0, 1, 39, 41, 48, 1 << 20})
    EXPECT_TRUE(refuses(DPSIMS_INVALID_ARGUMENT, {"options->size"}, [=](auto &options) { options.size = size; }));
  EXPECT_TRUE(refuses(DPSIMS_INVALID_ARGUMENT, {"threads is 5000"}, [](auto &options) { options.threads = 5000; }));
  EXPECT_TRUE(refuses(DPSIMS_INVALID_ARGUMENT, {"convolution is 3"},
                      [](auto &options) { options.convolution = static_cast<dpsims_convolution>(3); }));
  EXPECT_TRUE(refuses(DPSIMS_INVALID_ARGUMENT, {"tpu"}, [](auto &options) { options.device = "tpu"; }));
  EXPECT_TRUE(refuses(DPSIMS_INCOMPATIBLE, {"cpu"}, [](auto &options) { options.device = "cuda:1"; }));
}

TEST(Session, RefusesWhatIsNotThere) {
  const ModelHandle model = parse(adder());
  dpsims_session *session = nullptr;
  EXPECT_TRUE(failsWith(dpsims_session_open(nullptr, "main", nullptr, nullptr, &session), DPSIMS_INVALID_ARGUMENT,
                        {"model is null"}));
  EXPECT_TRUE(failsWith(dpsims_session_open(model.get(), "main", nullptr, nullptr, nullptr), DPSIMS_INVALID_ARGUMENT,
                        {"session is null"}));
  EXPECT_TRUE(
      failsWith(dpsims_session_open(model.get(), "x", nullptr, nullptr, &session), DPSIMS_NOT_FOUND, {"\"x\""}));
  EXPECT_TRUE(failsWith(dpsims_session_open(model.get(), "main", "/none.safetensors", nullptr, &session),
                        DPSIMS_NOT_FOUND, {"/none.safetensors"}));
  EXPECT_EQ(session, nullptr);
  EXPECT_EQ(dpsims_session_device(nullptr), nullptr);
  dpsims_session_free(nullptr);
}

// y = x * x of a weight that only exists below a name.
TEST(Session, ReadsWeightsBelowAName) {
  ModelBuilder builder;
  const uint32_t w = builder.weight("w", {5});
  builder.launch("add", 5, {builder.input("x", {5}), w, builder.output("z", {5})});
  const ModelHandle model = parse(builder);
  TemporaryDirectory directory;
  SafetensorsWriter writer(directory / "w.safetensors");
  const std::vector<float> plain{1, 1, 1, 1, 1}, average{2, 2, 2, 2, 2};
  writer.add("generator.w", ElementType::F32, {5}, plain.data());
  writer.add("ema.w", ElementType::F32, {5}, average.data());
  writer.write();
  static std::string told;
  dpsims_set_log([](dpsims_log_level, const char *line, void *user) { *static_cast<std::string *>(user) += line; },
                 &told);
  const auto opened = [&](const char *prefix) {
    dpsims_options options = plainOptions();
    options.prefix = prefix;
    dpsims_session *session = nullptr;
    const dpsims_status status =
        dpsims_session_open(model.get(), nullptr, (directory / "w.safetensors").c_str(), &options, &session);
    return std::pair(status, SessionHandle(session));
  };
  for (const auto &[prefix, expected] : {std::pair<const char *, float>{nullptr, 1}, {"generator", 1}, {"ema", 2}}) {
    told.clear();
    const auto [status, session] = opened(prefix);
    ASSERT_TRUE(isOk(status));
    std::array<float, 5> x{}, z{};
    const void *in = x.data();
    void *out = z.data();
    ASSERT_TRUE(isOk(dpsims_session_run(session.get(), &in, &bytes, 1, &out, &bytes, 1)));
    EXPECT_EQ(z[4], expected);
    EXPECT_EQ(told.find("using the weights below \"generator.\"") != std::string::npos, prefix == nullptr) << told;
  }
  dpsims_set_log(nullptr, nullptr);
  EXPECT_TRUE(failsWith(opened("none").first, DPSIMS_NOT_FOUND, {"w.safetensors", "none"}));
  dpsims_session *session = nullptr;
  EXPECT_TRUE(failsWith(dpsims_session_open(model.get(), nullptr, nullptr, nullptr, &session), DPSIMS_INVALID_ARGUMENT,
                        {"weights"}));
}

// A program that adds x to its weight.
TEST(Session, KeepsVariables) {
  ModelBuilder builder;
  const uint32_t x = builder.input("x", {5}), w = builder.variable("w", {5}), y = builder.output("y", {5});
  builder.launch("add", 5, {x, w, y});
  builder.launch("copy", 5, {y, w});
  const ModelHandle model = parse(builder);
  const dpsims_program *program = nullptr;
  ASSERT_TRUE(isOk(dpsims_model_program(model.get(), 0, &program)));
  ASSERT_EQ(program->variable_count, 1u);
  EXPECT_STREQ(program->variables[0]->name, "w");

  TemporaryDirectory directory;
  SafetensorsWriter writer(directory / "w.safetensors");
  std::array<float, 5> value{1, 2, 3, 4, 5}, read{}, y1{}, ones{1, 1, 1, 1, 1};
  writer.add("w", ElementType::F32, {5}, value.data());
  writer.write();
  const SessionHandle session = open(model, "main", (directory / "w.safetensors").c_str());
  const void *in = ones.data();
  void *out = y1.data();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(isOk(dpsims_session_run(session.get(), &in, &bytes, 1, &out, &bytes, 1)));
  ASSERT_TRUE(isOk(dpsims_session_read_weight(session.get(), "w", read.data(), bytes)));
  EXPECT_EQ(read, (std::array<float, 5>{4, 5, 6, 7, 8}));
  ASSERT_TRUE(isOk(dpsims_session_write_weight(session.get(), "w", value.data(), bytes)));
  ASSERT_TRUE(isOk(dpsims_session_run(session.get(), &in, &bytes, 1, &out, &bytes, 1)));
  EXPECT_EQ(y1, (std::array<float, 5>{2, 3, 4, 5, 6}));

  EXPECT_TRUE(failsWith(dpsims_session_read_weight(session.get(), "v", read.data(), bytes), DPSIMS_NOT_FOUND,
                        {"no variable \"v\""}));
  EXPECT_TRUE(failsWith(dpsims_session_write_weight(session.get(), "w", read.data(), bytes - 4),
                        DPSIMS_INVALID_ARGUMENT, {"values has 16 bytes, expected 20"}));
  for (const dpsims_status status : {dpsims_session_read_weight(nullptr, "w", read.data(), bytes),
                                     dpsims_session_read_weight(session.get(), nullptr, read.data(), bytes),
                                     dpsims_session_read_weight(session.get(), "w", nullptr, bytes),
                                     dpsims_session_write_weight(nullptr, "w", read.data(), bytes),
                                     dpsims_session_write_weight(session.get(), nullptr, read.data(), bytes),
                                     dpsims_session_write_weight(session.get(), "w", nullptr, bytes)})
    EXPECT_TRUE(failsWith(status, DPSIMS_INVALID_ARGUMENT, {" is null"}));
}

TEST(Session, IsUsedByManyThreads) {
  const ModelHandle model = parse(adder());
  const SessionHandle shared = open(model);
  std::vector<std::thread> threads;
  std::vector<int> wrong(8);
  for (size_t i = 0; i < wrong.size(); ++i)
    threads.emplace_back([&, i] {
      const SessionHandle own = i % 2 ? open(model) : nullptr;
      for (int turn = 0; turn < 200; ++turn) {
        AddCall call;
        call.x.fill(float(i));
        wrong[i] += call.run(own ? own : shared) != DPSIMS_OK || call.z[4] != float(50 + i);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, std::vector<int>(wrong.size()));
}

} // namespace
