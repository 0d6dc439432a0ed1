// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Training on several ranks, which are threads here, of a model that adds up what it sees: a picture or a noise that is
// missed, or comes twice, is in its weights.

#include "ranks_support.h"
#include "train_support.h"

#include "runtime/session/execute.h"
#include "runtime/train/stop_signal.h"

#include <cmath>
#include <csignal>

using namespace dpsims;
using namespace dpsims::test;

namespace {

constexpr uint64_t wholeBatch = 4, picture = 3 * height * width;

uint32_t sharded(ModelBuilder &builder, const std::string &name, const Dims &shape,
                 format::ElementType type = format::ElementType::F32) {
  const uint32_t buffer = builder.input(name, shape, type);
  builder.entry().inputs.back()->sharded = true;
  return buffer;
}

// An input of (images, picture), and its sum over the images of all ranks.
uint32_t sumOfImages(ModelBuilder &builder, const std::string &name, const Dims &shape, uint64_t ranks,
                     bool isSharded = true) {
  const uint32_t index = uint32_t(builder.entry().inputs.size());
  if (isSharded)
    sharded(builder, name, shape);
  else
    builder.input(name, shape);
  const uint32_t sum = builder.temporary({picture});
  const auto image = [&](uint64_t i) {
    return builder.buffer(builder.main(), format::Space::Input, index, i * picture * sizeof(float), {picture});
  };
  builder.launch("copy", picture, {image(0), sum});
  for (uint64_t i = 1; i < shape[0]; ++i)
    builder.launch("add", picture, {sum, image(i), sum});
  if (ranks > 1) {
    format::CollectiveT step;
    step.srcs = step.dsts = {sum};
    builder.step(builder.main(), step, "meet for " + name);
  }
  return sum;
}

void addEntries(ModelBuilder &builder, uint64_t ranks) {
  const uint64_t own = wholeBatch / ranks;
  builder.entry().name = "train";
  sharded(builder, "labels", {own, height, width}, format::ElementType::I32);
  const uint32_t weight = builder.variable("generator.weight", {picture}, "zeros"),
                 average = builder.variable("ema.generator.weight", {picture}, "copy"),
                 seen = builder.variable("generator.running", {picture}, "zeros");
  builder.model.weights[1]->init_of = "generator.weight";
  builder.model.weights[1]->required = false;
  const uint32_t image = sumOfImages(builder, "image", {own, 3, height, width}, ranks),
                 noise = sumOfImages(builder, "z1", {own, picture}, ranks);
  sharded(builder, "patch_index0", {own, 1}, format::ElementType::I32);
  builder.input("labelmix_choice", {6}, format::ElementType::I32);
  builder.launch("add", picture, {weight, image, weight}, "learn the picture");
  builder.launch("add", picture, {weight, noise, weight}, "learn the noise");
  builder.launch("add", picture, {average, weight, average});
  builder.launch("copy", picture, {image, seen});
  builder.launch("first", 1, {weight, builder.output("loss/g", {})});

  addEntry(builder, "sample");
  const uint32_t labels = builder.input("labels", {wholeBatch, height, width}, format::ElementType::I32),
                 z = builder.input("z", {wholeBatch, 3});
  builder.weight("weight", {picture});
  builder.weight("running", {picture});
  builder.launch("paint", wholeBatch,
                 {labels, z, labels, builder.output("image", {wholeBatch, height, width, 3}, format::ElementType::U8)});

  addEntry(builder, "statistics");
  sharded(builder, "labels", {own, height, width}, format::ElementType::I32);
  const uint32_t running = builder.variable("ema.generator.running", {picture}, "zeros");
  builder.launch("add", picture, {running, sumOfImages(builder, "z", {own, picture}, ranks), running});
  builder.input("momentum", {});

  addEntry(builder, "features");
  builder.input("image", {wholeBatch, 3, height, width});
}

std::vector<uint8_t> modelFor(uint64_t ranks, const std::string &pictures = "7") {
  ModelBuilder builder;
  builder.model.config = R"({"num_classes": 5, "image_size": [4, 6],
                             "data": {"dataset": "shapes", "pictures": {"train": )" +
                         pictures + R"(, "val": 5}}})";
  builder.model.ranks = uint32_t(ranks);
  addEntries(builder, ranks);
  return builder.finish();
}

} // namespace

struct TrainRanks : TrainRun {
  void SetUp() override {
    TrainRun::SetUp();
    for (const uint64_t ranks : {1, 2, 4}) {
      const std::vector<uint8_t> model = modelFor(ranks);
      writeFile(modelPath(int(ranks)), model.data(), model.size());
    }
  }

