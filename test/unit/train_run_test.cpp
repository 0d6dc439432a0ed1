// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whole runs of the trainer, on a model that adds instead of learning: every iteration changes its weights by the
// picture and the noise that it gets, so that a run that misses or repeats one ends with other weights.

#include "model_builder.h"
#include "queued_device.h"
#include "support.h"

#include "runtime/image/png.h"
#include "runtime/train/curves.h"
#include "runtime/train/export_average.h"
#include "runtime/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

namespace fs = std::filesystem;

constexpr uint64_t batch = 2, height = 4, width = 6, noiseDim = 3, pixels = batch * 3 * height * width;
const Dims maps{batch, height, width}, images{batch, 3, height, width}, flat{pixels};

// Begins one more entry; the one at hand is then the newest.
void addEntry(ModelBuilder &builder, const std::string &name) {
  builder.model.entries.insert(builder.model.entries.begin(), std::make_unique<format::EntryT>());
  builder.entry().name = name;
  builder.entry().prepare = std::make_unique<format::PlanT>();
  builder.entry().main = std::make_unique<format::PlanT>();
}

void addTrain(ModelBuilder &builder) {
  builder.entry().name = "train";
  builder.input("labels", maps, format::ElementType::I32);
  const uint32_t image = builder.input("image", images), z1 = builder.input("z1", {batch, pixels / batch});
  builder.input("patch_index0", {batch, 1}, format::ElementType::I32);
  builder.input("labelmix_choice", {6}, format::ElementType::I32);
  const uint32_t weight = builder.variable("generator.weight", flat, "zeros"),
                 running = builder.variable("generator.running", flat, "zeros"),
                 average = builder.variable("ema.generator.weight", flat, "copy"),
                 doubled = builder.variable("discriminator.doubled", flat, "zeros"), held = builder.temporary(flat),
                 frozen = builder.weight("discriminator.backbone.stages.0.blocks.0.conv_dw.weight", flat, "ones");
  builder.model.weights[1]->trained = false;
  builder.model.weights[2]->init_of = "generator.weight";
  builder.model.weights[2]->required = false;
  builder.model.weights[4]->trained = false;
  builder.launch("first", 1, {weight, builder.output("loss/g", {})});
  builder.launch("first", 1, {doubled, builder.output("loss/d", {})});
  builder.launch("add", pixels, {image, weight, weight}, "learn the picture");
  builder.launch("add", pixels, {z1, weight, weight}, "learn the noise");
  builder.launch("copy", pixels, {image, running}, "statistics");
  builder.launch("add", pixels, {average, weight, average}, "average");
  builder.launch("add", pixels, {doubled, doubled, doubled}, "double");
  builder.launch("copy", pixels, {frozen, held});
}

void addOthers(ModelBuilder &builder) {
  addEntry(builder, "sample");
  const uint32_t labels = builder.input("labels", maps, format::ElementType::I32), z = builder.input("z", {batch, 3});
  builder.weight("weight", flat);
  builder.weight("running", flat);
  builder.launch("paint", batch,
                 {labels, z, labels, builder.output("image", {batch, height, width, 3}, format::ElementType::U8)});

  addEntry(builder, "statistics");
  builder.input("labels", maps, format::ElementType::I32);
  const uint32_t noise = builder.input("z", {batch, pixels / batch});
  builder.input("momentum", {});
  builder.variable("ema.generator.weight", flat); // the name stands in the model already: see makeModel
  const uint32_t running = builder.variable("ema.generator.running", flat, "zeros");
  builder.launch("copy", pixels, {noise, running});

  addEntry(builder, "features");
  const uint32_t picture = builder.input("image", images);
  builder.weight("stages.0.blocks.0.conv_dw.weight", flat);
  for (int tap = 0; tap < 4; ++tap)
    builder.launch("copy", pixels, {picture, builder.output("tap" + std::to_string(tap), images)});
}

// The model's bytes; the statistics' entry shares the average with training.
std::vector<uint8_t> makeModel(const std::string &config, const std::string &hash = "abc") {
  ModelBuilder builder;
  builder.model.config = config;
  builder.model.source_hash = hash;
  addTrain(builder);
  addOthers(builder);
  for (size_t i = 5; i < builder.model.weights.size(); ++i)
    if (builder.model.weights[i]->name == "ema.generator.weight") {
      format::EntryT &statistics = *builder.model.entries[1];
      std::replace(statistics.weights.begin(), statistics.weights.end(), uint32_t(i), 2u);
      std::replace(statistics.variables.begin(), statistics.variables.end(), uint32_t(i), 2u);
      builder.model.weights[i]->name = "unused";
    }
  return builder.finish();
}

