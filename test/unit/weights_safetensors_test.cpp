// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/read_weight.h"
#include "runtime/weights/safetensors.h"
#include "support.h"

#include <cmath>
#include <cstring>

using namespace dpsims;
using namespace dpsims::test;

// The bytes of a file with this header and `dataSize` bytes 0, 1, 2, ... after it.
static std::string fileOf(const std::string &header, size_t dataSize) {
  const uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char *>(&length), sizeof length);
  bytes += header;
  for (size_t i = 0; i < dataSize; ++i)
    bytes += char(i);
  return bytes;
}

namespace {
class Safetensors : public testing::Test {
protected:
  std::string write(const std::string &bytes) {
    const std::string path = directory / "w.safetensors";
    writeFile(path, bytes);
    return path;
  }

  std::string errorOfBytes(const std::string &bytes) {
    const std::string path = write(bytes);
    const std::string message = errorOf([&] { SafetensorsFile file(path); });
    EXPECT_EQ(message.find(path + ": "), 0u) << message;
    return message;
  }

  std::string errorOfHeader(const std::string &header, size_t dataSize = 0) {
    return errorOfBytes(fileOf(header, dataSize));
  }

  TemporaryDirectory directory;
};
} // namespace

TEST_F(Safetensors, ReadsAFile) {
  SafetensorsFile file(write(fileOf(R"({"__metadata__":{"format":"pt","a":"ü"},)"
                                    R"("b":{"dtype":"U8","shape":[2,1],"data_offsets":[8,10]},)"
                                    R"("a.weight":{"shape":[2],"data_offsets":[0,8],"dtype":"F32"},)"
                                    R"("empty":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},)"
                                    R"("scalar":{"dtype":"I16","shape":[],"data_offsets":[10,12]}}  )",
                                    12)));
  ASSERT_EQ(file.entries().size(), 4u);
  EXPECT_EQ(file.entries()[0].name, "a.weight");
  EXPECT_EQ(file.entries()[3].name, "scalar");
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.metadata().at("a"), "ü");
  EXPECT_EQ(file.find("c"), nullptr);
  EXPECT_EQ(file.find("b")->shape, (Shape{2, 1}));
  int32_t ids[2];
  file.readInts(*file.find("b"), ids);
  EXPECT_EQ(ids[1], 9);
  file.readInts(*file.find("scalar"), ids);
  EXPECT_EQ(ids[0], 10 + 256 * 11);
  file.read(*file.find("empty"), nullptr);
  uint8_t bytes[2];
  file.readBytes(*file.find("a.weight"), 6, bytes, 2);
  EXPECT_EQ(bytes[1], 7);
  EXPECT_TRUE(hasParts(errorOf([&] { file.readBytes(*file.find("a.weight"), 7, bytes, 2); }), {"\"a.weight\""}));
}

TEST_F(Safetensors, RefusesWhatIsNoSuchFile) {
  EXPECT_TRUE(hasParts(errorOfBytes(""), {"0 bytes"}));
  EXPECT_TRUE(hasParts(errorOfBytes("1234567"), {"7 bytes"}));
  EXPECT_TRUE(hasParts(errorOfBytes("PK\3\4" + std::string(100, 'x')), {"PyTorch", "pth-to-safetensors.py"}));
  EXPECT_TRUE(hasParts(errorOfBytes("\x80\2" + std::string(100, 'x')), {"pickle"}));
  EXPECT_TRUE(hasParts(errorOfBytes("version https://git-lfs.github.com/spec/v1\n"), {"Git LFS"}));
  EXPECT_TRUE(
      hasParts(errorOfBytes("<!DOCTYPE html><title>Sign in</title>"), {": not a safetensors file: it is a web page"}));
  EXPECT_TRUE(hasParts(errorOfBytes("Entry not found\n"), {"it is text, \"Entry not found\": download"}));
  EXPECT_TRUE(hasParts(errorOfBytes("{\n \"metadata\": {\"total_size\": 5}, \"weight_map\": {}}"),
                       {"index of a file in parts"}));
  EXPECT_TRUE(hasParts(errorOfBytes(std::string(100, '\xff')), {"18446744073709551615 bytes"}));
  EXPECT_TRUE(hasParts(errorOfBytes(std::string(100, '\0')), {"'{'"}));
  EXPECT_TRUE(hasParts(errorOfHeader("[]"), {"'{'"}));
  EXPECT_TRUE(hasParts(errorOf([&] { SafetensorsFile file(directory / "none"); }), {"No such file"}));
}

