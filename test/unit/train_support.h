// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs of the trainer on a model that adds instead of learning: every iteration changes its weights by the picture and
// the noise that it gets, so that a run that misses or repeats one ends with other weights.

#ifndef DPSIMS_TEST_UNIT_TRAIN_SUPPORT_H
#define DPSIMS_TEST_UNIT_TRAIN_SUPPORT_H

#include "model_builder.h"
#include "queued_device.h"
#include "support.h"

#include "runtime/image/png.h"
#include "runtime/train/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace dpsims::test {

namespace fs = std::filesystem;

inline constexpr uint64_t batch = 2, height = 4, width = 6, noiseDim = 3, pixels = batch * 3 * height * width;
inline const Dims maps{batch, height, width}, images{batch, 3, height, width}, flat{pixels};

// Begins one more entry; the one at hand is then the newest.
inline void addEntry(ModelBuilder &builder, const std::string &name) {
  builder.model.entries.insert(builder.model.entries.begin(), std::make_unique<format::EntryT>());
  builder.entry().name = name;
  builder.entry().prepare = std::make_unique<format::PlanT>();
  builder.entry().main = std::make_unique<format::PlanT>();
}

inline void addTrain(ModelBuilder &builder) {
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

inline void addOthers(ModelBuilder &builder) {
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
  builder.variable("ema.generator.weight", flat); // the name is in the model already: see makeModel
  const uint32_t running = builder.variable("ema.generator.running", flat, "zeros");
  builder.launch("copy", pixels, {noise, running});

  addEntry(builder, "features");
  const uint32_t picture = builder.input("image", images);
  builder.weight("stages.0.blocks.0.conv_dw.weight", flat);
  for (int tap = 0; tap < 4; ++tap)
    builder.launch("copy", pixels, {picture, builder.output("tap" + std::to_string(tap), images)});
}

// The model's bytes; the statistics' entry shares the average with training.
inline std::vector<uint8_t> makeModel(const std::string &config, const std::string &hash = "abc") {
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

inline const char config[] = R"({"num_classes": 5, "image_size": [4, 6], "loss": {"weight": 1.0},
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

  // A model of `folders` without splits, and `count` pictures of them from number `first` on.
  void useFiles(int first, int count) {
    const std::vector<uint8_t> model = makeModel(R"({"num_classes": 5, "image_size": [4, 6], "data": {"holdout": 4}})");
    writeFile(directory / "m.dpsims", model.data(), model.size());
    for (int i = first; i < first + count; ++i)
      addPicture("p" + std::to_string(i));
  }

  void addPicture(const std::string &name) {
    fs::create_directories(directory / "set/images");
    fs::create_directories(directory / "set/labels");
    const std::vector<uint8_t> pixels(4 * 6 * 3, uint8_t(name.back()));
    writeRgbPng(directory / ("set/images/" + name + ".png"), 6, 4, pixels.data());
    writeLabelMap(directory / ("set/labels/" + name + ".png"), {6, 4, std::vector<int32_t>(24, 1)});
  }

  TrainOptions filesOptions(const std::string &run, uint64_t steps) {
    TrainOptions result = options(run, steps);
    result.data = directory / "set";
    result.sampleEvery = 0;
    return result;
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
        [&](const std::string &, const DeviceOptions &, const std::string &) {
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

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_TRAIN_SUPPORT_H