const char config[] = R"({"num_classes": 5, "image_size": [4, 6], "loss": {"weight": 1.0},
                          "data": {"dataset": "shapes", "pictures": {"train": 7, "val": 5}}})";

struct TrainRun : testing::Test {
  TemporaryDirectory directory;
  std::vector<std::string> reports;

  void SetUp() override {
    ::setenv("XDG_CACHE_HOME", (directory / "cache").c_str(), 1);
    const std::vector<uint8_t> model = makeModel(config);
    writeFile(directory / "m.dpsims", model.data(), model.size());
    writeTensor("backbone.safetensors", "stages.0.blocks.0.conv_dw.weight", 3);
  }

  void writeTensor(const std::string &file, const std::string &name, float value, const std::string &second = "") {
    const std::vector<float> values(pixels, value), small(pixels, 1e-3f);
    SafetensorsWriter writer(directory / file);
    writer.add(name, ElementType::F32, {pixels}, values.data());
    if (!second.empty())
      for (const char *more : {"generator.weight", "generator.running"})
        writer.add(more, ElementType::F32, {pixels}, small.data());
    writer.write();
  }

  TrainOptions options(const std::string &run, uint64_t steps = 6) {
    TrainOptions result;
    result.model = directory / "m.dpsims";
    result.backboneWeights = directory / "backbone.safetensors";
    result.output = directory / run;
    result.steps = steps;
    result.seed = 4;
    result.checkpointEvery = 2;
    result.sampleEvery = 3;
    result.validateEvery = 3;
    result.statisticsBatches = 2;
    result.threads = 1;
    return result;
  }

  void train(const TrainOptions &chosen) {
    Trainer(chosen, [this](const std::string &text) { reports.push_back(text); }).run();
  }

  // On a device with several iterations in flight. Returns how often the host waited for it.
  int trainQueued(const TrainOptions &chosen, uint32_t order, bool spoilsPlans = false) {
    QueuedDevice *device = nullptr;
    Trainer trainer(
        chosen, [this](const std::string &text) { reports.push_back(text); },
        [&](Target, const DeviceOptions &, const std::string &) {
          auto result = std::make_unique<QueuedDevice>(order);
          device = result.get();
          device->spoilsPlans = spoilsPlans;
          return result;
        });
    trainer.run();
    return device->hostWaits;
  }

  std::string text(const std::string &file) { return readText(directory / file); }

  testing::AssertionResult reported(const std::string &part) {
    for (const std::string &report : reports)
      if (report.find(part) != std::string::npos)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << "no report has '" << part << "'";
  }

  // Everything that does not tell the time.
  void expectSameRuns(const std::string &a, const std::string &b, const std::string &last = "step-00000006") {
    for (const std::string &file :
         {"checkpoints/" + last + "/model.safetensors", std::string("losses.csv"), std::string("validation.csv"),
          std::string("ema.safetensors"), std::string("grids/step-00000000.png"), "grids/" + last + ".png",
          std::string("curves.png")})
      EXPECT_EQ(text(a + "/" + file), text(b + "/" + file)) << file;
  }
};

TEST_F(TrainRun, LeavesWhatItShould) {
  TrainOptions chosen = options("run");
  chosen.keep = 1;
  chosen.keepEvery = 4;
  train(chosen);
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{4, 6}));
  EXPECT_TRUE(fs::exists(directory / "run/checkpoints/step-00000004/ema.safetensors"));
  EXPECT_FALSE(fs::exists(directory / "run/checkpoints/step-00000006/ema.safetensors"));
  const CsvTable losses = readCsv(directory / "run/losses.csv");
  EXPECT_EQ(losses.columns, (std::vector<std::string>{"loss/g", "loss/d"}));
  EXPECT_EQ(losses.steps, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  const CsvTable distances = readCsv(directory / "run/validation.csv");
  EXPECT_EQ(distances.steps, (std::vector<double>{0, 3, 6}));
  EXPECT_GT(distances.values[0][0], 0);
  // This model paints green as 128 + 30 z: a third of the mean |z - z'| * 30 / 255.
  EXPECT_NEAR(distances.values[1][0], 30.0 / 255 / 3 * 1.13, 0.02);
  const RgbImage grid = readRgbPng(directory / "run/grids/step-00000003.png");
  EXPECT_GT(grid.width, 5 * int(width));
  EXPECT_GT(grid.height, 5 * int(height));
  EXPECT_TRUE(reported("Frechet distance"));
  EXPECT_TRUE(reported("training in"));
  // The result has sample's names; the statistics are those of the last batch, as this model estimates them.
  const SafetensorsFile average(directory / "run/ema.safetensors");
  ASSERT_EQ(average.entries().size(), 2u);
  EXPECT_EQ(average.metadata().at("dpsims.step"), "6");
  std::vector<float> running(pixels), noise(pixels);
  average.read(*average.find("running"), running.data());
  Noise(4).normal(TrainStream::Statistics, 1, pixels, noise.data());
  EXPECT_EQ(running, noise);
}