TEST_F(Safetensors, NamesChangedLineEnds) {
  std::string bytes = fileOf("{\"a\":{\"dtype\":\"U8\",\"shape\":[64],\"data_offsets\":[0,64]}}", 64), changed;
  bytes.replace(bytes.size() - 40, 20, std::string(20, '\n'));
  for (char c : bytes)
    changed += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_TRUE(hasParts(errorOfBytes(changed), {"after the last tensor", "line ends in it were changed"}));
  EXPECT_EQ(errorOfBytes(bytes + "xx").find("line ends"), std::string::npos);
}

TEST_F(Safetensors, BoundsTheHeader) {
  const uint64_t length = 200'000'000;
  writeFile(directory / "large", &length, sizeof length);
  std::filesystem::resize_file(directory / "large", 300'000'000); // sparse
  EXPECT_TRUE(
      hasParts(errorOf([&] { SafetensorsFile file(directory / "large"); }), {"200000000", "100000000 allowed"}));
  std::string cut = fileOf("{}", 0);
  cut[0] = 3;
  EXPECT_TRUE(hasParts(errorOfBytes(cut), {"3 bytes, 2 are there"}));
}

TEST_F(Safetensors, RefusesWrongJson) {
  EXPECT_TRUE(hasParts(errorOfHeader("{"), {"JSON is wrong at byte"}));
  EXPECT_TRUE(hasParts(errorOfHeader("{} {}"), {"JSON is wrong"}));
  EXPECT_TRUE(hasParts(errorOfHeader("{\"\xff\":1}"), {"JSON is wrong"}));
  EXPECT_TRUE(hasParts(errorOfHeader("{\"a\":[]}"), {"an array where none belongs", "\"a\""}));
  EXPECT_TRUE(hasParts(errorOfHeader("{\"a\":1}"), {"a number"}));
  EXPECT_TRUE(hasParts(errorOfHeader("{\"a\":null}"), {"null"}));
  EXPECT_TRUE(hasParts(errorOfHeader("{\"__metadata__\":{\"a\":1}}"), {"a number"}));
  EXPECT_TRUE(hasParts(errorOfHeader("{\"__metadata__\":{\"a\":{}}}"), {"an object"}));
  std::string nested;
  for (int i = 0; i < 100000; ++i)
    nested += "{\"a\":";
  EXPECT_TRUE(hasParts(errorOfHeader(nested), {"unknown field"}));
  EXPECT_TRUE(
      hasParts(errorOfHeader("{\"a\":{\"shape\":" + std::string(100000, '[')), {"an array where none belongs"}));
}

// A header with the tensor "a" described by `fields`.
static std::string tensor(const std::string &fields) { return "{\"a\":{" + fields + "}}"; }

TEST_F(Safetensors, RefusesWrongTensors) {
  const std::string good = R"("dtype":"U8","shape":[4],"data_offsets":[0,4])";
  SafetensorsFile file(write(fileOf(tensor(good), 4)));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"U8","shape":[4])"), 4), {"\"a\" lacks"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"U8","shape":[4],"data_offsets":[0])"), 4), {"lacks"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"U8","shape":[4],"data_offsets":[0,4,4])"), 4), {"a number"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"Q7","shape":[4],"data_offsets":[0,4])"), 4), {"\"Q7\""}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(good + ",\"x\":1"), 4), {"unknown field \"x\""}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(good + ",\"dtype\":\"U8\""), 4), {"twice"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"F32","shape":[4],"data_offsets":[0,4])"), 4),
                       {"4 bytes, but F32 (4) needs 16"}));
  EXPECT_TRUE(
      hasParts(errorOfHeader(tensor(R"("dtype":"U8","shape":[4],"data_offsets":[4,0])"), 4), {"before it begins"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"U8","shape":[-4],"data_offsets":[0,4])"), 4), {"negative"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"U8","shape":[4.0],"data_offsets":[0,4])"), 4), {"integer"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4])"), 4),
                       {"too large"}));
  // 2^32 * 2^32 is 0 in 64 bits.
  EXPECT_TRUE(hasParts(errorOfHeader(tensor(R"("dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0])"), 0),
                       {"too many elements"}));
  std::string ones = "1";
  for (int i = 0; i < 100; ++i)
    ones += ",1";
  EXPECT_TRUE(hasParts(errorOfHeader(tensor("\"dtype\":\"U8\",\"shape\":[" + ones + "],\"data_offsets\":[0,1]"), 1),
                       {"too many sizes"}));
}

