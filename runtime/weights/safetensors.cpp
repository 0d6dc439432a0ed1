// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/safetensors.h"

#include "runtime/base/error.h"
#include "runtime/base/float16.h"
#include "runtime/base/foreign_file.h"
#include "runtime/weights/safetensors_limits.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include <nlohmann/json.hpp>

namespace dpsims {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are read as they are stored, little endian");

//===-------------------------------------------------------------------------------------------------------------===//
// The header
//===-------------------------------------------------------------------------------------------------------------===//

namespace {

/// Takes the header's JSON event by event: the document is never in memory, names that come twice are seen, and
/// anything that is not {name: {dtype, shape, data_offsets}, "__metadata__": {string: string}} is refused at once.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
public:
  HeaderReader(const std::string &path, std::vector<SafetensorsEntry> &entries,
               std::map<std::string, std::string> &metadata)
      : path(path), entries(entries), metadata(metadata) {}

  bool null() override { refuse("null"); }
  bool boolean(bool) override { refuse("true or false"); }
  bool number_integer(number_integer_t) override { refuse("a negative number"); }
  bool number_float(number_float_t, const string_t &) override { refuse("a number that is not a 64-bit integer"); }
  bool binary(binary_t &) override { refuse("binary data"); }
  bool number_unsigned(number_unsigned_t value) override;
  bool string(string_t &value) override;
  bool start_object(size_t) override;
  bool key(string_t &name) override;
  bool end_object() override;
  bool start_array(size_t) override;
  bool end_array() override;
  bool parse_error(size_t position, const std::string &, const nlohmann::detail::exception &) override {
    fail(ErrorCode::InvalidData, path, ": not a valid safetensors file: the header's JSON is wrong at byte ",
         8 + position);
  }

private:
  enum class Place { Start, Top, Metadata, Tensor, Shape, Offsets, End };

  [[noreturn]] void refuse(const char *what) const;
  void finishTensor();

  const std::string &path;
  std::vector<SafetensorsEntry> &entries;
  std::map<std::string, std::string> &metadata;
  Place place = Place::Start;
  std::string name, field;
  bool hasMetadata = false, hasType = false, hasShape = false, hasOffsets = false;
  ElementType type = ElementType::F32;
  Shape shape;
  std::vector<uint64_t> offsets;
};

} // namespace

void HeaderReader::refuse(const char *what) const {
  fail(ErrorCode::InvalidData, path, ": not a valid safetensors file: ", what, " where none belongs",
       name.empty() ? std::string() : ", in the header's entry " + quoted(name));
}

bool HeaderReader::number_unsigned(number_unsigned_t value) {
  if (place == Place::Shape) {
    if (value > uint64_t(std::numeric_limits<int64_t>::max()) || shape.size() == maxRank)
      fail(ErrorCode::InvalidData, path, ": ", quoted(name), " has a shape with too large or too many sizes");
    shape.push_back(int64_t(value));
  } else if (place == Place::Offsets && offsets.size() < 2) {
    offsets.push_back(value);
  } else {
    refuse("a number");
  }
  return true;
}

bool HeaderReader::string(string_t &value) {
  if (place == Place::Metadata) {
    if (!metadata.emplace(field, value).second)
      fail(ErrorCode::InvalidData, path, ": the metadata have ", quoted(field), " twice");
  } else if (place == Place::Tensor && field == "dtype") {
    if (!elementTypeFromName(value, type))
      fail(ErrorCode::InvalidData, path, ": ", quoted(name), " has the unknown type ", quoted(value),
           "; convert the file to F32, F16 or BF16");
    hasType = true;
  } else {
    refuse("a string");
  }
  return true;
}

bool HeaderReader::start_object(size_t) {
  if (place == Place::Start) {
    place = Place::Top;
  } else if (place == Place::Top && name == "__metadata__") {
    if (hasMetadata)
      fail(ErrorCode::InvalidData, path, ": the header has ", quoted(name), " twice");
    hasMetadata = true;
    place = Place::Metadata;
  } else if (place == Place::Top) {
    place = Place::Tensor;
    hasType = hasShape = hasOffsets = false;
  } else {
    refuse("an object");
  }
  return true;
}