TEST_F(TrainRun, IsReproducible) {
  train(options("a"));
  train(options("b"));
  expectSameRuns("a", "b");
  TrainOptions other = options("c");
  other.seed = 5;
  train(other);
  EXPECT_NE(text("a/losses.csv"), text("c/losses.csv"));
}

TEST_F(TrainRun, GoesOnWhereItStopped) {
  train(options("whole"));
  train(options("parts", 3));
  TrainOptions more = options("parts");
  more.resume = true;
  train(more);
  expectSameRuns("whole", "parts");
  // What came after the last checkpoint is done again.
  fs::copy(directory / "whole", directory / "cut", fs::copy_options::recursive);
  fs::remove_all(directory / "cut/checkpoints/step-00000006");
  writeFile(directory / "cut/checkpoints/step-00000004/DONE", "{}");
  more.output = directory / "cut";
  train(more);
  EXPECT_TRUE(reported("step-00000004/state.json: is missing; the checkpoint is passed over"));
  expectSameRuns("whole", "cut");
  // Nothing is left to do.
  train(more);
  expectSameRuns("whole", "cut");
}

TEST_F(TrainRun, SurvivesKills) {
  train(options("whole"));
  TrainOptions chosen = options("killed");
  for (int round = 0; round < 8; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      Trainer trainer(chosen, [](const std::string &) {});
      trainer.run();
      ::_exit(0);
    }
    ::usleep(useconds_t(3000 + 9000 * round));
    ::kill(child, SIGKILL);
    int status;
    ::waitpid(child, &status, 0);
    chosen.resume = true;
  }
  train(chosen);
  expectSameRuns("whole", "killed");
}

TEST_F(TrainRun, StopsAtASignal) {
  train(options("whole"));
  TrainOptions chosen = options("stopped");
  Trainer(chosen, [this](const std::string &text) {
    reports.push_back(text);
    if (text.rfind("step 3:", 0) == 0)
      ::raise(SIGTERM);
  }).run();
  EXPECT_TRUE(reported("stopped at step 3 of 6; go on with: dpsims-run train --output"));
  EXPECT_EQ(Checkpoints(directory / "stopped/checkpoints").steps(), (std::vector<uint64_t>{0, 2, 3}));
  EXPECT_FALSE(fs::exists(directory / "stopped/ema.safetensors"));
  chosen.resume = true;
  train(chosen);
  expectSameRuns("whole", "stopped");
}

TEST_F(TrainRun, NamesTheOpThatFails) {
  writeTensor("big.safetensors", "discriminator.doubled", 3e37f, "and the generator's");
  TrainOptions chosen = options("run", 20);
  chosen.weights = directory / "big.safetensors";
  // 3e37 is infinite after four more doublings: in iteration 4.
  const std::string message = errorOf([&] { train(chosen); });
  EXPECT_TRUE(hasParts(message, {"in iteration 4 the first op whose result is not finite is double",
                                 "checkpoints/step-00000002 is the last good checkpoint"}));
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{0, 2}));
  EXPECT_TRUE(reported("iteration 4: the weight discriminator.doubled"));
}

TEST_F(TrainRun, FindsOpsByLossesToo) {
  writeTensor("big.safetensors", "discriminator.doubled", 3e37f, "and the generator's");
  TrainOptions chosen = options("run", 20);
  chosen.weights = directory / "big.safetensors";
  chosen.checkpointEvery = 10;
  chosen.sampleEvery = chosen.validateEvery = 0;
  const std::string message = errorOf([&] { train(chosen); });
  EXPECT_TRUE(hasParts(message, {"loss/d is infinite: in iteration 4", "double", "step-00000000"}));
  EXPECT_TRUE(reported("iteration 5: loss/d is infinite"));
}

