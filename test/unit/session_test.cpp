// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sessions: loading, running without allocating, the memory that both take; `execute` on files.

#include "model_builder.h"
#include "support.h"

#include "runtime/device/plan_cache.h"
#include "runtime/session/execute.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <omp.h>
#include <thread>

// Every allocation in C++, the libraries' too, is counted; but the sanitizer's own functions stay in place.
static std::atomic<int64_t> allocations{0}, living{0};

#ifndef __SANITIZE_ADDRESS__
void *operator new(size_t size, const std::nothrow_t &) noexcept {
  ++allocations;
  void *memory = std::malloc(size ? size : 1);
  living += memory != nullptr;
  return memory;
}
void *operator new(size_t size) {
  if (void *memory = operator new(size, std::nothrow))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept {
  living -= memory != nullptr;
  std::free(memory);
}
void operator delete(void *memory, size_t) noexcept { operator delete(memory); }
void *operator new[](size_t size) { return operator new(size); }
void operator delete[](void *memory) noexcept { operator delete(memory); }
void operator delete[](void *memory, size_t) noexcept { operator delete(memory); }
#endif

using namespace dpsims;
using namespace dpsims::test;

namespace {

// x -> conv -> relu -> matmul -> y, with a copy in front.
ModelBuilder network(uint64_t size, uint64_t channels) {
  ModelBuilder builder;
  Dims image{1, size, size, channels};
  uint32_t x = builder.input("x", image), held = builder.temporary(image), features = builder.temporary(image);
  builder.launch("copy", countOf(image), {x, held});
  format::ConvT conv;
  conv.src = held;
  conv.weights = builder.weight("conv.weight", {channels, channels, 3, 3}, "xavier_normal");
  conv.bias = static_cast<int32_t>(builder.weight("conv.bias", {channels}, "zeros"));
  conv.dst = features;
  conv.pad_top = conv.pad_left = conv.pad_bottom = conv.pad_right = 1;
  conv.epilogue = std::make_unique<format::EpilogueT>();
  conv.epilogue->activation = static_cast<uint8_t>(Activation::Relu);
  builder.step(builder.main(), std::move(conv), "conv2d");
  format::MatmulT matmul;
  matmul.a = features;
  matmul.b = builder.weight("linear.weight", {channels, channels}, "xavier_normal");
  matmul.m = size * size;
  matmul.n = matmul.k = channels;
  matmul.transpose_b = true;
  matmul.dst = builder.output("y", image);
  builder.step(builder.main(), matmul, "matmul");
  return builder;
}

std::unique_ptr<Device> device(ConvolutionChoice choice = ConvolutionChoice::Direct) {
  DeviceOptions options;
  options.threads = 2;
  options.convolution = choice;
  return createDevice("cpu", options);
}

std::string write(const ModelBuilder &builder, const std::string &path) {
  std::vector<uint8_t> bytes = builder.finish();
  writeFile(path, bytes.data(), bytes.size());
  return path;
}

// Bytes of this process's memory, from /proc/self/status.
int64_t processMemory(const std::string &field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.compare(0, field.size(), field) == 0)
      return std::atoll(line.c_str() + field.size() + 1) * 1024;
  return 0;
}

TEST(Session, RunsWithoutAllocating) {
  for (ConvolutionChoice choice : {ConvolutionChoice::Direct, ConvolutionChoice::Winograd}) {
    std::shared_ptr<const CompiledModel> model = network(32, 32).load();
    std::unique_ptr<Device> cpu = device(choice);
    InitialWeights weights(*model, 1);
    Session session(model, model->entry(""), *cpu, &weights);
    std::vector<float> x = randomValues(32 * 32 * 32, 1), y(x.size());
    std::vector<const void *> inputs{x.data()};
    std::vector<void *> outputs{y.data()};
    session.run(inputs, outputs);
    int64_t before = allocations, alive = living;
    for (int i = 0; i < 10; ++i)
      session.run(inputs, outputs);
    EXPECT_EQ(living, alive);
    // oneDNN makes a table of a call's arguments on each call; nothing else is left.
    double perCall = static_cast<double>(allocations - before) / 20;
    RecordProperty("allocations_per_onednn_call", std::to_string(perCall));
    EXPECT_LE(perCall, 20);
  }
}

TEST(Session, SaysWhatMemoryIsMissingBeforeAnythingIsDone) {
  ModelBuilder builder = network(32, 32);
  builder.main().arena_size = uint64_t(1) << 44;
  std::shared_ptr<const CompiledModel> model = builder.load();
  std::unique_ptr<Device> cpu = device();
  InitialWeights weights(*model, 1);
  std::string message = errorOf([&] { Session(model, model->entry(""), *cpu, &weights); });
  EXPECT_TRUE(hasParts(message, {"test.dpsims: entry \"main\" needs 16777", "(arena 16777216.0 MiB, variables 0 B",
                                 " threads has ", "smaller --batch or with --recompute"}));
}

TEST(Session, ProfilesEveryStep) {
  std::shared_ptr<const CompiledModel> model = network(32, 32).load();
  std::unique_ptr<Device> cpu = device();
  InitialWeights weights(*model, 1);
  Session session(model, model->entry(""), *cpu, &weights);
  std::vector<float> x = randomValues(32 * 32 * 32, 1), y(x.size()), again(x.size());
  session.run({x.data()}, {y.data()});
  std::vector<double> seconds(session.entry().main.steps.size(), -1);
  session.profile({x.data()}, {again.data()}, seconds);
  for (double time : seconds)
    EXPECT_GT(time, 0);
  EXPECT_EQ(y, again);
  std::fill(again.begin(), again.end(), 0.0f);
  EXPECT_GT(session.time({x.data()}, {again.data()}), 0);
  EXPECT_EQ(y, again);
}

TEST(Session, KernelsAllocateNothingAtAll) {
  ModelBuilder builder;
  uint32_t x = builder.input("x", {1000}), y = builder.output("y", {1000});
  builder.launch("copy", 1000, {x, y});
  std::shared_ptr<const CompiledModel> model = builder.load();
  std::unique_ptr<Device> cpu = device();
  Session session(model, model->entry(""), *cpu, nullptr);
  std::vector<float> from = randomValues(1000, 1), to(1000), other(1000);
  std::vector<const void *> inputs{from.data()};
  std::vector<void *> outputs{to.data()}, others{other.data()};
  session.run(inputs, outputs);
  int64_t before = allocations;
  session.run(inputs, others); // other addresses: bound again
  session.run(inputs, outputs);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(from, to);
  EXPECT_EQ(from, other);
}

TEST(Session, CutsGridsByTheirWork) {
  ModelBuilder builder;
  const uint64_t large = 1 << 16; // elements: worth waking the team
  builder.launch("share", 7, {builder.output("y", {large}, format::ElementType::I32)});
  std::shared_ptr<const CompiledModel> model = builder.load();
  std::unique_ptr<Device> cpu = device();
  Session session(model, model->entry(""), *cpu, nullptr);
  std::vector<int32_t> y(large);
  session.run({}, {y.data()});
  y.resize(7);
  EXPECT_EQ(y, std::vector<int32_t>(7, 1));
}

TEST(Session, KeepsMemoryToThePlan) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's memory counts too";
#endif
  std::shared_ptr<const CompiledModel> model = network(192, 192).load();
  for (ConvolutionChoice choice : {ConvolutionChoice::Direct, ConvolutionChoice::Winograd, ConvolutionChoice::Auto}) {
    std::unique_ptr<Device> cpu = device(choice);
    InitialWeights weights(*model, 1);
    std::vector<float> x = randomValues(192 * 192 * 192, 1), y(x.size());
    { // libraries and threads are there before
      std::shared_ptr<const CompiledModel> small = network(32, 32).load();
      InitialWeights smallWeights(*small, 1);
      Session warm(small, small->entry(""), *cpu, &smallWeights);
    }
    std::ofstream("/proc/self/clear_refs") << "5"; // the peak counts from here
    int64_t before = processMemory("VmRSS");
    Session session(model, model->entry(""), *cpu, &weights);
    session.run({x.data()}, {y.data()});
    int64_t peak = processMemory("VmHWM") - before, planned = static_cast<int64_t>(session.memory().total());
    EXPECT_LE(peak, planned + planned / 20 + (2 << 20)) << "planned " << planned;
  }
}

