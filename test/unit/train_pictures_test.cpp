// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs that find another data set than they had.

#include "train_support.h"

#include "runtime/train/backbone_twin.h"
#include "runtime/train/csv_log.h"
#include "runtime/train/export_network.h"
#include "runtime/train/picture_list.h"

using namespace dpsims;
using namespace dpsims::test;

TEST(PictureList, ComesBackAsItWasWritten) {
  TemporaryDirectory directory;
  const std::string path = directory / "pictures.txt";
  const PictureList list({{"a", 1}, {"city/b c", 20}, {"line\nend\\n", 3}}, {{"\xff", 4}});
  list.write(path);
  const PictureList read = PictureList::read(path);
  EXPECT_EQ(read.fingerprint(), list.fingerprint());
  EXPECT_EQ(list.changesTo(read), "");
  EXPECT_TRUE(hasParts(list.fingerprint(), {"3 training and 1 validation pictures, "}));
  EXPECT_EQ(PictureList().fingerprint(), "");
  for (const char *text :
       {"", "other", "dpsims pictures 1\nfoo 1 a\n", "dpsims pictures 1\ntrain 1\n", "dpsims pictures 1\ntrain 1 a"}) {
    writeFile(path, text);
    EXPECT_TRUE(hasParts(errorOf([&] { PictureList::read(path); }), {"pictures.txt: is damaged"})) << text;
  }
}

TEST(PictureList, TellsWhatChanged) {
  const PictureList before({{"a", 1}, {"b", 2}, {"c", 3}}, {{"d", 4}, {"e", 5}});
  const PictureList now({{"a", 1}, {"b", 9}, {"d", 4}, {"x", 1}, {"y", 1}}, {{"e", 5}});
  EXPECT_EQ(before.changesTo(now), "2 pictures are new (x, y), 1 is gone (c), 1 has other files (b)");
  EXPECT_EQ(before.mixedIn(now), (std::vector<std::string>{"d"}));
  EXPECT_NE(before.fingerprint(), now.fingerprint());
  // What is gone is not forgotten: it may come back in the other split.
  const PictureList later({{"a", 1}}, {{"c", 3}});
  EXPECT_TRUE(now.mixedIn(later).empty());
  EXPECT_EQ(before.together(now).mixedIn(later), (std::vector<std::string>{"c"}));
  // A set so small that its pictures are in both splits is mixed already.
  const PictureList both({{"a", 1}, {"b", 1}}, {{"a", 1}, {"b", 1}});
  EXPECT_TRUE(both.mixedIn(PictureList({{"a", 1}}, {{"b", 1}})).empty());
}

struct TrainPictures : TrainRun {
  void SetUp() override {
    TrainRun::SetUp();
    useFiles(0, 16);
    train(filesOptions("run", 2));
  }

  TrainOptions more() {
    TrainOptions result = filesOptions("run", 4);
    result.resume = true;
    return result;
  }
};

TEST_F(TrainPictures, SameSetIsNoNews) {
  reports.clear();
  train(more());
  EXPECT_FALSE(reported("data set"));
  EXPECT_FALSE(reported("pictures it was trained with"));
}

// One that comes first by its name moves no other from split to split.
TEST_F(TrainPictures, NewOnesAreTold) {
  addPicture("a");
  TrainOptions chosen = more();
  chosen.validateEvery = 0;
  train(chosen);
  EXPECT_TRUE(reported("set: the data set has changed since "));
  EXPECT_TRUE(reported("step-00000002: 1 picture is new (a); the run goes on, but"));
  // Which the next checkpoint knows.
  reports.clear();
  chosen.steps = 6;
  train(chosen);
  EXPECT_FALSE(reported("data set"));
}

TEST_F(TrainPictures, OtherFilesAreTold) {
  const std::vector<uint8_t> pixels(4 * 6 * 3, 0);
  std::vector<uint8_t> noisy(pixels);
  for (size_t i = 0; i < noisy.size(); ++i)
    noisy[i] = uint8_t(i * 71);
  writeRgbPng(directory / "set/images/p3.png", 6, 4, noisy.data());
  train(more());
  EXPECT_TRUE(reported("1 has other files (p3)"));
}

TEST_F(TrainPictures, LostListsAreMadeAnew) {
  fs::remove(directory / "run/pictures.txt");
  train(more());
  EXPECT_TRUE(fs::exists(directory / "run/pictures.txt"));
  fs::remove(directory / "run/pictures.txt");
  addPicture("a");
  TrainOptions chosen = more();
  chosen.steps = 6;
  EXPECT_TRUE(hasParts(errorOf([&] { train(chosen); }), {"set: is not the data set of ", "step-00000004", " then, ",
                                                         "5 validation pictures", "pictures.txt", "restore"}));
}