TEST_F(TrainRun, IterationsInFlightGiveTheSameRun) {
  const auto chosen = [&](const std::string &run, uint64_t steps) {
    TrainOptions result = options(run, steps);
    result.checkpointEvery = 11;
    result.sampleEvery = result.validateEvery = 13;
    return result;
  };
  train(chosen("whole", 30));
  for (uint32_t order = 0; order < 2; ++order) {
    const std::string run = "queued" + std::to_string(order);
    trainQueued(chosen(run, 26), order);
    TrainOptions more = chosen(run, 30);
    more.resume = true;
    trainQueued(more, order);
    expectSameRuns("whole", run, "step-00000030");
  }
}

TEST_F(TrainRun, BadLossesAreFoundAmongIterationsInFlight) {
  writeTensor("big.safetensors", "discriminator.doubled", 3e37f, "and the generator's");
  TrainOptions chosen = options("run", 20);
  chosen.weights = directory / "big.safetensors";
  chosen.checkpointEvery = 10;
  chosen.sampleEvery = chosen.validateEvery = 0;
  const std::string message = errorOf([&] { trainQueued(chosen, 1); });
  EXPECT_TRUE(hasParts(message, {"loss/d is infinite: in iteration 4", "double", "step-00000000"}));
  EXPECT_TRUE(reported("iteration 5: loss/d is infinite"));
  EXPECT_EQ(readCsv(directory / "run/losses.csv").steps, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{0}));
  // A checkpoint that would come between is not made.
  chosen.output = directory / "other";
  chosen.checkpointEvery = 6;
  EXPECT_TRUE(hasParts(errorOf([&] { trainQueued(chosen, 1); }), {"loss/d is infinite: in iteration 4", "double"}));
  EXPECT_EQ(Checkpoints(directory / "other/checkpoints").steps(), (std::vector<uint64_t>{0}));
}

// A graph that is not what its steps are.
TEST_F(TrainRun, SaysWhereNoOpIsBad) {
  TrainOptions chosen = options("run", 4);
  chosen.sampleEvery = chosen.validateEvery = 0;
  const std::string message = errorOf([&] { trainQueued(chosen, 1, /*spoilsPlans=*/true); });
  EXPECT_TRUE(hasParts(message, {"loss/g is not a number: in iteration 1, but no op gives such a value", "one by one",
                                 "checkpoints/step-00000000: --resume --no-graph", "--checked"}));
  EXPECT_EQ(message.find("optimizer.lr"), std::string::npos);
}

TEST_F(TrainRun, HostWaitsOnceInFourIterations) {
  const auto waits = [&](uint64_t steps) {
    TrainOptions chosen = options("run" + std::to_string(steps), steps);
    chosen.checkpointEvery = 1000;
    chosen.sampleEvery = chosen.validateEvery = 0;
    return trainQueued(chosen, 1);
  };
  EXPECT_EQ(waits(60) - waits(20), 10);
}

TEST_F(TrainRun, RefusesWhatDoesNotFit) {
  train(options("run", 2));
  TrainOptions again = options("run", 4);
  EXPECT_TRUE(hasParts(errorOf([&] { train(again); }), {"run: is not empty", "--resume"}));
  again.resume = true;
  again.seed = 9;
  EXPECT_TRUE(hasParts(errorOf([&] { train(again); }), {"--seed 4, not 9"}));
  again.seed = 4;
  const RunFolder held(directory / "run", true);
  EXPECT_TRUE(hasParts(errorOf([&] { train(again); }), {"another run trains in this folder"}));

  TrainOptions batch = options("other");
  batch.batch = 3;
  EXPECT_TRUE(hasParts(errorOf([&] { train(batch); }), {"compiled for batch 2, not 3", "--training --batch 3"}));
  TrainOptions none = options("other");
  none.backboneWeights = "";
  EXPECT_TRUE(hasParts(errorOf([&] { train(none); }), {"--backbone-weights", "fetch-efficientnet-lite0.py"}));
  writeTensor("resnet.safetensors", "layer1.0.conv1.weight", 1);
  none.backboneWeights = directory / "resnet.safetensors";
  EXPECT_TRUE(hasParts(errorOf([&] { train(none); }),
                       {"resnet.safetensors: has the weights of a ResNet, the discriminator's backbone is a ConvNeXt",
                        "1 missing: \"stages.0", "1 unexpected: \"layer1.0"}));
  EXPECT_NO_THROW(train(options("other", 1))); // what failed above left nothing in the way
}