TEST(Session, NeedsItsWeights) {
  std::shared_ptr<const CompiledModel> model = network(8, 8).load();
  std::unique_ptr<Device> cpu = device();
  EXPECT_TRUE(hasParts(errorOf([&] { Session(model, model->entry(""), *cpu, nullptr); }), {"3 weights", "--weights"}));
}

TEST(Session, FindsWeightsBelowAPrefix) {
  TemporaryDirectory directory;
  std::shared_ptr<const CompiledModel> model = network(8, 8).load();
  std::vector<float> conv = randomValues(8 * 8 * 9, 1), bias(8, 0), linear = randomValues(64, 2);
  SafetensorsWriter writer(directory / "w.safetensors");
  writer.add("generator.conv.weight", ElementType::F32, {8, 8, 3, 3}, conv.data());
  writer.add("generator.conv.bias", ElementType::F32, {8}, bias.data());
  writer.add("generator.linear.weight", ElementType::F32, {8, 8}, linear.data());
  writer.write();
  const Entry &entry = model->entry("");
  FileWeights found(*model, entry, directory / "w.safetensors");
  EXPECT_EQ(found.detectedPrefix(), "generator.");
  FileWeights asked(*model, entry, directory / "w.safetensors", "generator");
  EXPECT_EQ(asked.detectedPrefix(), "");
  std::vector<float> read(64);
  asked.read(2, read.data());
  EXPECT_EQ(read, linear);
  EXPECT_TRUE(hasParts(errorOf([&] { FileWeights(*model, entry, directory / "w.safetensors", "ema"); }), {"ema."}));
}