  std::string modelPath(int ranks) const { return directory / ("m" + std::to_string(ranks) + ".dpsims"); }

  TrainOptions optionsFor(int ranks, const std::string &run, uint64_t steps = 6) {
    TrainOptions result = options(run, steps);
    result.model = modelPath(ranks);
    result.backboneWeights = "";
    result.validateEvery = 0;
    return result;
  }

  // `change` may change a rank's options, and gets its reports.
  Messages trainOn(int count, const TrainOptions &chosen, const std::function<void(int, TrainOptions &)> &change = {},
                   const Report &hears = {}) {
    return asRanks(count, [&](const std::shared_ptr<RankCommunicator> &ranks) {
      TrainOptions own = chosen;
      own.ranks = ranks;
      if (change)
        change(ranks->rank(), own);
      Trainer(own, [&](const std::string &text) {
        if (ranks->rank() == 0 && hears)
          hears(text);
        else if (ranks->rank() == 0)
          reports.push_back(text);
      }).run();
    });
  }

  std::vector<float> weights(const std::string &run, const std::string &step = "step-00000006") {
    const SafetensorsFile file(directory / (run + "/checkpoints/" + step + "/model.safetensors"));
    std::vector<float> result(picture);
    file.read(*file.find("generator.weight"), result.data());
    return result;
  }