// The curves cannot be drawn: no reason to lose the iterations before.
TEST_F(TrainRun, SavesItsProgressBeforeAnyError) {
  TrainOptions chosen = options("run");
  chosen.checkpointEvery = 100;
  Trainer trainer(chosen, [](const std::string &) {});
  fs::create_directory(directory / "run/curves.png");
  EXPECT_TRUE(hasParts(errorOf([&] { trainer.run(); }), {"run/curves.png"}));
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{0, 3}));
}

TEST_F(TrainRun, RestoresFrozenWeights) {
  train(options("whole"));
  train(options("run", 3));
  TrainOptions more = options("run");
  more.resume = true;
  const std::string path = directory / "run/frozen.safetensors", good = readText(path);
  std::string bad = good;
  bad[bad.size() - 5] ^= 1;
  writeFile(path, bad);
  TrainOptions without = more, others = more;
  without.backboneWeights = "";
  EXPECT_TRUE(hasParts(errorOf([&] { train(without); }), {"frozen.safetensors: is damaged", "--backbone-weights"}));
  writeTensor("others.safetensors", "stages.0.blocks.0.conv_dw.weight", 4);
  others.backboneWeights = directory / "others.safetensors";
  EXPECT_TRUE(hasParts(errorOf([&] { train(others); }), {"others.safetensors: has other weights"}));
  fs::remove(path);
  TrainOptions lost = more;
  lost.backboneWeights = directory / "none.safetensors";
  EXPECT_TRUE(hasParts(errorOf([&] { train(lost); }),
                       {"frozen.safetensors", "none.safetensors: cannot open", "the file that the run began with"}));
  train(more);
  EXPECT_TRUE(reported("it is made anew of"));
  EXPECT_EQ(readText(path), good);
  expectSameRuns("whole", "run");
  // A whole file needs no other, which then does not become the run's.
  train(lost);
  TrainOptions kept;
  readOptions(directory / "run/run.json", kept);
  EXPECT_EQ(kept.backboneWeights, more.backboneWeights);
}

TEST_F(TrainRun, RefusesWeightsThatAreNotFinite) {
  writeTensor("nan.safetensors", "stages.0.blocks.0.conv_dw.weight", NAN);
  TrainOptions chosen = options("run");
  chosen.backboneWeights = directory / "nan.safetensors";
  EXPECT_TRUE(hasParts(errorOf([&] { train(chosen); }), {"nan.safetensors: \"stages.0.blocks.0.conv_dw.weight\" has",
                                                         "not finite, the first nan at [0]: fetch"}));
}

TEST_F(TrainRun, RefusesWhatNoFlagTakes) {
  const std::string path = directory / "run.json";
  for (const char *text :
       {R"("keep": 0)", R"("steps": -1)", R"("steps": 6.7)", R"("convolution": "foo")", R"("device": "gpu")",
        R"("validation-images": 1)", R"("threads": 5000)", R"("tf32": 1)", R"("model": 3)"}) {
    writeFile(path, std::string("{") + text + "}");
    TrainOptions read;
    const std::string name = std::string(text).substr(1, std::string(text).find('"', 1) - 1);
    EXPECT_TRUE(
        hasParts(errorOf([&] { readOptions(path, read); }), {"run.json", name.c_str(), "give that flag again"}));
    EXPECT_NO_THROW(readOptions(path, read, [&](const std::string &given) { return given == name; }));
  }
}

TEST_F(TrainRun, RefusesToGoBack) {
  train(options("run", 4));
  TrainOptions less = options("run", 2);
  less.resume = true;
  EXPECT_TRUE(hasParts(errorOf([&] { train(less); }), {"run: is at step 4 already, --steps is 2"}));
}

TEST_F(TrainRun, RefusesAnotherConfiguration) {
  train(options("run", 2));
  TrainOptions again = options("run", 4);
  again.resume = true;
  std::string changed = config;
  changed.replace(changed.find("1.0"), 3, "2.5");
  std::vector<uint8_t> model = makeModel(changed);
  writeFile(directory / "m.dpsims", model.data(), model.size());
  EXPECT_TRUE(hasParts(errorOf([&] { train(again); }), {"step-00000002: a checkpoint of another configuration",
                                                        "loss.weight is 1.0 in the checkpoint, 2.5 in the model"}));
  model = makeModel(config, "other texts");
  writeFile(directory / "m.dpsims", model.data(), model.size());
  train(again);
  EXPECT_TRUE(reported("compiled of other texts"));
}