bool HeaderReader::key(string_t &key) {
  if (place == Place::Top) {
    name = key;
    return true;
  }
  field = key;
  if (place != Place::Tensor)
    return true;
  const bool known = field == "dtype" || field == "shape" || field == "data_offsets";
  if (!known)
    fail(ErrorCode::InvalidData, path, ": ", quoted(name), " has the unknown field ", quoted(field));
  if ((field == "dtype" && hasType) || (field == "shape" && hasShape) || (field == "data_offsets" && hasOffsets))
    fail(ErrorCode::InvalidData, path, ": ", quoted(name), " has the field ", quoted(field), " twice");
  return true;
}

bool HeaderReader::start_array(size_t) {
  if (place == Place::Tensor && field == "shape") {
    place = Place::Shape;
    shape.clear();
  } else if (place == Place::Tensor && field == "data_offsets") {
    place = Place::Offsets;
    offsets.clear();
  } else {
    refuse("an array");
  }
  return true;
}

bool HeaderReader::end_array() {
  hasShape |= place == Place::Shape;
  hasOffsets |= place == Place::Offsets;
  place = Place::Tensor;
  return true;
}

bool HeaderReader::end_object() {
  if (place == Place::Tensor)
    finishTensor();
  place = place == Place::Top ? Place::End : Place::Top;
  return true;
}

void HeaderReader::finishTensor() {
  if (!hasType || !hasShape || !hasOffsets || offsets.size() != 2)
    fail(ErrorCode::InvalidData, path, ": ", quoted(name),
         " lacks its dtype, its shape or one of its two data_offsets");
  if (offsets[1] < offsets[0])
    fail(ErrorCode::InvalidData, path, ": ", quoted(name), " ends at byte ", offsets[1], " before it begins at ",
         offsets[0]);
  int64_t expected;
  try {
    expected = byteSize(type, shape);
  } catch (const Error &error) {
    fail(ErrorCode::InvalidData, path, ": ", quoted(name), ": ", error.what());
  }
  const uint64_t size = offsets[1] - offsets[0];
  if (size != uint64_t(expected))
    fail(ErrorCode::InvalidData, path, ": ", quoted(name), " has ", size, " bytes, but ", elementTypeName(type), " ",
         shapeText(shape), " needs ", expected);
  entries.push_back({name, type, shape, offsets[0], size});
}

// What the tensors' bytes must do by the format: cover `available` bytes without holes and overlaps.
static void checkCover(const std::string &path, std::vector<SafetensorsEntry> &entries, uint64_t available) {
  auto place = [](const SafetensorsEntry &entry) { return std::make_pair(entry.offset, entry.size); };
  std::sort(entries.begin(), entries.end(), [&](const auto &a, const auto &b) { return place(a) < place(b); });
  uint64_t end = 0;
  for (const SafetensorsEntry &entry : entries) {
    if (entry.size > available || entry.offset > available - entry.size)
      fail(ErrorCode::InvalidData, path, ": truncated: ", quoted(entry.name), " reaches to byte ",
           entry.offset + entry.size, " of the data, of which ", available, " are there; fetch the file again");
    if (entry.offset != end)
      fail(ErrorCode::InvalidData, path, ": ", quoted(entry.name), " begins at byte ", entry.offset, " of the data, ",
           entry.offset < end ? "inside another tensor" : "after a hole", "; ", end, " was expected");
    end = entry.offset + entry.size;
  }
  if (end != available)
    fail(ErrorCode::InvalidData, path, ": ", available - end,
         " bytes after the last tensor belong to none; fetch the file again");
}