// A header with tensors of bytes at these places.
static std::string tensorsAt(const std::vector<std::pair<uint64_t, uint64_t>> &places) {
  std::string header;
  for (auto [begin, end] : places)
    header += std::string(header.empty() ? "{" : ",") + "\"t" + std::to_string(header.size()) +
              R"(":{"dtype":"U8","shape":[)" + std::to_string(end - begin) + R"(],"data_offsets":[)" +
              std::to_string(begin) + "," + std::to_string(end) + "]}";
  return header + "}";
}

TEST_F(Safetensors, RefusesHolesOverlapsAndRests) {
  SafetensorsFile file(write(fileOf(tensorsAt({{2, 4}, {0, 2}, {2, 2}, {4, 4}}), 4)));
  EXPECT_TRUE(hasParts(errorOfHeader(tensorsAt({{0, 2}, {3, 4}}), 4), {"after a hole"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensorsAt({{0, 3}, {2, 4}}), 4), {"inside another"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensorsAt({{0, 2}, {0, 2}, {2, 4}}), 4), {"inside another"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensorsAt({{1, 4}}), 4), {"after a hole"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensorsAt({{0, 3}}), 4), {"1 bytes after the last tensor"}));
  EXPECT_TRUE(hasParts(errorOfHeader(tensorsAt({{0, 5}}), 4), {"truncated", "of which 4 are there"}));
  const uint64_t far = uint64_t(1) << 62;
  EXPECT_TRUE(hasParts(errorOfHeader(tensorsAt({{0, 4}, {far, far + 4}}), 4), {"truncated"}));
  const std::string one = R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  EXPECT_TRUE(hasParts(errorOfHeader("{" + one + "," + one + "}"), {"\"a\" twice"}));
  EXPECT_TRUE(hasParts(errorOfHeader(R"({"__metadata__":{},"__metadata__":{}})"), {"twice"}));
  EXPECT_TRUE(hasParts(errorOfHeader(R"({"__metadata__":{"k":"1","k":"2"}})"), {"\"k\" twice"}));
}

TEST_F(Safetensors, ConvertsFloats) {
  const uint16_t half[] = {0x3c00, 0xc000, 0x0001, 0x8001, 0x7bff, 0x7c00, 0x7e00, 0x03ff};
  const uint16_t brain[] = {0x3f80, 0xc000, 0x7f80};
  const double wide[] = {0.1, -1e300, 3};
  SafetensorsWriter writer(directory / "f");
  writer.add("half", ElementType::F16, {8}, half);
  writer.add("brain", ElementType::BF16, {3}, brain);
  writer.add("wide", ElementType::F64, {3}, wide);
  writer.add("ids", ElementType::I32, {1}, half);
  writer.write();
  SafetensorsFile file(directory / "f");
  float values[8];
  file.read(*file.find("half"), values);
  EXPECT_EQ(values[0], 1);
  EXPECT_EQ(values[1], -2);
  EXPECT_EQ(values[2], 0x1p-24f);
  EXPECT_EQ(values[3], -0x1p-24f);
  EXPECT_EQ(values[4], 65504);
  EXPECT_TRUE(std::isinf(values[5]));
  EXPECT_TRUE(std::isnan(values[6]));
  EXPECT_EQ(values[7], 1023 * 0x1p-24f);
  file.read(*file.find("brain"), values);
  EXPECT_EQ(values[1], -2);
  EXPECT_TRUE(std::isinf(values[2]));
  file.read(*file.find("wide"), values);
  EXPECT_EQ(values[0], 0.1f);
  EXPECT_EQ(values[1], -INFINITY);
  EXPECT_TRUE(hasParts(errorOf([&] { file.read(*file.find("ids"), values); }), {"\"ids\" has type I32"}));
  int32_t ids[3];
  EXPECT_TRUE(hasParts(errorOf([&] { file.readInts(*file.find("wide"), ids); }), {"\"wide\" has type F64"}));
}

TEST_F(Safetensors, RefusesWeightsWithBadValues) {
  const float nan[] = {1, 2, 3, NAN, 5, -INFINITY}, negative[] = {0, -0.0f, -0.5f}, good[] = {1e-38f, 3e38f, 0};
  const uint16_t half[] = {0x3c00, 0x7c00};
  const double wide[] = {1e300, 1};
  SafetensorsWriter writer(directory / "f");
  writer.add("nan", ElementType::F32, {2, 3}, nan);
  writer.add("half", ElementType::F16, {2}, half);
  writer.add("wide", ElementType::F64, {2}, wide);
  writer.add("bn.running_var", ElementType::F32, {3}, negative);
  writer.add("bn.running_mean", ElementType::F32, {3}, negative);
  writer.add("good", ElementType::F32, {3}, good);
  writer.write();
  SafetensorsFile file(directory / "f");
  float values[6];
  auto errorAt = [&](const char *name) { return errorOf([&] { readWeight(file, *file.find(name), values); }); };
  EXPECT_TRUE(
      hasParts(errorAt("nan"), {"f: \"nan\" has 2 of 6 values that are not finite, the first nan at [1, 0]: "}));
  EXPECT_TRUE(hasParts(errorAt("half"), {"\"half\" has 1 of 2 values", "the first inf at [1]: f16 ends at 65504"}));
  EXPECT_TRUE(hasParts(errorAt("wide"), {"\"wide\" has 1 of 2 values", "the first inf at [0]: f32 ends"}));
  EXPECT_TRUE(hasParts(errorAt("bn.running_var"), {"has 1 of 3 values that are negative, the first -0.5 at [2]"}));
  for (const char *name : {"bn.running_mean", "good"})
    EXPECT_NO_THROW(readWeight(file, *file.find(name), values)) << name;
}

TEST_F(Safetensors, ConvertsIntegers) {
  const int64_t wide[] = {-5, 2147483647, -2147483648LL};
  const int64_t tooWide[] = {1, 2147483648LL};
  const uint64_t huge[] = {0xffffffffffffffffu};
  const uint32_t large[] = {0x80000000u};
  const int16_t shorts[] = {-3};
  const uint16_t words[] = {65535};
  const int8_t small[] = {-1};
  const uint8_t bools[] = {0, 1, 2};
  SafetensorsWriter writer(directory / "f");
  writer.add("wide", ElementType::I64, {3}, wide);
  writer.add("tooWide", ElementType::I64, {2}, tooWide);
  writer.add("huge", ElementType::U64, {1}, huge);
  writer.add("large", ElementType::U32, {1}, large);
  writer.add("shorts", ElementType::I16, {1}, shorts);
  writer.add("words", ElementType::U16, {1}, words);
  writer.add("small", ElementType::I8, {1}, small);
  writer.add("bools", ElementType::Bool, {3}, bools);
  writer.write();
  SafetensorsFile file(directory / "f");
  int32_t values[3];
  auto read = [&](const char *name) {
    file.readInts(*file.find(name), values);
    return values[0];
  };
  EXPECT_EQ(read("wide"), -5);
  EXPECT_EQ(values[2], std::numeric_limits<int32_t>::min());
  EXPECT_EQ(read("shorts"), -3);
  EXPECT_EQ(read("words"), 65535);
  EXPECT_EQ(read("small"), -1);
  EXPECT_EQ(read("bools"), 0);
  EXPECT_EQ(values[2], 1);
  EXPECT_TRUE(hasParts(errorOf([&] { read("tooWide"); }), {"\"tooWide\" has the value 2147483648"}));
  EXPECT_TRUE(hasParts(errorOf([&] { read("huge"); }), {"18446744073709551615"}));
  EXPECT_TRUE(hasParts(errorOf([&] { read("large"); }), {"2147483648"}));
}

TEST_F(Safetensors, WritesWhatItReads) {
  std::vector<float> large(3 << 20); // three chunks
  for (size_t i = 0; i < large.size(); ++i)
    large[i] = float(i);
  const uint8_t byte = 7;
  SafetensorsWriter writer(directory / "f");
  writer.setMetadata("format", "pt");
  writer.setMetadata("odd", "line\n\"\xff");
  writer.add("z.byte", ElementType::U8, {}, &byte);
  std::vector<uint64_t> offsets;
  writer.add("large", ElementType::F32, {3, 1 << 20}, [&](uint64_t offset, void *dst, size_t size) {
    offsets.push_back(offset);
    std::memcpy(dst, reinterpret_cast<const char *>(large.data()) + offset, size);
  });
  writer.add("empty", ElementType::F32, {0}, nullptr);
  EXPECT_TRUE(hasParts(errorOf([&] { writer.add("empty", ElementType::U8, {0}, nullptr); }), {"\"empty\" is there"}));
  EXPECT_THROW(writer.add("__metadata__", ElementType::U8, {0}, nullptr), Error);
  EXPECT_EQ(writer.totalBytes(), (3u << 22) + 1);
  uint64_t written = 0;
  writer.write([&](uint64_t bytes) { written += bytes; });
  EXPECT_EQ(written, writer.totalBytes());
  EXPECT_EQ(offsets, (std::vector<uint64_t>{0, 4 << 20, 8 << 20}));

  SafetensorsFile file(directory / "f");
  EXPECT_EQ(file.entries().size(), 3u);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.find("large")->offset % 8, 0u);
  std::vector<float> back(large.size());
  file.read(*file.find("large"), back.data());
  EXPECT_EQ(back, large);
}

