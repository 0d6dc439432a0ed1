// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/npz.h"

#include "runtime/base/error.h"
#include "runtime/base/tensor.h"
#include "runtime/evaluate/zip.h"

#include <cstdlib>
#include <cstring>

namespace dpsims {

namespace {

constexpr char magic[] = "\x93NUMPY", ending[] = ".npy";
constexpr size_t magicSize = 6;

// One array of an archive: a header, which is a Python dictionary, then its elements.
class Reader {
public:
  Reader(const std::string &path, const std::string &name, const std::vector<uint8_t> &bytes)
      : place(path + ": " + name), bytes(bytes) {}

  NpzArray read() {
    readHeader();
    NpzArray result{shapeOf(valueOf("'shape':")), {}};
    const std::string kind = valueOf("'descr':");
    const size_t width = kind.compare(0, 5, "'<f8'") == 0 ? 8 : kind.compare(0, 5, "'<f4'") == 0 ? 4 : 0;
    if (!width)
      fail(ErrorCode::InvalidData, place, " has elements of ", quoted(kind.substr(0, kind.find(','))),
           ", which are not numbers of f32 or f64");
    const size_t count = size_t(elementCount(result.shape));
    if (count != (bytes.size() - start) / width || (bytes.size() - start) % width)
      damaged();
    for (size_t i = 0; i < count; ++i)
      result.values.push_back(element(i, width));
    if (result.shape.size() == 2 && valueOf("'fortran_order':").compare(0, 4, "True") == 0)
      transpose(result);
    return result;
  }

private:
  [[noreturn]] void damaged() const { fail(ErrorCode::InvalidData, place, " is not an array of NumPy, or damaged"); }

  void readHeader() {
    if (bytes.size() < 12 || std::memcmp(bytes.data(), magic, magicSize) != 0)
      damaged();
    const bool first = bytes[magicSize] == 1;
    const size_t at = first ? 10 : 12;
    const size_t length = size_t(bytes[8]) | size_t(bytes[9]) << 8 | (first ? 0 : size_t(bytes[10]) << 16);
    if (length > bytes.size() - at || (!first && bytes[11]))
      damaged();
    header.assign(reinterpret_cast<const char *>(bytes.data()) + at, length);
    start = at + length;
  }

  // The rest of the header after a key.
  std::string valueOf(const char *key) const {
    const size_t found = header.find(key);
    if (found == std::string::npos)
      damaged();
    const size_t at = header.find_first_not_of(' ', found + std::strlen(key));
    return at == std::string::npos ? "" : header.substr(at);
  }

  // Of "(3, 4)", "(3,)", "()".
  std::vector<int64_t> shapeOf(const std::string &text) const {
    const size_t close = text.find(')');
    if (text.empty() || text[0] != '(' || close == std::string::npos)
      damaged();
    std::vector<int64_t> shape;
    for (size_t at = 1; (at = text.find_first_of("0123456789", at)) < close;) {
      char *end = nullptr;
      const unsigned long long size = std::strtoull(text.c_str() + at, &end, 10);
      if (size > uint64_t(1) << 32 || shape.size() == 2)
        fail(ErrorCode::InvalidData, place, " has the shape ", quoted(text.substr(0, close + 1)),
             ", expected at most two dimensions");
      shape.push_back(int64_t(size));
      at = size_t(end - text.c_str());
    }
    return shape;
  }

  double element(size_t i, size_t width) const {
    double wide;
    float narrow;
    const uint8_t *from = bytes.data() + start + i * width;
    if (width == 8)
      return std::memcpy(&wide, from, 8), wide;
    return std::memcpy(&narrow, from, 4), double(narrow);
  }

  static void transpose(NpzArray &array) {
    const std::vector<double> columns = std::move(array.values);
    const size_t height = size_t(array.shape[0]), width = size_t(array.shape[1]);
    array.values.resize(columns.size());
    for (size_t y = 0; y < height; ++y)
      for (size_t x = 0; x < width; ++x)
        array.values[y * width + x] = columns[x * height + y];
  }

  const std::string place;
  const std::vector<uint8_t> &bytes;
  std::string header;
  size_t start = 0;
};

std::vector<uint8_t> arrayFile(const NpzArray &array) {
  std::string shape;
  for (int64_t size : array.shape)
    shape += std::to_string(size) + ",";
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 11, ' '); // elements begin at a multiple of 64
  header += '\n';
  std::vector<uint8_t> bytes(magic, magic + magicSize);
  for (uint8_t byte : {uint8_t(1), uint8_t(0), uint8_t(header.size()), uint8_t(header.size() >> 8)})
    bytes.push_back(byte);
  bytes.insert(bytes.end(), header.begin(), header.end());
  const size_t start = bytes.size();
  bytes.resize(start + array.values.size() * sizeof(double));
  if (!array.values.empty())
    std::memcpy(bytes.data() + start, array.values.data(), array.values.size() * sizeof(double));
  return bytes;
}

} // namespace

NpzArrays readNpz(const std::string &path) {
  NpzArrays arrays;
  for (const auto &[name, bytes] : readZip(path, "an archive of NumPy arrays (.npz)")) {
    const size_t base = name.size() - std::min(name.size(), sizeof ending - 1);
    if (name.compare(base, std::string::npos, ending) == 0)
      arrays[name.substr(0, base)] = Reader(path, name, bytes).read();
  }
  return arrays;
}

void writeNpz(const std::string &path, const NpzArrays &arrays) {
  ZipFiles files;
  for (const auto &[name, array] : arrays)
    files[name + ending] = arrayFile(array);
  writeZip(path, files);
}

} // namespace dpsims