struct Files {
  TemporaryDirectory directory;
  std::shared_ptr<const CompiledModel> model = network(8, 8).load();
  const Entry &entry = model->entry("");
  std::vector<float> x = randomValues(512, 1);

  std::string inputs(const std::string &name, const Shape &shape, ElementType type = ElementType::F32) const {
    SafetensorsWriter writer(directory / "in.safetensors");
    writer.add(name, type, shape, x.data());
    writer.write();
    return directory / "in.safetensors";
  }
};

TEST(Execute, ReadsRunsComparesAndWrites) {
  Files files;
  ExecuteInputs inputs = readInputs(files.entry, files.inputs("x", {1, 8, 8, 8}));
  std::unique_ptr<Device> cpu = device();
  InitialWeights weights(*files.model, 1);
  Session session(files.model, files.entry, *cpu, &weights);
  std::vector<NamedTensor> outputs = execute(session, inputs, &weights);
  std::string path = files.directory / "out.safetensors";
  writeOutputs(outputs, path);
  std::vector<Comparison> same = compareOutputs(outputs, path, 0);
  ASSERT_EQ(same.size(), 1u);
  EXPECT_TRUE(same[0].within);
  EXPECT_EQ(same[0].error, 0);
  outputs[0].tensor.buffer.as<float>()[5] += 10;
  EXPECT_FALSE(compareOutputs(outputs, path, 1e-4)[0].within);
  outputs[0].tensor.buffer.as<float>()[5] = NAN;
  EXPECT_FALSE(compareOutputs(outputs, path, 1e30)[0].within);
}

TEST(Execute, NamesWrongInputs) {
  Files files;
  auto error = [&](const std::string &path) { return errorOf([&] { readInputs(files.entry, path); }); };
  EXPECT_TRUE(hasParts(error(files.inputs("y", {1, 8, 8, 8})), {"in.safetensors", "\"x\"", "(1, 8, 8, 8)"}));
  EXPECT_TRUE(hasParts(error(files.inputs("x", {1, 8, 8, 4})), {"in.safetensors", "(1, 8, 8, 4)", "(1, 8, 8, 8)"}));
  EXPECT_TRUE(hasParts(error(files.inputs("x", {1, 8, 8, 8}, ElementType::I32)), {"\"x\"", "I32", "F32"}));
  EXPECT_TRUE(hasParts(error(files.directory / "none"), {"none"}));
}

TEST(Model, LoadsFromAFile) {
  TemporaryDirectory directory;
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(write(network(8, 8), directory / "m.dpsims"));
  EXPECT_EQ(model->path, directory / "m.dpsims");
}

DeviceOptions cacheAt(const std::string &path) {
  DeviceOptions options;
  options.planCache = path;
  return options;
}

TEST(PlanCache, KeepsChoicesByMachine) {
  TemporaryDirectory directory;
  std::string path = directory / "deep/plans.json";
  PlanCache first(cacheAt(path), "a");
  first.store("k", "winograd");
  first.save();
  EXPECT_EQ(PlanCache(cacheAt(path), "a").findWord("k"), "winograd");
  EXPECT_EQ(PlanCache(cacheAt(path), "b").findWord("k"), "");
  PlanCache second(cacheAt(path), "b");
  second.store("k", "direct");
  second.save();
  EXPECT_EQ(PlanCache(cacheAt(path), "a").findWord("k"), "winograd");
  EXPECT_EQ(PlanCache(cacheAt(path), "b").findWord("k"), "direct");
}