TEST_F(Safetensors, KeepsTheOldFileWhenASourceFails) {
  writeFile(directory / "f", "old");
  SafetensorsWriter writer(directory / "f");
  writer.add("a", ElementType::U8, {1}, [](uint64_t, void *, size_t) { fail("no data"); });
  EXPECT_EQ(errorOf([&] { writer.write(); }), "no data");
  EXPECT_EQ(readText(directory / "f"), "old");
  EXPECT_EQ(directory.entries(), 1u);
}

TEST_F(Safetensors, SurvivesDamage) {
  const std::string text = fileOf(R"({"__metadata__":{"format":"pt"},)"
                                  R"("b":{"dtype":"BF16","shape":[2,1],"data_offsets":[8,12]},)"
                                  R"("a.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                  R"("c":{"dtype":"I64","shape":[],"data_offsets":[12,20]}})",
                                  20);
  const std::vector<uint8_t> whole(text.begin(), text.end());
  Damage damage(1);
  const std::string path = directory / "f";
  int good = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::vector<uint8_t> bytes = damage.of(whole, whole.size());
    // Not by writeFile, whose thousands of fsyncs would take minutes; nor over the old file, for the same reason.
    std::filesystem::remove(path);
    FILE *out = std::fopen(path.c_str(), "wb");
    ASSERT_TRUE(out);
    std::fwrite(bytes.data(), 1, bytes.size(), out);
    std::fclose(out);
    try {
      SafetensorsFile file(path);
      for (const SafetensorsEntry &entry : file.entries()) {
        std::vector<uint8_t> data(size_t(entry.size));
        file.readBytes(entry, 0, data.data(), data.size());
        std::vector<float> values(size_t(elementCount(entry.shape)));
        file.read(entry, values.data());
      }
      ++good;
    } catch (const Error &error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  RecordProperty("stillGood", good);
}
