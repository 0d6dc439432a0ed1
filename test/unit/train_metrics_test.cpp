// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run writes down: tables, event files; the Frechet distance; what a step draws.

#include "support.h"

#include "runtime/train/csv_log.h"
#include "runtime/train/event_file.h"
#include "runtime/train/frechet.h"
#include "runtime/train/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <set>

using namespace dpsims;
using namespace dpsims::test;

TEST(CsvLog, continuesAfterTheCheckpoint) {
  TemporaryDirectory directory;
  const std::string path = directory / "losses.csv";
  {
    CsvLog log(path, {"loss/g", "loss/d"}, 0);
    for (uint64_t step = 1; step <= 5; ++step)
      log.append(step, {float(step) / 4, 1e-9f});
    log.sync();
  }
  writeFile(path, readText(path) + "6,0.1"); // killed while writing
  {
    CsvLog log(path, {"loss/g", "loss/d"}, 3);
    EXPECT_EQ(readText(path), "step,loss/g,loss/d\n1,0.25,1e-09\n2,0.5,1e-09\n3,0.75,1e-09\n");
    log.append(4, {1, 2});
  }
  const CsvTable table = readCsv(path);
  EXPECT_EQ(table.columns, (std::vector<std::string>{"loss/g", "loss/d"}));
  EXPECT_EQ(table.steps, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(table.values[0], (std::vector<double>{0.25, 0.5, 0.75, 1}));
  {
    CsvLog log(path, {"loss/g", "loss/d"}, 9);
  }
  EXPECT_EQ(readCsv(path).steps.size(), 4u);
  {
    CsvLog log(path, {"loss/g", "loss/d"}, 0);
  }
  EXPECT_EQ(readText(path), "step,loss/g,loss/d\n");
}

TEST(CsvLog, refusesOtherTables) {
  TemporaryDirectory directory;
  const std::string path = directory / "losses.csv";
  {
    CsvLog log(path, {"loss/g"}, 0);
  }
  EXPECT_TRUE(hasParts(errorOf([&] { CsvLog(path, {"loss/d"}, 0); }), {"losses.csv", "not the table of this run"}));
  EXPECT_TRUE(hasParts(errorOf([&] { CsvLog(directory / "no/losses.csv", {"loss/d"}, 0); }), {"no/losses.csv"}));
  writeFile(path, "step,a\n1,2,3\n");
  EXPECT_TRUE(hasParts(errorOf([&] { readCsv(path); }), {"\"1,2,3\" has 3 fields instead of 2"}));
  writeFile(path, "");
  EXPECT_TRUE(hasParts(errorOf([&] { readCsv(path); }), {"is not a table of a run"}));
  for (const char *row : {"2,1.0", "2,abc,1", "2,,1", "x,1,1"}) {
    writeFile(path, std::string("step,a,b\n1,1,1\n") + row + "\n3,1,1\n");
    EXPECT_TRUE(hasParts(errorOf([&] { CsvLog(path, {"a", "b"}, 3); }), {"losses.csv: the row", row, "remove it"}));
    EXPECT_TRUE(hasParts(errorOf([&] { readCsv(path); }), {"losses.csv: the row", row}));
    {
      CsvLog log(path, {"a", "b"}, 1);
    } // what a lost machine left behind the checkpoint does not matter
    EXPECT_EQ(readText(path), "step,a,b\n1,1,1\n");
  }
}

TEST(CsvLog, saysWhenTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full"))
    GTEST_SKIP();
  TemporaryDirectory directory;
  EXPECT_TRUE(hasParts(errorOf([] { CsvLog("/dev/full", {"a"}, 0); }), {"/dev/full: cannot write: No space left"}));
}

TEST(EventFile, checksumsAreThoseOfTheStandard) {
  // RFC 3720, B.4.
  const std::vector<uint8_t> zeros(32, 0), ones(32, 0xff);
  EXPECT_EQ(crc32c(zeros.data(), 32), 0x8a9136aau);
  EXPECT_EQ(crc32c(ones.data(), 32), 0x62a8ab43u);
  EXPECT_EQ(crc32c("123456789", 9), 0xe3069283u);
}

TEST(EventFile, recordsAreFramed) {
  const std::string record = eventRecord("abc");
  ASSERT_EQ(record.size(), 8 + 4 + 3 + 4u);
  EXPECT_EQ(record.substr(0, 8), std::string("\3\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.substr(12, 3), "abc");
  uint32_t masked;
  std::memcpy(&masked, record.data() + 15, 4);
  const uint32_t unmasked = masked - 0xa282ead8u;
  EXPECT_EQ((unmasked >> 17) | (unmasked << 15), crc32c("abc", 3));
}

TEST(EventFile, holdsEvents) {
  TemporaryDirectory directory;
  {
    EventFile events(directory / "events", 0);
    events.scalars(300, {{"loss/g", 1.5f}});
  }
  const auto file = std::filesystem::directory_iterator(directory / "events")->path();
  EXPECT_NE(file.filename().string().find("tfevents"), std::string::npos);
  const std::string bytes = readText(file.string());
  // After the version's record: step 300 (field 2), summary (5) { value (1) { tag (1), simple_value (2) } }.
  const std::string expected("\x10\xac\x02\x2a\x0f\x0a\x0d\x0a\x06loss/g\x15\x00\x00\xc0\x3f", 20);
  EXPECT_NE(bytes.find(expected), std::string::npos);
  EXPECT_NE(bytes.find("brain.Event:2"), std::string::npos);
}

TEST(Frechet, ofOneDimension) {
  // Means 2 and 5, variances 1 and 4: 9 + (1 - 2)^2.
  const FeatureSet a{1, {1, 2, 3}}, b{1, {3, 5, 7}};
  EXPECT_NEAR(frechetDistance(a, b), 10, 1e-12);
  EXPECT_NEAR(frechetDistance(a, a), 0, 1e-12);
}

TEST(Frechet, ofCovariancesThatDoNotCommute) {
  // S1 = diag(2, 0) / 1 from two points, S2 = [[1, 1], [1, 1]] * 2: tr((S1 S2)^(1/2)) = sqrt(tr(S1 S2)) = 2.
  const FeatureSet a{2, {1, 0, -1, 0}}, b{2, {1, 1, -1, -1}};
  EXPECT_NEAR(frechetDistance(a, b), 2 + 4 - 2 * 2, 1e-12);
}

TEST(Frechet, manyVectorsAndFewAgree) {
  // The same distribution by 2 points, and by each of them 50 times: the covariance is 99/100 * 2/1 of that.
  FeatureSet few{3, {1, 2, 3, -1, 0, 5}}, many{3, {}}, other{3, {0, 0, 0, 1, 1, 0, 2, 0, 1}};
  const double shrink = std::sqrt(99.0 / 100 * 2);
  for (int i = 0; i < 50; ++i)
    for (double sign : {1.0, -1.0})
      for (int k = 0; k < 3; ++k)
        many.values.push_back((few.values[size_t(k)] + few.values[size_t(k) + 3]) / 2 +
                              sign * shrink * (few.values[size_t(k)] - few.values[size_t(k) + 3]) / 2);
  EXPECT_NEAR(frechetDistance(few, other), frechetDistance(many, other), 1e-9);
}

TEST(Frechet, needsTwoVectors) {
  const FeatureSet one{2, {1, 2}}, two{2, {1, 2, 3, 4}}, longer{3, {1, 2, 3, 4, 5, 6}};
  errorOf([&] { frechetDistance(one, two); });
  errorOf([&] { frechetDistance(two, longer); });
}

TEST(Noise, positionsAreDistinctAndUniform) {
  const Noise noise(3);
  std::vector<int32_t> drawn(4 * 10), again(40), counts(16, 0);
  for (uint64_t step = 0; step < 400; ++step) {
    noise.positions(TrainStream::Patches0, step, {0, 4}, 10, 16, drawn.data());
    for (int image = 0; image < 4; ++image) {
      const std::set<int32_t> seen(drawn.begin() + image * 10, drawn.begin() + image * 10 + 10);
      ASSERT_EQ(seen.size(), 10u);
      for (int32_t position : seen) {
        ASSERT_TRUE(position >= 0 && position < 16);
        ++counts[size_t(position)];
      }
    }
  }
  for (int32_t count : counts) // 1000 expected, standard deviation about 19
    EXPECT_NEAR(count, 1000, 100);
  noise.positions(TrainStream::Patches0, 399, {0, 4}, 10, 16, again.data());
  EXPECT_EQ(drawn, again);
  noise.positions(TrainStream::Patches1, 399, {0, 4}, 10, 16, again.data());
  EXPECT_NE(drawn, again);
  // Images have their own, whoever draws them; so do numbers.
  std::vector<int32_t> part(20);
  noise.positions(TrainStream::Patches0, 399, {2, 2}, 10, 16, part.data());
  EXPECT_EQ(part, std::vector<int32_t>(drawn.begin() + 20, drawn.end()));
  std::vector<float> whole(11), tail(6);
  noise.normal(TrainStream::Z1, 2, 11, whole.data());
  noise.normal(TrainStream::Z1, 2, 5, 6, tail.data());
  EXPECT_EQ(tail, std::vector<float>(whole.begin() + 5, whole.end()));
  // As many as there are: all of them.
  noise.positions(TrainStream::Patches2, 1, {0, 1}, 16, 16, drawn.data());
  EXPECT_EQ(std::set<int32_t>(drawn.begin(), drawn.begin() + 16).size(), 16u);
}

TEST(Noise, dependsOnSeedStepAndStream) {
  std::vector<float> a(8), b(8);
  Noise(1).normal(TrainStream::Z1, 5, 8, a.data());
  Noise(1).normal(TrainStream::Z1, 5, 8, b.data());
  EXPECT_EQ(a, b);
  Noise(1).normal(TrainStream::Z2, 5, 8, b.data());
  EXPECT_NE(a, b);
  Noise(1).normal(TrainStream::Z1, 6, 8, b.data());
  EXPECT_NE(a, b);
  Noise(2).normal(TrainStream::Z1, 5, 8, b.data());
  EXPECT_NE(a, b);
  std::vector<int32_t> coins(1000);
  Noise(1).coins(TrainStream::LabelMix, 0, 1000, coins.data());
  int heads = 0;
  for (int32_t coin : coins) {
    ASSERT_TRUE(coin == 0 || coin == 1);
    heads += coin;
  }
  EXPECT_NEAR(heads, 500, 80);
}
