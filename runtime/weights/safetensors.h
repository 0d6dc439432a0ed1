// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The safetensors format: 8 bytes, the header's length (little endian); the header, JSON; the tensors' bytes.

#ifndef DPSIMS_RUNTIME_WEIGHTS_SAFETENSORS_H
#define DPSIMS_RUNTIME_WEIGHTS_SAFETENSORS_H

#include "runtime/base/file.h"
#include "runtime/base/tensor.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dpsims {

/// One tensor of a file.
struct SafetensorsEntry {
  std::string name;
  ElementType type;
  Shape shape;
  uint64_t offset; // of the first byte, from the file's beginning
  uint64_t size;   // in bytes; equals byteSize(type, shape)
};

/// A file to read. The constructor checks everything about the header: its length against the file's (at most
/// 100 MB), the JSON (no deep nesting, no name twice), types, shapes against sizes, and that the tensors' bytes
/// cover the rest of the file without holes, overlaps or rests. Reading is safe from several threads.
class SafetensorsFile {
public:
  /// Error: the file is not a whole, valid safetensors file; the message says where it is wrong.
  explicit SafetensorsFile(const std::string &path);

  const std::string &path() const { return file.path(); }
  /// All tensors, sorted by name.
  const std::vector<SafetensorsEntry> &entries() const { return list; }
  /// The tensor of that name, or null.
  const SafetensorsEntry *find(std::string_view name) const;
  /// The strings of "__metadata__".
  const std::map<std::string, std::string> &metadata() const { return strings; }

  /// Reads a tensor as f32 into `dst` (elementCount(entry.shape) floats). F32, F16, BF16 and F64 are converted, with
  /// bounded scratch memory. Error: another type.
  void read(const SafetensorsEntry &entry, float *dst) const;

  /// Reads a tensor as i32. Any integer type, BOOL as 0 and 1. Error: another type, or a value beyond 32 bits.
  void readInts(const SafetensorsEntry &entry, int32_t *dst) const;

  /// Reads `size` bytes of a tensor as they are, from byte `offset` of the tensor.
  void readBytes(const SafetensorsEntry &entry, uint64_t offset, void *dst, size_t size) const;

private:
  void readEntries();

  InputFile file;
  std::vector<SafetensorsEntry> list;
  std::map<std::string, std::string> strings;
};

/// Writes a file: collects what is to be written, then streams it. No copy of the tensors is made.
class SafetensorsWriter {
public:
  /// Gives `size` bytes of a tensor, from byte `offset` of it, into `dst`. It is called with ascending offsets, in
  /// chunks of at most 4 MiB that begin at multiples of 4 MiB.
  using Source = std::function<void(uint64_t offset, void *dst, size_t size)>;

  explicit SafetensorsWriter(std::string path);

  /// A string for "__metadata__".
  void setMetadata(const std::string &key, const std::string &value);

  /// Adds a tensor whose bytes are at `data`, which must stay there until `write` returns.
  void add(const std::string &name, ElementType type, const Shape &shape, const void *data);

  /// Adds a tensor whose bytes `source` gives while `write` runs. Error: the name is there already.
  void add(const std::string &name, ElementType type, const Shape &shape, Source source);

  /// Writes the file, atomically, tensors in order of type size and name. `progress`, if given, hears of every chunk's
  /// size in bytes.
  void write(const std::function<void(uint64_t)> &progress = {});

  /// Bytes of all tensors.
  uint64_t totalBytes() const;

private:
  struct Item {
    std::string name;
    ElementType type;
    Shape shape;
    uint64_t size;
    Source source;
  };

  std::string header(const std::vector<const Item *> &order) const;

  std::string path;
  std::map<std::string, Item> items;
  std::map<std::string, std::string> strings;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_WEIGHTS_SAFETENSORS_H
