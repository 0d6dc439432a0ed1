// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/zip.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <algorithm>
#include <zlib.h>

namespace dpsims {

namespace {

constexpr uint64_t largest = uint64_t(1) << 32;
constexpr uint32_t localMark = 0x04034b50, centralMark = 0x02014b50, endMark = 0x06054b50;
constexpr size_t localSize = 30, centralSize = 46, endSize = 22, longestComment = 65535;
enum Method : uint16_t { Stored = 0, Deflated = 8 };

uint32_t sumOf(const std::vector<uint8_t> &bytes) {
  return uint32_t(crc32_z(crc32_z(0, nullptr, 0), bytes.data(), bytes.size()));
}

class Archive {
public:
  Archive(const std::string &path, const std::string &wanted)
      : path(path), wanted(wanted), bytes(readFile(path, largest)) {}

  ZipFiles read() const {
    const size_t end = findEnd();
    const size_t count = number(end + 10, 2);
    size_t at = number(end + 16, 4);
    ZipFiles files;
    for (size_t i = 0; i < count; ++i) {
      require(at, centralSize);
      if (number(at, 4) != centralMark)
        damaged("its directory is broken");
      const size_t name = number(at + 28, 2);
      require(at + centralSize, name);
      const char *text = reinterpret_cast<const char *>(bytes.data()) + at + centralSize;
      files[std::string(text, name)] = contents(at);
      at += centralSize + name + number(at + 30, 2) + number(at + 32, 2);
    }
    return files;
  }

private:
  [[noreturn]] void damaged(const std::string &what) const {
    fail(ErrorCode::InvalidData, path, ": is damaged: ", what, "; make it again");
  }

  void require(size_t at, uint64_t size) const {
    if (at > bytes.size() || size > bytes.size() - at)
      damaged("it ends too early");
  }

  // Little-endian; the place has been checked, or is within a header that has.
  uint64_t number(size_t at, size_t size) const {
    require(at, size);
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i)
      value |= uint64_t(bytes[at + i]) << (8 * i);
    return value;
  }

  size_t findEnd() const {
    const size_t first = bytes.size() - std::min(bytes.size(), endSize + longestComment);
    for (size_t at = bytes.size(); at-- > first;)
      if (at + endSize <= bytes.size() && number(at, 4) == endMark)
        return at;
    fail(ErrorCode::InvalidData, path, ": is not ", wanted);
  }

  std::vector<uint8_t> contents(size_t entry) const {
    const uint64_t method = number(entry + 10, 2), packed = number(entry + 20, 4), size = number(entry + 24, 4);
    const size_t local = number(entry + 42, 4);
    if (packed == 0xffffffff || size == 0xffffffff || local == 0xffffffff)
      fail(ErrorCode::InvalidData, path, ": has a file of 4 GB or more, which is too large");
    if (number(local, 4) != localMark)
      damaged("a file is not where its directory says");
    const size_t at = local + localSize + number(local + 26, 2) + number(local + 28, 2);
    require(at, packed);
    std::vector<uint8_t> result;
    if (method == Stored)
      result.assign(bytes.begin() + std::ptrdiff_t(at), bytes.begin() + std::ptrdiff_t(at + packed));
    else if (method == Deflated)
      result = inflated(bytes.data() + at, packed, size);
    else
      fail(ErrorCode::InvalidData, path, ": is compressed by method ", method, "; write it with numpy.savez");
    if (result.size() != size || sumOf(result) != number(entry + 16, 4))
      damaged("a checksum is wrong");
    return result;
  }

  // What a file says of its size is not believed: a thousandth of it deflated is the least that there can be.
  std::vector<uint8_t> inflated(const uint8_t *data, uint64_t packed, uint64_t size) const {
    if (size / 1100 > packed)
      damaged("a file cannot be as long as it says");
    std::vector<uint8_t> result(size + 1); // one more, so that a longer one is noticed
    z_stream stream{};
    if (inflateInit2(&stream, -15) != Z_OK)
      fail(ErrorCode::OutOfMemory, path, ": no memory to read it");
    stream.next_in = const_cast<uint8_t *>(data);
    stream.avail_in = uInt(packed);
    stream.next_out = result.data();
    stream.avail_out = uInt(std::min<uint64_t>(result.size(), 0xffffffff));
    const int status = inflate(&stream, Z_FINISH);
    const uint64_t made = stream.total_out;
    inflateEnd(&stream);
    if (status != Z_STREAM_END)
      damaged("a file cannot be decompressed");
    result.resize(made);
    return result;
  }

  const std::string &path, &wanted;
  const std::vector<uint8_t> bytes;
};

class Writer {
public:
  void number(uint64_t value, size_t size) {
    for (size_t i = 0; i < size; ++i)
      bytes.push_back(uint8_t(value >> (8 * i)));
  }

  // What the local header and the directory have in common.
  void describe(const std::string &name, const std::vector<uint8_t> &contents) {
    number(20, 2); // version 2.0 reads it
    number(0, 2);
    number(Stored, 2);
    number(0x00210000, 4); // 1980-01-01
    number(sumOf(contents), 4);
    number(contents.size(), 4);
    number(contents.size(), 4);
    number(name.size(), 2);
    number(0, 2);
  }

  void text(const std::string &name) { bytes.insert(bytes.end(), name.begin(), name.end()); }

  std::vector<uint8_t> bytes;
};

} // namespace

ZipFiles readZip(const std::string &path, const std::string &wanted) { return Archive(path, wanted).read(); }

void writeZip(const std::string &path, const ZipFiles &files) {
  uint64_t total = 0;
  for (const auto &[name, contents] : files)
    total += contents.size() + 2 * name.size() + 200;
  if (total >= largest)
    fail(path, ": would take 4 GB or more");
  Writer archive, directory;
  for (const auto &[name, contents] : files) {
    directory.number(centralMark, 4);
    directory.number(20, 2);
    directory.describe(name, contents);
    directory.number(0, 8); // no comment, first part, no attributes
    directory.number(0, 2);
    directory.number(archive.bytes.size(), 4);
    directory.text(name);
    archive.number(localMark, 4);
    archive.describe(name, contents);
    archive.text(name);
    archive.bytes.insert(archive.bytes.end(), contents.begin(), contents.end());
  }
  const size_t start = archive.bytes.size();
  archive.bytes.insert(archive.bytes.end(), directory.bytes.begin(), directory.bytes.end());
  archive.number(endMark, 4);
  archive.number(0, 4);
  archive.number(files.size(), 2);
  archive.number(files.size(), 2);
  archive.number(directory.bytes.size(), 4);
  archive.number(start, 4);
  archive.number(0, 2);
  writeFile(path, archive.bytes.data(), archive.bytes.size());
}

} // namespace dpsims
