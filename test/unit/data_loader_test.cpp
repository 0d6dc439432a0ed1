// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "data_support.h"
#include "runtime/data/loader.h"
#include "runtime/data/transform.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace dpsims;
using namespace dpsims::test;

static LoaderOptions options(int64_t batch, int threads = 1, uint64_t firstStep = 0) {
  LoaderOptions result;
  result.batch = batch;
  result.height = result.width = 8;
  result.seed = 7;
  result.threads = threads;
  result.firstStep = firstStep;
  return result;
}

// `count` pictures of 12 x 10 pixels.
static void fill(DataFolder &folder, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string name = std::to_string(100 + i) + ".png";
    folder.image("train_img/" + name, 12, 10, uint8_t(i));
    folder.map("train_label/" + name, 12, 10);
    folder.map("train_inst/" + name, 12, 10, 200, 100, 16);
  }
}

static const char cocoStuff[] = R"({"dataset": "coco_stuff"})";

TEST(Loader, GivesTheSameWhateverTheThreads) {
  DataFolder folder;
  fill(folder, 7);
  const auto dataset = folder.open(R"({"dataset": "coco_stuff", "zoom": 1.4})", "train", true);
  std::vector<Batch> expected;
  LoaderOptions plain = options(3);
  plain.instances = true;
  plain.cacheBytes = 0;
  Loader loader(*dataset, plain);
  for (int i = 0; i < 12; ++i)
    expected.push_back(loader.next());
  EXPECT_EQ(loader.step(), 12u);
  for (int threads : {1, 4})
    for (uint64_t first : {0u, 1u, 5u})
      for (uint64_t cache : {0u, 2000u, 1u << 20}) {
        LoaderOptions other = options(3, threads, first);
        other.instances = true;
        other.cacheBytes = cache;
        Loader same(*dataset, other);
        for (uint64_t step = first; step < 12; ++step) {
          const Batch batch = same.next();
          ASSERT_EQ(batch.names, expected[step].names);
          ASSERT_EQ(batch.images, expected[step].images);
          ASSERT_EQ(batch.labels, expected[step].labels);
          ASSERT_EQ(batch.instances, expected[step].instances);
        }
      }
  LoaderOptions otherSeed = plain;
  otherSeed.seed = 8;
  EXPECT_NE(Loader(*dataset, otherSeed).next().images, expected[0].images);
}

// The parts of a batch together are the batch, crops and flips too: 2 and 3 of its 5 places.
TEST(Loader, PartsGiveTheWhole) {
  DataFolder folder;
  fill(folder, 7);
  const auto dataset = folder.open(R"({"dataset": "coco_stuff", "zoom": 1.4})", "train");
  for (const uint64_t first : {0u, 4u}) {
    Loader whole(*dataset, options(5, 1, first));
    LoaderOptions head = options(5, 2, first), tail = head;
    head.places = 2;
    tail.firstPlace = 2, tail.places = 3;
    Loader some(*dataset, head), others(*dataset, tail);
    for (int i = 0; i < 8; ++i) {
      Batch all = whole.next(), part = some.next();
      const Batch rest = others.next();
      EXPECT_EQ(part.names.size(), 2u);
      part.names.insert(part.names.end(), rest.names.begin(), rest.names.end());
      part.images.insert(part.images.end(), rest.images.begin(), rest.images.end());
      part.labels.insert(part.labels.end(), rest.labels.begin(), rest.labels.end());
      ASSERT_EQ(part.names, all.names);
      ASSERT_EQ(part.images, all.images);
      ASSERT_EQ(part.labels, all.labels);
    }
  }
  LoaderOptions beyond = options(5);
  beyond.firstPlace = 3, beyond.places = 3;
  EXPECT_EQ(errorOf([&] { Loader(*dataset, beyond); }), "cannot read places 3 to 6 of a batch of 5");
}