TEST_F(TrainPictures, MovedOnesAreRefused) {
  // The same names in folders by split.
  const auto move = [&](const std::string &name, const std::string &split) {
    for (const char *kind : {"images", "labels"}) {
      fs::create_directories(directory / (std::string("set/") + kind + "/" + split));
      fs::rename(directory / (std::string("set/") + kind + "/" + name + ".png"),
                 directory / (std::string("set/") + kind + "/" + split + "/" + name + ".png"));
    }
  };
  for (int i = 0; i < 16; ++i)
    move("p" + std::to_string(i), i < 12 ? "train" : "val");
  const std::string message = errorOf([&] { train(more()); });
  EXPECT_TRUE(hasParts(message, {"set: the data set has changed since ", "step-00000002", "gone from training to",
                                 "restore the data set, or start a new run of ", "model.safetensors"}));
}

TEST_F(TrainPictures, ExportTellsOfAnotherSet) {
  addPicture("a");
  ExportOptions chosen;
  chosen.run = directory / "run";
  chosen.output = directory / "e.safetensors";
  exportNetwork(chosen, [this](const std::string &text) { reports.push_back(text); });
  EXPECT_TRUE(reported("set: is not the data set of "));
}

TEST_F(TrainPictures, CurvesKeepTheirNumberOfPictures) {
  EXPECT_EQ(readCsv(directory / "run/validation.csv").columns,
            (std::vector<std::string>{"frechet", "diversity", "pictures"}));
  TrainOptions chosen = more();
  chosen.validationImages = 2;
  ASSERT_GT(readCsv(directory / "run/validation.csv").values[2][0], 2);
  EXPECT_TRUE(hasParts(errorOf([&] { train(chosen); }), {"validation.csv: was measured on ", "on 2 from here on",
                                                         "--validation-images", "move the table"}));
  TrainOptions kept; // what is refused does not become the run's
  readOptions(directory / "run/run.json", kept);
  EXPECT_EQ(kept.validationImages, more().validationImages);
  fs::rename(directory / "run/validation.csv", directory / "old.csv");
  train(chosen);
  EXPECT_EQ(readCsv(directory / "run/validation.csv").values[2][0], 2);
}

TEST_F(TrainPictures, OldCheckpointsAreTold) {
  const std::string folder = directory / "run/checkpoints/step-00000002";
  const CheckpointState state = Checkpoints(directory / "run/checkpoints").open(2).state;
  CheckpointState without = state;
  without.pictures = "";
  Checkpoints(directory / "run/checkpoints").write(without, [&](const std::string &part) {
    fs::copy(folder + "/model.safetensors", part + "/model.safetensors");
  });
  train(more());
  EXPECT_TRUE(reported("does not say which pictures it was trained with"));
}

TEST(BackboneTwin, IsNamed) {
  CompiledModel model;
  const auto twinOf = [&](const std::string &name) {
    model.config = R"({"discriminator": {"backbone": ")" + name + R"("}})";
    return describeTwin(model, "w");
  };
  EXPECT_TRUE(hasParts(twinOf("tf_efficientnet_lite0"),
                       {"w: is taken for the weights of tf_efficientnet_lite0", "those of efficientnet_lite0 have",
                        "epsilon, and colors", "set discriminator.backbone to \"efficientnet_lite0\""}));
  EXPECT_TRUE(hasParts(twinOf("efficientnet_b2"), {"those of tf_efficientnet_b2", "padding and epsilon: if"}));
  EXPECT_TRUE(hasParts(twinOf("vit_small_patch16_224"),
                       {"those of deit_small_patch16_224 have", "but expect colors of another range: if"}));
  EXPECT_TRUE(hasParts(twinOf("deit_base_patch16_384"), {"set discriminator.backbone to \"vit_base_patch16_384\""}));
  EXPECT_EQ(twinOf("vit_large_patch16_224"), "");
  EXPECT_EQ(twinOf("convnext_tiny"), "");
  for (const char *config :
       {"{}", "null", "[]", R"({"discriminator": 3})", R"({"discriminator": {"backbone": 3}})", "{"}) {
    model.config = config;
    EXPECT_EQ(describeTwin(model, "w"), "") << config;
  }
}