static void sortByName(const std::string &path, std::vector<SafetensorsEntry> &entries) {
  std::sort(entries.begin(), entries.end(), [](const auto &a, const auto &b) { return a.name < b.name; });
  for (size_t i = 1; i < entries.size(); ++i)
    if (entries[i].name == entries[i - 1].name)
      fail(ErrorCode::InvalidData, path, ": the header has ", quoted(entries[i].name), " twice");
}

static bool isText(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return (c >= ' ' && c <= '~') || (c >= '\t' && c <= '\r'); });
}

// Names other files that people take for weights, by their beginning; empty if it tells nothing.
static std::string whatItLooksLike(const InputFile &file) {
  char bytes[foreignKindBytes];
  const std::string_view begin(bytes, size_t(std::max<int64_t>(0, file.readSome(0, bytes, sizeof bytes))));
  if (const char *kind = foreignKind(begin))
    return std::string("it ") + kind;
  if (begin.size() > 1 && begin[0] == '\x80' && begin[1] <= 5)
    return "it looks like a Python pickle; convert it with tools/scripts/pth-to-safetensors.py";
  if (begin.size() > 8 && begin.substr(4, 4) == "DPSM")
    return "it is a compiled model, for --model";
  if (begin.find("\"weight_map\"") != std::string_view::npos || begin.find("\"total_size\"") != std::string_view::npos)
    return "it is the index of a file in parts; join them with tools/scripts/pth-to-safetensors.py INDEX OUTPUT";
  if (!begin.empty() && isText(begin)) // what a server said in the file's place
    return "it is text, " + quoted(begin.substr(0, begin.find('\n'))) + ": download the file itself";
  return "";
}

[[noreturn]] static void failHeader(const InputFile &file, const std::string &fault) {
  const std::string kind = whatItLooksLike(file);
  fail(ErrorCode::InvalidData, file.path(),
       ": not a safetensors file: ", kind.empty() ? fault + "; is it another kind of file, or truncated?" : kind);
}

static std::string readHeader(const InputFile &file) {
  if (file.size() < 8)
    fail(ErrorCode::InvalidData, file.path(), ": not a safetensors file: it has ", file.size(), " bytes");
  uint8_t start[8];
  file.read(0, start, sizeof start);
  uint64_t length;
  std::memcpy(&length, start, sizeof length);
  if (length > maxHeader || length > file.size() - 8)
    failHeader(file, "the header would have " + std::to_string(length) + " bytes, " + std::to_string(file.size() - 8) +
                         " are there and " + std::to_string(maxHeader) + " allowed");
  std::string header(size_t(length), '\0');
  file.read(8, header.data(), header.size());
  if (header.empty() || header[0] != '{')
    failHeader(file, "the header does not begin with '{'");
  return header;
}

// Of a file that is damaged.
static bool hasChangedLineEnds(const InputFile &file) {
  std::string bytes(size_t(std::min<uint64_t>(file.size(), 8 << 20)), '\0');
  return file.readSome(0, bytes.data(), bytes.size()) == int64_t(bytes.size()) && hasChangedLineEnds(bytes);
}

SafetensorsFile::SafetensorsFile(const std::string &path) : file(path) {
  try {
    readEntries();
  } catch (const Error &error) {
    if (hasChangedLineEnds(file))
      fail(error.code(), error.what(),
           "; line ends in it were changed, as by FTP in text mode or Git: fetch it again as binary");
    throw;
  }
}

void SafetensorsFile::readEntries() {
  const std::string header = readHeader(file);
  HeaderReader reader(path(), list, strings);
  nlohmann::json::sax_parse(header, &reader);
  const uint64_t begin = 8 + header.size();
  checkCover(path(), list, file.size() - begin);
  for (SafetensorsEntry &entry : list)
    entry.offset += begin;
  sortByName(path(), list);
}

const SafetensorsEntry *SafetensorsFile::find(std::string_view name) const {
  auto found = std::lower_bound(list.begin(), list.end(), name,
                                [](const SafetensorsEntry &entry, std::string_view n) { return entry.name < n; });
  return found != list.end() && found->name == name ? &*found : nullptr;
}