  void expectClose(const std::string &a, const std::string &b) {
    const std::vector<float> some = weights(a), others = weights(b);
    float largest = 0;
    for (size_t i = 0; i < picture; ++i) {
      EXPECT_NEAR(some[i], others[i], 1e-4f) << i;
      largest = std::max(largest, std::fabs(some[i]));
    }
    EXPECT_GT(largest, 1); // or nothing was learned
  }
};

TEST_F(TrainRanks, SeeTheSamePicturesAndNoise) {
  train(optionsFor(1, "one"));
  for (const int count : {2, 4}) {
    const std::string run = "on" + std::to_string(count);
    ASSERT_EQ(trainOn(count, optionsFor(count, run)), Messages());
    expectClose("one", run);
    for (const char *grid : {"/grids/step-00000000.png", "/grids/step-00000006.png"})
      EXPECT_EQ(text("one" + std::string(grid)), text(run + grid));
    const SafetensorsFile average(directory / (run + "/ema.safetensors")), whole(directory / "one/ema.safetensors");
    std::vector<float> some(picture), others(picture);
    average.read(*average.find("running"), some.data());
    whole.read(*whole.find("running"), others.data());
    for (size_t i = 0; i < picture; ++i)
      EXPECT_NEAR(some[i], others[i], 1e-4f);
    const CsvTable losses = readCsv(directory / (run + "/losses.csv"));
    EXPECT_EQ(losses.steps.size(), 6u);
  }
  EXPECT_TRUE(reported("4 ranks"));
}

TEST_F(TrainRanks, GiveTheSameBitsAgain) {
  ASSERT_EQ(trainOn(2, optionsFor(2, "a")), Messages());
  ASSERT_EQ(trainOn(2, optionsFor(2, "b")), Messages());
  for (const char *file : {"/checkpoints/step-00000006/model.safetensors", "/losses.csv", "/ema.safetensors"})
    EXPECT_EQ(text(std::string("a") + file), text(std::string("b") + file)) << file;
}

TEST_F(TrainRanks, GoOnWithAnotherNumber) {
  train(optionsFor(1, "whole"));
  ASSERT_EQ(trainOn(2, optionsFor(2, "parts", 2)), Messages());
  TrainOptions more = optionsFor(4, "parts", 4);
  more.resume = true;
  ASSERT_EQ(trainOn(4, more), Messages());
  EXPECT_TRUE(reported("step-00000002: the batch was shared by 2 ranks then and is by 4 now: the run goes on, but not "
                       "bit for bit"));
  more = optionsFor(1, "parts");
  more.resume = true;
  train(more);
  expectClose("whole", "parts");
}

TEST_F(TrainRanks, StopTogetherAtASignal) {
  ASSERT_EQ(trainOn(2, optionsFor(2, "whole")), Messages());
  {
    const StopSignal signals;
    TrainOptions chosen = optionsFor(2, "stopped");
    std::thread later([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      ::raise(SIGTERM);
    });
    chosen.steps = 1000000;
    EXPECT_EQ(trainOn(2, chosen), Messages());
    later.join();
  }
  EXPECT_TRUE(reported("stopped at step "));
  const std::vector<uint64_t> steps = Checkpoints(directory / "stopped/checkpoints").steps();
  ASSERT_FALSE(steps.empty());
  EXPECT_TRUE(reported("stopped at step " + std::to_string(steps.back()) + " of"));
}

TEST_F(TrainRanks, GoOnBitForBit) {
  ASSERT_EQ(trainOn(2, optionsFor(2, "whole")), Messages());
  ASSERT_EQ(trainOn(2, optionsFor(2, "parts", 3)), Messages());
  TrainOptions more = optionsFor(2, "parts");
  more.resume = true;
  ASSERT_EQ(trainOn(2, more), Messages());
  EXPECT_EQ(text("whole/checkpoints/step-00000006/model.safetensors"),
            text("parts/checkpoints/step-00000006/model.safetensors"));
  EXPECT_EQ(text("whole/losses.csv"), text("parts/losses.csv"));
}

TEST_F(TrainRanks, AreStartedAlike) {
  const auto messageWith = [&](const std::function<void(TrainOptions &)> &change) {
    const Messages messages = trainOn(2, optionsFor(2, "run"), [&](int rank, TrainOptions &own) {
      if (rank == 1)
        change(own);
    });
    return messages.size() == 1 && messages.count(0) ? messages.at(0) : std::to_string(messages.size()) + " messages";
  };
  EXPECT_EQ(messageWith([](TrainOptions &own) { own.seed = 5; }),
            "--seed is \"5\" on rank 1 and \"4\" on rank 0: start all ranks alike");
  EXPECT_EQ(messageWith([](TrainOptions &own) { own.steps = 7; }),
            "--steps is \"7\" on rank 1 and \"6\" on rank 0: start all ranks alike");
  const std::vector<uint8_t> other = modelFor(2, "8");
  writeFile(directory / "other.dpsims", other.data(), other.size());
  EXPECT_TRUE(hasParts(messageWith([&](TrainOptions &own) { own.model = directory / "other.dpsims"; }),
                       {"the model's checksum is ", " on rank 1 and ", "start all ranks alike"}));
  EXPECT_FALSE(fs::exists(directory / "run/checkpoints"));
}

TEST_F(TrainRanks, AreAsManyAsTheModelIsFor) {
  const Messages messages = trainOn(2, optionsFor(4, "run"));
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(hasParts(messages.at(0), {"m4.dpsims: compiled for 4 ranks, 2 are running", "--ranks 2", "mpirun -n 4"}));
  EXPECT_TRUE(hasParts(errorOf([&] { train(optionsFor(2, "run")); }), {"compiled for 2 ranks, 1 is running"}));
}

// A picture of rank 1 cannot be read: it says so, once, and what was trained before is kept.
TEST_F(TrainRanks, KeepWhatWasTrainedBeforeABadPicture) {
  ModelBuilder builder;
  builder.model.config = R"({"num_classes": 5, "image_size": [4, 6], "data": {"holdout": 8}})";
  builder.model.ranks = 2;
  addEntries(builder, 2);
  const std::vector<uint8_t> model = builder.finish();
  writeFile(modelPath(2), model.data(), model.size());
  for (int i = 0; i < 40; ++i)
    addPicture("p" + std::to_string(i));
  for (const char *name : {"p4", "p5"}) // one of them at least is for training
    writeFile(directory / (std::string("set/images/") + name + ".png"), "no picture");
  TrainOptions chosen = optionsFor(2, "run", 100);
  chosen.data = directory / "set";
  chosen.sampleEvery = 0;
  chosen.checkpointEvery = 100;
  const Messages messages = trainOn(2, chosen);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(hasParts(messages.begin()->second, {"set/images/p"}));
  const std::vector<uint64_t> steps = Checkpoints(directory / "run/checkpoints").steps();
  ASSERT_FALSE(steps.empty());
  EXPECT_LT(steps.back(), 10u);
  EXPECT_EQ(steps.size(), steps.back() ? 2u : 1u);
}

TEST_F(TrainRanks, NoticeWeightsThatDiffer) {
  const Messages messages = asRanks(2, [&](const std::shared_ptr<RankCommunicator> &ranks) {
    const auto model = CompiledModel::load(modelPath(2));
    DeviceOptions device;
    device.communicator = ranks;
    device.threads = 1;
    const std::unique_ptr<Device> cpu = createDevice("cpu", device);
    MemoryWeights start;
    start.values.assign(model->weights.size(), std::vector<float>(picture, 1));
    Session session(model, model->entry("train"), *cpu, &start);
    const RunRanks run(ranks);
    run.requireSameWeights(session, 3);
    if (ranks->rank() == 1) {
      std::vector<float> flipped(picture, 1);
      flipped[5] = std::nextafter(1.0f, 2.0f);
      session.writeVariable(0, flipped.data());
    }
    run.requireSameWeights(session, 7);
  });
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(hasParts(messages.at(0), {"after iteration 7 the weight \"generator.weight\" has other bits on rank 1"}));
}

// Each rank has its part of the inputs; sharded outputs come together.
TEST_F(TrainRanks, ExecuteAsOne) {
  const auto execute = [&](int count) {
    ModelBuilder builder;
    builder.model.ranks = uint32_t(count);
    const Dims own{wholeBatch / uint64_t(count), picture};
    sharded(builder, "x", own);
    builder.output("y", own);
    builder.entry().outputs.back()->sharded = true;
    const auto part = [&](format::Space space, uint64_t image) {
      return builder.buffer(builder.main(), space, 0, image * picture * sizeof(float), {picture});
    };
    for (uint64_t image = 0; image < own[0]; ++image)
      builder.launch(
          "add", picture,
          {part(format::Space::Input, image), part(format::Space::Input, image), part(format::Space::Output, image)});
    const auto model = builder.load();
    std::vector<NamedTensor> outputs;
    EXPECT_EQ(asRanks(count,
                      [&](const std::shared_ptr<RankCommunicator> &ranks) {
                        DeviceOptions device;
                        device.communicator = ranks;
                        device.threads = 1;
                        const std::unique_ptr<Device> cpu = createDevice("cpu", device);
                        const Entry &entry = model->entry("main");
                        const ExecuteInputs inputs = readInputs(entry, directory / "x.safetensors", ranks.get());
                        Session session(model, entry, *cpu, nullptr);
                        std::vector<NamedTensor> results = dpsims::execute(session, inputs, nullptr);
                        gatherOutputs(entry, inputs.steps, *ranks, results);
                        if (ranks->rank() == 1)
                          outputs = std::move(results);
                      }),
              Messages());
    return outputs;
  };
  const std::vector<float> x = randomValues(wholeBatch * picture, 3);
  SafetensorsWriter writer(directory / "x.safetensors");
  writer.add("x", ElementType::F32, {int64_t(wholeBatch), int64_t(picture)}, x.data());
  writer.write();
  for (const int count : {2, 4}) {
    const std::vector<NamedTensor> outputs = execute(count);
    ASSERT_EQ(outputs.size(), 1u);
    ASSERT_EQ(outputs[0].tensor.shape, (Shape{int64_t(wholeBatch), int64_t(picture)}));
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_EQ(outputs[0].tensor.buffer.as<float>()[i], 2 * x[i]);
  }
}