// Both had read the file before either wrote it.
TEST(PlanCache, KeepsWhatOthersWroteMeanwhile) {
  TemporaryDirectory directory;
  std::string path = directory / "plans.json";
  PlanCache first(cacheAt(path), "a"), second(cacheAt(path), "a");
  first.store("k", "winograd");
  first.save();
  second.store("l", {{"engine", 7}});
  second.save();
  PlanCache both(cacheAt(path), "a");
  EXPECT_EQ(both.findWord("k"), "winograd");
  ASSERT_TRUE(both.findRecord("l"));
  EXPECT_EQ((*both.findRecord("l"))["engine"], 7);
  EXPECT_FALSE(both.findRecord("k"));
  EXPECT_EQ(both.findWord("l"), "");
}

// Several models' plans may be made for one file at a time.
TEST(PlanCache, IsClaimedWithoutLossOfWhatOthersWrite) {
  TemporaryDirectory directory;
  for (int round = 0; round < 50; ++round) {
    const std::string path = directory / ("plans-" + std::to_string(round) + ".json");
    auto add = [&](const std::string &key) {
      claimPlanCache(path);
      PlanCache cache(cacheAt(path), "a");
      cache.store(key, "direct");
      cache.save();
    };
    std::thread other(add, "k");
    add("l");
    other.join();
    EXPECT_NO_THROW(requirePlans(path, "a", {"k", "l"}));
  }
}

TEST(PlanCache, TakesNoHarmFromBadFiles) {
  TemporaryDirectory directory;
  for (const char *text :
       {"", "{", "[]", "{\"version\": 1, \"machines\": {\"a\": {\"k\": \"winograd\"}}}",
        "{\"version\": 2, \"machines\": {\"a\": 3}}", "{\"version\": 2, \"machines\": {\"a\": {\"k\": 3}}}"}) {
    writeFile(directory / "plans.json", text);
    PlanCache cache(cacheAt(directory / "plans.json"), "a");
    EXPECT_EQ(cache.findWord("k"), "");
    cache.store("k", "direct");
    cache.save();
    EXPECT_EQ(PlanCache(cacheAt(directory / "plans.json"), "a").findWord("k"), "direct");
  }
  PlanCache nowhere(cacheAt("/proc/no/such/plans.json"), "a");
  nowhere.store("k", "direct");
  nowhere.save();
  EXPECT_EQ(nowhere.findWord("k"), "direct");
}

TEST(PlanCache, TellsOfDamagedChoicesOnce) {
  TemporaryDirectory directory;
  const std::string path = directory / "plans.json";
  writeFile(path, R"({"version": 2, "machines": {"a": {"k": 3, "l": "direct", "m": {}}}})");
  PlanCache cache(cacheAt(path), "a");
  testing::internal::CaptureStderr();
  EXPECT_EQ(cache.findWord("l"), "direct");
  EXPECT_TRUE(cache.findRecord("m"));
  EXPECT_FALSE(cache.findRecord("none"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  EXPECT_EQ(cache.findWord("k"), "");
  EXPECT_FALSE(cache.findRecord("l"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "dpsims: warning: " + path + ": has damaged plans, the first for \"k\": they are recreated\n");
}

TEST(PlanCache, RefusesWhatTheUserNamedAndIsOfNoUse) {
  TemporaryDirectory directory;
  std::string path = directory / "plans.json";
  auto open = [&](const char *text) {
    writeFile(path, text);
    DeviceOptions options = cacheAt(path);
    options.planCacheNamed = true;
    PlanCache(options, "GPU a");
  };
  auto error = [&](const char *text) { return errorOf([&] { open(text); }); };
  EXPECT_TRUE(hasParts(error("{"), {"plans.json", "damaged", "dpsims-run plans"}));
  EXPECT_TRUE(hasParts(error("{\"version\": 2}"), {"plans.json", "no plan cache"}));
  EXPECT_TRUE(hasParts(error("{\"version\": 1, \"machines\": {}}"), {"plans.json", "version 1", "is 2"}));
  EXPECT_TRUE(hasParts(error("{\"version\": 2, \"machines\": {\"GPU b\": {}}}"), {"plans.json", "GPU b", "GPU a"}));
  EXPECT_NO_THROW(open("{\"version\": 2, \"machines\": {\"GPU a\": {}}}"));
  EXPECT_NO_THROW(open("{\"version\": 2, \"machines\": {}}"));
}

} // namespace