//===-------------------------------------------------------------------------------------------------------------===//
// Reading tensors
//===-------------------------------------------------------------------------------------------------------------===//

void SafetensorsFile::readBytes(const SafetensorsEntry &entry, uint64_t offset, void *dst, size_t size) const {
  if (offset > entry.size || size > entry.size - offset)
    fail(path(), ": ", quoted(entry.name), " has ", entry.size, " bytes; ", size, " at ", offset, " were asked for");
  file.read(entry.offset + offset, dst, size);
}

// Reads `entry`, whose elements are `Stored`, through bounded scratch memory; dst[i] = convert(element i).
template <typename Stored, typename Result, typename Convert>
static void readConverted(const SafetensorsFile &file, const SafetensorsEntry &entry, Result *dst, Convert convert) {
  constexpr uint64_t chunk = (size_t(256) << 10) / sizeof(Stored);
  const uint64_t count = entry.size / sizeof(Stored);
  std::vector<Stored> scratch(size_t(std::min(count, chunk)));
  for (uint64_t first = 0; first < count; first += chunk) {
    const size_t n = size_t(std::min(chunk, count - first));
    file.readBytes(entry, first * sizeof(Stored), scratch.data(), n * sizeof(Stored));
    for (size_t i = 0; i < n; ++i)
      dst[first + i] = convert(scratch[i]);
  }
}

void SafetensorsFile::read(const SafetensorsEntry &entry, float *dst) const {
  switch (entry.type) {
  case ElementType::F32:
    return readBytes(entry, 0, dst, size_t(entry.size));
  case ElementType::F64:
    return readConverted<double>(*this, entry, dst, [](double value) { return float(value); });
  case ElementType::F16:
    return readConverted<uint16_t>(*this, entry, dst, halfToFloat);
  case ElementType::BF16:
    return readConverted<uint16_t>(*this, entry, dst, bfloat16ToFloat);
  default:
    fail(ErrorCode::Incompatible, path(), ": ", quoted(entry.name), " has type ", elementTypeName(entry.type),
         ", which cannot be read as a floating-point weight; convert it to F32, F16 or BF16");
  }
}

template <typename Stored>
static void readChecked(const SafetensorsFile &file, const SafetensorsEntry &entry, int32_t *dst) {
  readConverted<Stored>(file, entry, dst, [&](Stored value) {
    const int32_t result = int32_t(value);
    if (Stored(result) != value || (result < 0) != (value < Stored(0)))
      fail(ErrorCode::InvalidData, file.path(), ": ", quoted(entry.name), " has the value ", value,
           ", which does not fit 32 bits");
    return result;
  });
}

void SafetensorsFile::readInts(const SafetensorsEntry &entry, int32_t *dst) const {
  switch (entry.type) {
  case ElementType::I32:
    return readBytes(entry, 0, dst, size_t(entry.size));
  case ElementType::I64:
    return readChecked<int64_t>(*this, entry, dst);
  case ElementType::U64:
    return readChecked<uint64_t>(*this, entry, dst);
  case ElementType::U32:
    return readChecked<uint32_t>(*this, entry, dst);
  case ElementType::I16:
    return readChecked<int16_t>(*this, entry, dst);
  case ElementType::U16:
    return readChecked<uint16_t>(*this, entry, dst);
  case ElementType::I8:
    return readChecked<int8_t>(*this, entry, dst);
  case ElementType::U8:
    return readChecked<uint8_t>(*this, entry, dst);
  case ElementType::Bool:
    return readConverted<uint8_t>(*this, entry, dst, [](uint8_t value) { return int32_t(value != 0); });
  default:
    fail(ErrorCode::Incompatible, path(), ": ", quoted(entry.name), " has type ", elementTypeName(entry.type),
         "; integers are needed");
  }
}

} // namespace dpsims
