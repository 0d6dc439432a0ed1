// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run refuses to begin with, and to go on with.

#include "train_support.h"

#include <cmath>

using namespace dpsims;
using namespace dpsims::test;

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
  EXPECT_TRUE(reported("it is made again from"));
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
        R"("validation-images": 1)", R"("threads": 5000)", R"("nondeterministic": 1)", R"("model": 3)"}) {
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