TEST(Loader, ShowsEveryPictureOnceAnEpoch) {
  DataFolder folder;
  fill(folder, 5);
  const auto dataset = folder.open(cocoStuff);
  for (int64_t batch : {1, 2, 5, 8}) { // also larger than the set
    Loader loader(*dataset, options(batch, 2));
    std::vector<std::string> seen;
    while (seen.size() < 40)
      for (const std::string &name : loader.next().names)
        seen.push_back(name);
    std::set<std::vector<std::string>> orders;
    for (size_t epoch = 0; epoch < 8; ++epoch) {
      const std::vector<std::string> order(seen.begin() + long(5 * epoch), seen.begin() + long(5 * epoch + 5));
      EXPECT_EQ(std::set<std::string>(order.begin(), order.end()).size(), 5u);
      orders.insert(order);
    }
    EXPECT_GT(orders.size(), 4u);
  }
  LoaderOptions inOrder = options(5);
  inOrder.shuffle = false;
  EXPECT_EQ(Loader(*dataset, inOrder).next().names, names(*dataset));
  inOrder.stride = 2;
  EXPECT_EQ(Loader(*dataset, inOrder).next().names, (std::vector<std::string>{"100", "102", "104", "101", "103"}));
}

// Every pixel says where it comes from: the picture by red and green, the instance map by its id.
TEST(Loader, KeepsMapsInRegister) {
  DataFolder folder;
  LabelMap instances{12, 10, {}};
  for (int i = 0; i < 120; ++i)
    instances.ids.push_back(i);
  folder.image("train_img/a.png", 12, 10);
  folder.map("train_label/a.png", 12, 10);
  writeLabelMap(folder.make("train_inst/a.png"), instances, 16);
  // The window is 10 x 10 of 12 x 10: nothing is resized.
  const auto dataset = folder.open(cocoStuff, "train", true);
  LoaderOptions cut = options(1);
  cut.height = cut.width = 10;
  cut.instances = true;
  Loader loader(*dataset, cut);
  std::set<std::pair<int, bool>> windows;
  for (int step = 0; step < 64; ++step) {
    const Batch batch = loader.next();
    auto value = [&](size_t c, size_t p) { return int(std::lround((batch.images[c * 100 + p] + 1) * 127.5f)); };
    for (size_t p = 0; p < 100; ++p) {
      const int x = value(0, p), y = value(1, p);
      ASSERT_EQ(y, int(p / 10));
      ASSERT_EQ(batch.instances[p], 12 * y + x);
      ASSERT_EQ(batch.labels[p], (x + y) % 5);
      ASSERT_EQ(value(2, p), 0);
    }
    const bool flip = value(0, 0) > value(0, 9);
    windows.insert({std::min(value(0, 0), value(0, 9)), flip});
  }
  EXPECT_EQ(windows.size(), 6u); // three places, each flipped and not
  cut.augment = false;
  const Batch center = Loader(*dataset, cut).next();
  EXPECT_EQ(center.instances[0], 1);
  EXPECT_EQ(center.instances[9], 10);
}

TEST(Loader, ObeysTheTransform) {
  DataFolder folder;
  fill(folder, 1);
  auto instanceRow = [&](const std::string &rules, bool augment) {
    const auto dataset = folder.open(R"({"dataset": "coco_stuff", )" + rules + "}", "train", true);
    LoaderOptions cut = options(1);
    cut.instances = true;
    cut.augment = augment;
    Loader loader(*dataset, cut);
    std::set<std::vector<int32_t>> rows;
    for (int i = 0; i < 32; ++i) {
      const Batch batch = loader.next();
      rows.insert(std::vector<int32_t>(batch.instances.begin(), batch.instances.begin() + 8));
    }
    return rows;
  };
  EXPECT_EQ(instanceRow(R"("flip": true)", false).size(), 1u);
  EXPECT_EQ(instanceRow(R"("flip": false, "crop": "center")", true).size(), 1u);
  EXPECT_EQ(instanceRow(R"("flip": true, "crop": "center")", true).size(), 2u);
  EXPECT_GT(instanceRow(R"("flip": false, "crop": "center", "zoom": 1.5)", true).size(), 2u);
  // Exactly: the left and the right end are there.
  const std::vector<int32_t> exact = *instanceRow(R"("resize": "exact", "flip": false)", true).begin();
  EXPECT_EQ(exact.front(), 0);
  EXPECT_EQ(exact.back(), 1100);
}