TEST_F(TrainRun, FullDiskKeepsOlderCheckpoints) {
  train(options("run", 2));
  const std::string before = text("run/checkpoints/step-00000002/model.safetensors");
  const pid_t child = ::fork();
  if (child == 0) {
    TrainOptions more = options("run", 8);
    more.resume = true;
    more.sampleEvery = more.validateEvery = 0;
    std::string message;
    try {
      Trainer trainer(more, [](const std::string &) {});
      struct rlimit limit = {1500, 1500}; // bytes of a file
      ::setrlimit(RLIMIT_FSIZE, &limit);
      trainer.run();
    } catch (const Error &error) {
      message = error.what();
    }
    const bool good = message.find("cannot write: File too large") != std::string::npos &&
                      message.find("older ones are as they were") != std::string::npos;
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Checkpoints(directory / "run/checkpoints").steps(), (std::vector<uint64_t>{0, 2}));
  EXPECT_EQ(text("run/checkpoints/step-00000002/model.safetensors"), before);
  TrainOptions more = options("run");
  more.resume = true;
  train(more);
  train(options("whole"));
  for (const char *file : {"/checkpoints/step-00000006/model.safetensors", "/losses.csv", "/ema.safetensors"})
    EXPECT_EQ(text(std::string("whole") + file), text(std::string("run") + file)) << file;
}

TEST_F(TrainRun, ExportsTheAverage) {
  train(options("run"));
  writeOptions(directory / "run/run.json", options("run"));
  ExportOptions chosen;
  chosen.run = directory / "run";
  chosen.output = directory / "e.safetensors";
  const auto ignore = [](const std::string &) {};
  exportAverage(chosen, ignore);
  EXPECT_EQ(text("e.safetensors"), text("run/ema.safetensors"));
  chosen.step = 3;
  EXPECT_TRUE(hasParts(errorOf([&] { exportAverage(chosen, ignore); }), {"no checkpoint of step 3; it has 2, 4, 6"}));
  chosen.step = 4;
  chosen.half = true;
  exportAverage(chosen, ignore);
  EXPECT_EQ(SafetensorsFile(chosen.output).metadata().at("dpsims.step"), "4");
  chosen.run = directory / "none";
  EXPECT_TRUE(hasParts(errorOf([&] { exportAverage(chosen, ignore); }), {"none: "}));
}

TEST(GeneratorWeights, HalvesAreTheNearest) {
  const std::pair<float, uint16_t> cases[] = {{0.0f, 0},
                                              {-0.0f, 0x8000},
                                              {1.0f, 0x3c00},
                                              {-2.0f, 0xc000},
                                              {65504.0f, 0x7bff},
                                              {1e9f, 0x7bff},
                                              {-70000.0f, 0xfbff},
                                              {0x1p-24f, 1},
                                              {0x1p-25f, 0},
                                              {0x1.8p-24f, 2},
                                              {0x1p-14f, 0x400},
                                              {1.00048828125f, 0x3c00},
                                              {1.00146484375f, 0x3c02},
                                              {0x1.ffffp-15f, 0x400}};
  for (const auto &[value, bits] : cases)
    EXPECT_EQ(floatToHalf(value), bits) << value;
  for (uint32_t bits = 0; bits < 0x7c00; ++bits)
    ASSERT_EQ(floatToHalf(halfToFloat(uint16_t(bits))), bits);
}

TEST(Curves, AreDrawn) {
  const Curve curve{"loss", {0, 1, 2, 3}, {4, 2, -1, 1}}, flatCurve{"flat", {0, 1}, {2, 2}}, none{"none", {}, {}};
  const RgbImage image = drawCharts({{"losses", {curve, flatCurve, none}, true}, {"nothing", {none}, false}}, 400, 200);
  EXPECT_EQ(image.width, 400);
  EXPECT_EQ(image.height, 400);
  const Curve thin = thinned({"long", {0, 1, 2, 3, 4}, {0, 2, 4, 6, 9}}, 3);
  EXPECT_EQ(thin.x, (std::vector<double>{0.5, 2.5, 4}));
  EXPECT_EQ(thin.y, (std::vector<double>{1, 5, 9}));
  for (double huge : {1e20, 1e300, -1e300}) // the axis ends, however large its numbers are
    drawCharts({{"huge", {{"", {huge, std::nextafter(huge, 0.0)}, {1, 2}}}, false}}, 400, 200);
}

} // namespace
