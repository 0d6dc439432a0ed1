// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pictures of label maps: as the sampler of `dpsims-run sample` makes them.

#include "embed_support.h"

#include "runtime/image/png.h"
#include "runtime/sample/sampler.h"

using namespace dpsims;
using namespace dpsims::test;

namespace {

constexpr size_t pictureBytes = 4 * 6 * 3;

/// A sample of one class, but for the first pixel.
struct OneClass {
  explicit OneClass(int32_t id, int32_t first, uint64_t seed = 1) : labels(24, id) {
    labels[0] = first;
    sample.height = 4;
    sample.width = 6;
    sample.labels = labels.data();
    sample.seed = seed;
    sample.name = "street";
  }

  std::vector<int32_t> labels;
  dpsims_sample sample = DPSIMS_SAMPLE_INIT;
};

std::vector<uint8_t> pictureOf(const SessionHandle &session, const dpsims_sample &sample) {
  std::vector<uint8_t> picture(pictureBytes);
  EXPECT_TRUE(isOk(dpsims_session_sample(session.get(), &sample, 1, picture.data(), picture.size())));
  return picture;
}

TEST(Sample, MakesThePicturesOfTheTool) {
  TemporaryDirectory directory;
  const OneClass two(2, -1);
  LabelMap stored{6, 4, two.labels};
  stored.ids[0] = 9; // data.ignore
  writeLabelMap(directory / "street.png", stored, 8);
  SampleOptions options;
  options.labels = directory / "street.png";
  options.output = directory / "out.png";
  options.seed = 1;
  options.samples = 3;
  const std::shared_ptr<const CompiledModel> model = painterOf(2, false).load();
  Sampler sampler(*model);
  const std::vector<SampleFile> files = listSamples(options, false);
  sampler.check(files);
  const std::unique_ptr<Device> device = createDevice("cpu");
  Session session(model, sampler.entry(), *device, nullptr);
  sampler.run(session, files, options.seed);

  const SessionHandle handle = open(parse(painterOf(2, false)));
  std::vector<int32_t> read(24);
  ASSERT_TRUE(isOk(dpsims_session_read_labels(handle.get(), options.labels.c_str(), read.data(), 96)));
  EXPECT_EQ(read, two.labels);
  for (uint32_t number = 0; number < 3; ++number) {
    dpsims_sample sample = two.sample;
    sample.number = number;
    EXPECT_EQ(pictureOf(handle, sample), readRgbPng(directory / ("out_" + std::to_string(number) + ".png")).pixels);
  }
}

TEST(Sample, MakesAsManyAsAreAskedFor) {
  const SessionHandle session = open(parse(painterOf(2, false)));
  std::vector<OneClass> samples;
  std::vector<dpsims_sample> array;
  for (int i = 0; i < 5; ++i)
    array.push_back(samples.emplace_back(i, -1, uint64_t(i)).sample);
  for (size_t i = 0; i < array.size(); ++i)
    array[i].labels = samples[i].labels.data();
  std::vector<uint8_t> pictures(5 * pictureBytes);
  ASSERT_TRUE(isOk(dpsims_session_sample(session.get(), array.data(), 5, pictures.data(), pictures.size())));
  for (size_t i = 0; i < 5; ++i) {
    const auto begin = pictures.begin() + long(i * pictureBytes);
    EXPECT_EQ(std::vector<uint8_t>(begin, begin + pictureBytes), pictureOf(session, array[i])) << i;
    EXPECT_EQ(begin[0], 255);
    EXPECT_EQ(begin[3], 40 * i);
  }
}

TEST(Sample, HasNoiseBySeedNameAndNumber) {
  const SessionHandle session = open(parse(painterOf(1, false)));
  const OneClass one(1, 1);
  dpsims_sample seed = one.sample, name = one.sample, number = one.sample, empty = one.sample, null = one.sample;
  seed.seed = 2;
  name.name = "road";
  number.number = 1;
  empty.name = "";
  null.name = nullptr;
  const std::vector<uint8_t> picture = pictureOf(session, one.sample);
  EXPECT_EQ(pictureOf(session, one.sample), picture);
  for (const dpsims_sample &other : {seed, name, number, empty})
    EXPECT_NE(pictureOf(session, other), picture);
  EXPECT_EQ(pictureOf(session, null), pictureOf(session, empty));
}

TEST(Sample, FitsMapsOfAnotherSize) {
  const SessionHandle session = open(parse(painterOf(1, false)));
  OneClass one(1, 1);
  one.labels.assign(16 * 4, 1); // covers 6 x 4: columns 5 to 10 are left
  one.labels[5] = 3;
  one.sample.labels = one.labels.data();
  one.sample.width = 16;
  EXPECT_EQ(pictureOf(session, one.sample)[0], 120);
}

TEST(Sample, TakesInstances) {
  const SessionHandle session = open(parse(painterOf(1, true)));
  OneClass one(1, 2);
  EXPECT_EQ(pictureOf(session, one.sample)[2], 2); // the class
  const std::vector<int32_t> instances(24, 77);
  one.sample.instances = instances.data();
  EXPECT_EQ(pictureOf(session, one.sample)[2], 77);
  const SessionHandle without = open(parse(painterOf(1, false)));
  std::vector<uint8_t> picture(pictureBytes);
  EXPECT_TRUE(failsWith(dpsims_session_sample(without.get(), &one.sample, 1, picture.data(), picture.size()),
                        DPSIMS_INVALID_ARGUMENT, {"instances", "takes none"}));
}

TEST(Sample, RefusesWrongSamples) {
  const SessionHandle session = open(parse(painterOf(1, false)));
  std::vector<uint8_t> picture(pictureBytes);
  const auto refuses = [&](dpsims_status status, std::initializer_list<const char *> parts, auto spoil) {
    OneClass one(1, 1);
    spoil(one);
    return failsWith(dpsims_session_sample(session.get(), &one.sample, 1, picture.data(), picture.size()), status,
                     parts);
  };
  EXPECT_TRUE(refuses(DPSIMS_INVALID_DATA, {"labels: 5 at pixel (1, 2) is none of the classes 0..4"},
                      [](OneClass &one) { one.labels[13] = 5; }));
  EXPECT_TRUE(refuses(DPSIMS_INVALID_DATA, {"labels: -2 at pixel (5, 3)"}, [](OneClass &one) { one.labels[23] = -2; }));
  EXPECT_TRUE(refuses(DPSIMS_INVALID_DATA, {"2147483647"}, [](OneClass &one) { one.labels[0] = INT32_MAX; }));
  EXPECT_TRUE(refuses(DPSIMS_INVALID_ARGUMENT, {"labels is null"}, [](OneClass &one) { one.sample.labels = nullptr; }));
  for (int32_t size : {0, -1, INT32_MIN, INT32_MAX, 16385}) {
    EXPECT_TRUE(refuses(DPSIMS_INVALID_ARGUMENT, {"not a picture"}, [=](OneClass &one) { one.sample.height = size; }));
    EXPECT_TRUE(refuses(DPSIMS_INVALID_ARGUMENT, {"not a picture"}, [=](OneClass &one) { one.sample.width = size; }));
  }
  for (size_t size : {size_t(0), size_t(8), size_t(53), size_t(1) << 20, SIZE_MAX})
    EXPECT_TRUE(refuses(DPSIMS_INVALID_ARGUMENT, {"samples->size"}, [=](OneClass &one) { one.sample.size = size; }));
}

TEST(Sample, RefusesWrongCalls) {
  const SessionHandle session = open(parse(painterOf(1, false))), other = open(parse(adder()));
  const OneClass one(1, 1);
  std::vector<uint8_t> picture(pictureBytes);
  std::vector<int32_t> labels(24);
  int32_t height = 0, width = 0;
  const auto refuses = [](dpsims_status status, std::initializer_list<const char *> parts) {
    return failsWith(status, DPSIMS_INVALID_ARGUMENT, parts);
  };
  uint8_t *out = picture.data();
  EXPECT_TRUE(refuses(dpsims_session_sample(nullptr, &one.sample, 1, out, pictureBytes), {"session is null"}));
  EXPECT_TRUE(refuses(dpsims_session_sample(session.get(), nullptr, 1, out, pictureBytes), {"samples is null"}));
  EXPECT_TRUE(refuses(dpsims_session_sample(session.get(), &one.sample, 1, nullptr, pictureBytes), {"is null"}));
  EXPECT_TRUE(refuses(dpsims_session_sample(session.get(), &one.sample, 0, out, 0), {"count is 0"}));
  EXPECT_TRUE(refuses(dpsims_session_sample(session.get(), &one.sample, SIZE_MAX, out, pictureBytes), {"count is"}));
  EXPECT_TRUE(refuses(dpsims_session_sample(session.get(), &one.sample, 1, out, pictureBytes + 1),
                      {"pictures has 73 bytes, expected 72: 1 x 4 x 6 x 3"}));
  EXPECT_TRUE(
      refuses(dpsims_session_sample(other.get(), &one.sample, 1, out, pictureBytes), {"\"main\"", "\"sample\""}));
  EXPECT_TRUE(refuses(dpsims_session_picture_size(other.get(), &height, &width), {"\"sample\""}));
  EXPECT_TRUE(refuses(dpsims_session_picture_size(session.get(), nullptr, &width), {"height is null"}));
  EXPECT_TRUE(refuses(dpsims_session_read_labels(session.get(), nullptr, labels.data(), 96), {"path is null"}));
  EXPECT_TRUE(refuses(dpsims_session_read_labels(session.get(), "x.png", labels.data(), 95), {"expected 96"}));
  EXPECT_TRUE(failsWith(dpsims_session_read_labels(session.get(), "/none.png", labels.data(), 96), DPSIMS_NOT_FOUND,
                        {"/none.png"}));
  ASSERT_TRUE(isOk(dpsims_session_picture_size(session.get(), &height, &width)));
  EXPECT_EQ(height, 4);
  EXPECT_EQ(width, 6);
}

TEST(Sample, WritesPng) {
  TemporaryDirectory directory;
  const std::vector<uint8_t> pixels{1, 2, 3, 4, 5, 6};
  const std::string path = directory / "a.png";
  ASSERT_TRUE(isOk(dpsims_write_png(path.c_str(), 1, 2, pixels.data(), 6)));
  EXPECT_EQ(readRgbPng(path).pixels, pixels);
  EXPECT_NE(dpsims_write_png(path.c_str(), 1, 2, pixels.data(), 5), DPSIMS_OK);
  EXPECT_NE(dpsims_write_png(path.c_str(), -1, -2, pixels.data(), 6), DPSIMS_OK);
  EXPECT_NE(dpsims_write_png(path.c_str(), 1, 2, nullptr, 6), DPSIMS_OK);
  EXPECT_TRUE(failsWith(dpsims_write_png("/none/a.png", 1, 2, pixels.data(), 6), DPSIMS_NOT_FOUND, {"/none/a.png"}));
}

} // namespace