TEST(Loader, SkipsSoManyBadPictures) {
  DataFolder folder;
  fill(folder, 6);
  const auto dataset = folder.open(cocoStuff);
  Loader whole(*dataset, options(2));
  std::vector<Batch> expected;
  for (int i = 0; i < 9; ++i)
    expected.push_back(whole.next());
  folder.text("train_img/102.png", "no picture");
  folder.text("train_img/103.png", "");
  const auto next = [&](uint64_t skip, int threads) {
    LoaderOptions chosen = options(2, threads);
    chosen.skipBad = skip;
    testing::internal::CaptureStderr();
    std::string message;
    try {
      Loader loader(*dataset, chosen);
      for (const Batch &batch : expected) {
        const Batch found = loader.next();
        for (size_t k = 0; k < 2; ++k) { // the rest keeps its places
          const bool isBad = batch.names[k] == "102" || batch.names[k] == "103";
          EXPECT_EQ(found.names[k], isBad ? "104" : batch.names[k]);
        }
      }
    } catch (const Error &error) {
      message = error.what();
    }
    return std::pair(message, testing::internal::GetCapturedStderr());
  };
  for (int threads : {1, 3}) {
    const auto [message, told] = next(2, threads);
    EXPECT_EQ(message, "");
    EXPECT_TRUE(
        hasParts(told, {"102.png: neither PNG nor JPEG", "103.png: neither", "(2 of at most 2 to be skipped)"}));
    EXPECT_TRUE(hasParts(next(1, threads).first, {".png: neither PNG", "1 pictures that cannot be read were skipped"}));
    EXPECT_TRUE(hasParts(next(0, threads).first, {".png: neither PNG"}));
  }
  EXPECT_TRUE(hasParts(next(6, 1).first, {"cannot skip 6 of the 6 pictures", "--skip-bad"}));
}

TEST(Loader, CoversTheWindow) {
  RgbImage image{12, 10, {}};
  auto fitted = [&](int height, int width, bool cover, double zoom = 1) {
    TransformRules rules;
    rules.cover = cover;
    const Size size = fittedSize(sizeOf(image), rules, {height, width}, zoom, "a");
    return std::pair(size.height, size.width);
  };
  EXPECT_EQ(fitted(10, 12, true), std::pair(10, 12));
  EXPECT_EQ(fitted(10, 10, true), std::pair(10, 12));
  EXPECT_EQ(fitted(8, 8, true), std::pair(8, 10)); // 9.6 rounded up
  EXPECT_EQ(fitted(4, 8, true), std::pair(7, 8));
  EXPECT_EQ(fitted(20, 20, true), std::pair(20, 24));
  EXPECT_EQ(fitted(8, 8, false), std::pair(8, 8));
  EXPECT_EQ(fitted(8, 8, false, 1.5), std::pair(12, 12));
}

TEST(Loader, PassesErrorsOn) {
  DataFolder folder;
  fill(folder, 4);
  folder.map("train_label/102.png", 12, 10, 7);
  const auto dataset = folder.open(cocoStuff);
  for (int threads : {1, 3}) {
    LoaderOptions inOrder = options(2, threads);
    inOrder.shuffle = false;
    Loader loader(*dataset, inOrder);
    EXPECT_EQ(loader.next().names[1], "101");
    EXPECT_TRUE(hasParts(errorOf([&] { loader.next(); }), {"102.png: id 5 at pixel (5, 0)"}));
    EXPECT_EQ(loader.next().names[1], "101"); // the next epoch
  }
}

TEST(Loader, RefusesWhatCannotBe) {
  DataFolder folder;
  fill(folder, 1);
  const auto dataset = folder.open(cocoStuff);
  auto error = [&](auto change) {
    LoaderOptions wrong = options(2);
    change(wrong);
    return errorOf([&] { Loader loader(*dataset, wrong); });
  };
  EXPECT_TRUE(hasParts(error([](LoaderOptions &o) { o.batch = 0; }), {"0 x 8 x 8"}));
  EXPECT_TRUE(hasParts(error([](LoaderOptions &o) { o.width = 1 << 20; }), {"1048576"}));
  EXPECT_TRUE(hasParts(error([](LoaderOptions &o) { o.batch = o.height = o.width = 1 << 14; }), {"too large"}));
  EXPECT_TRUE(hasParts(error([](LoaderOptions &o) { o.threads = 0; }), {"0 threads"}));
  EXPECT_TRUE(hasParts(error([](LoaderOptions &o) { o.instances = true; }), {"instance maps", "opened without"}));
  EXPECT_TRUE(hasParts(error([](LoaderOptions &o) { o.firstStep = UINT64_MAX; }), {"step"}));
}

TEST(Loader, EndsWithoutBeingAsked) {
  DataFolder folder;
  fill(folder, 3);
  const auto dataset = folder.open(cocoStuff);
  for (int i = 0; i < 20; ++i)
    Loader loader(*dataset, options(4, 4));
}
