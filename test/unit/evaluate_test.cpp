// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of scores, and files of statistics.

#include "support.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/communicator/in_process.h"
#include "runtime/evaluate/confusion.h"
#include "runtime/evaluate/feature_statistics.h"
#include "runtime/evaluate/kernel_distance.h"
#include "runtime/evaluate/npz.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace dpsims::test {

namespace {

std::string scratch(const std::string &name) {
  const std::string folder = ::testing::TempDir() + "dpsims-evaluate";
  makeDirectory(folder);
  return joinPath(folder, name);
}

std::string errorOf(const std::string &path) {
  try {
    readStatistics(path);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST(Confusion, KnownMatrix) {
  ConfusionMatrix matrix(4);
  const std::vector<int32_t> labels = {0, 0, 0, 1, 1, 2, 2, -1, 7}, found = {0, 0, 1, 1, 1, 2, 2, 0, 0};
  matrix.add(labels.data(), found.data(), labels.size());
  EXPECT_EQ(matrix.at(0, 1), 1u);
  EXPECT_EQ(matrix.found(0), 2u) << "ignored pixels count nowhere";
  EXPECT_DOUBLE_EQ(matrix.pixelAccuracy(), 6.0 / 7);
  EXPECT_DOUBLE_EQ(*matrix.intersectionOverUnion(0), 2.0 / 3);
  EXPECT_DOUBLE_EQ(*matrix.accuracy(1), 1.0);
  EXPECT_FALSE(matrix.intersectionOverUnion(3)) << "a class that is nowhere";
  EXPECT_DOUBLE_EQ(matrix.meanIntersectionOverUnion(), (2.0 / 3 + 2.0 / 3 + 1) / 3);
}

TEST(Confusion, OwnPrediction) {
  ConfusionMatrix matrix(3);
  const std::vector<int32_t> labels = {0, 1, 2, 2, -1};
  matrix.add(labels.data(), std::vector<int32_t>{0, 1, 2, 2, 1}.data(), labels.size());
  EXPECT_EQ(matrix.meanIntersectionOverUnion(), 1);
  EXPECT_EQ(matrix.pixelAccuracy(), 1);
}

TEST(FeatureMoments, MeanAndCovariance) {
  FeatureMoments moments(2);
  for (int i = 0; i < 200; ++i) { // more than are added at once
    const float vector[] = {float(i % 4), float(1000 + i % 2)};
    moments.add(vector);
  }
  const FeatureStatistics found = moments.statistics();
  EXPECT_EQ(found.count, 200u);
  EXPECT_NEAR(found.mean[0], 1.5, 1e-12);
  EXPECT_NEAR(found.mean[1], 1000.5, 1e-9);
  EXPECT_NEAR(found.covariance[0], 1.25 * 200 / 199, 1e-12);
  EXPECT_NEAR(found.covariance[1], 0.25 * 200 / 199, 1e-12);
  EXPECT_NEAR(found.covariance[2], found.covariance[1], 1e-15);
  EXPECT_NEAR(moments.statistics().covariance[3], 0.25 * 200 / 199, 1e-12) << "may be asked twice";
}

TEST(FrechetDistance, OfDiagonals) {
  const FeatureStatistics a{{1, 2}, {4, 0, 0, 9}}, b{{2, 4}, {1, 0, 0, 16}};
  EXPECT_NEAR(frechetDistance(a, b), 5 + 1 + 1, 1e-12);
  EXPECT_NEAR(frechetDistance(a, a), 0, 1e-12);
  const FeatureStatistics flat{{1, 2}, {4, 4, 4, 4}}; // not of full rank; S1 S2 has the eigenvalues 52 and 0
  EXPECT_NEAR(frechetDistance(flat, a), 8 + 13 - 2 * std::sqrt(52.0), 1e-9);
}

TEST(KernelDistance, OfWholeSets) {
  FeatureSample a(1, 10, 1), b(1, 10, 1);
  for (float value : {0.0f, 1.0f})
    a.add(&value, uint64_t(value));
  for (float value : {1.0f, 2.0f})
    b.add(&value, uint64_t(value));
  // Kernels (xy + 1)^3: within a 1, within b 27, between (1 + 1 + 8 + 27) / 4.
  const KernelDistance found = kernelDistance(a, b);
  EXPECT_EQ(found.size, 2u);
  EXPECT_NEAR(found.mean, 1 + 27 - 2 * 9.25, 1e-12);
  EXPECT_NEAR(found.deviation, 0, 1e-12);
}

TEST(FeatureSample, KeepsSoMany) {
  FeatureSample sample(1, 100, 5);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const float value = float(i);
    sample.add(&value, uint64_t(i));
  }
  ASSERT_EQ(sample.count(), 100u);
  for (size_t i = 0; i < 100; ++i)
    sum += double(sample.inOrder()[i][0]);
  EXPECT_NEAR(sum / 100, 5000, 1200) << "from everywhere";
}

// Adds every third vector on each of three ranks, none on a fourth, and merges; `check` sees what each has then.
void onFourRanks(const std::function<void(FeatureMoments &, FeatureSample &)> &check) {
  std::vector<std::shared_ptr<RankCommunicator>> ranks = makeRanksInProcess(4);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < 4; ++rank)
    threads.emplace_back([&, rank] {
      FeatureMoments moments(2);
      FeatureSample sample(2, 50, 5);
      for (int i = rank; i < 300 && rank < 3; i += 3) {
        const float vector[] = {float(i % 7), float(1000 + i % 2)};
        moments.add(vector);
        sample.add(vector, uint64_t(i));
      }
      moments.merge(*ranks[size_t(rank)]);
      sample.merge(*ranks[size_t(rank)]);
      check(moments, sample);
      ranks[size_t(rank)]->finish();
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST(Evaluation, IsSharedByRanks) {
  FeatureMoments moments(2);
  FeatureSample sample(2, 50, 5);
  for (int i = 0; i < 300; ++i) {
    const float vector[] = {float(i % 7), float(1000 + i % 2)};
    moments.add(vector);
    sample.add(vector, uint64_t(i));
  }
  const FeatureStatistics wanted = moments.statistics();
  onFourRanks([&](FeatureMoments &merged, FeatureSample &mergedSample) {
    const FeatureStatistics found = merged.statistics();
    EXPECT_EQ(found.count, 300u);
    for (size_t i = 0; i < 2; ++i)
      EXPECT_NEAR(found.mean[i], wanted.mean[i], 1e-11);
    for (size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(found.covariance[i], wanted.covariance[i], 1e-11);
    const std::vector<const float *> all = sample.inOrder(), theirs = mergedSample.inOrder();
    ASSERT_EQ(theirs.size(), all.size());
    for (size_t i = 0; i < all.size(); ++i)
      EXPECT_TRUE(std::equal(all[i], all[i] + 2, theirs[i])) << i;
  });
}

TEST(Statistics, WrittenAndRead) {
  const FeatureStatistics written{{1, 2.5}, {1, 0.5, 0.5, 2}, 17, 123456789};
  const std::string path = scratch("statistics.npz");
  writeStatistics(path, written);
  const FeatureStatistics read = readStatistics(path);
  EXPECT_EQ(read.mean, written.mean);
  EXPECT_EQ(read.covariance, written.covariance);
  EXPECT_EQ(read.count, 17u);
  EXPECT_EQ(read.network, 123456789u);
}

TEST(Statistics, BadFiles) {
  const std::string path = scratch("bad.npz");
  writeNpz(path, {{"mu", {{2}, {1, 2}}}});
  EXPECT_NE(errorOf(path).find("has no array \"sigma\""), std::string::npos) << errorOf(path);
  writeNpz(path, {{"mu", {{2}, {1, 2}}}, {"sigma", {{1, 2}, {1, 2}}}});
  EXPECT_NE(errorOf(path).find("sigma (1, 2), expected"), std::string::npos) << errorOf(path);
  writeNpz(path, {{"mu", {{1}, {std::nan("")}}}, {"sigma", {{1, 1}, {1}}}});
  EXPECT_NE(errorOf(path).find("mu has a number that is not finite"), std::string::npos) << errorOf(path);
}

TEST(Statistics, DamagedFiles) {
  const std::string path = scratch("damaged.npz");
  writeStatistics(path, {{1, 2}, {1, 0, 0, 1}});
  const std::vector<uint8_t> whole = readFile(path, 1 << 20);
  for (size_t size = 0; size < whole.size(); size += 41) {
    writeFile(path, whole.data(), size);
    EXPECT_NE(errorOf(path), "") << size << " bytes";
  }
  for (size_t at = 0; at < whole.size(); at += 5) { // no change makes it crash
    std::vector<uint8_t> changed = whole;
    changed[at] ^= 0xff;
    writeFile(path, changed.data(), changed.size());
    errorOf(path);
  }
}

} // namespace dpsims::test
