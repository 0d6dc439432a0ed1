// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bytes of a picture, in a file or in memory.

#ifndef DPSIMS_RUNTIME_IMAGE_PICTURE_FILE_H
#define DPSIMS_RUNTIME_IMAGE_PICTURE_FILE_H

#include "runtime/base/file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace dpsims {

class PictureFile {
public:
  /// Error: as InputFile's.
  PictureFile(const std::string &path) : file(InputFile(path)), text(path), bytes(file->size()) {}
  /// Bytes that must live as long as the object; `name` stands for the path in messages.
  PictureFile(const uint8_t *data, size_t size, std::string name)
      : data(data), text(std::move(name)), bytes(uint64_t(size)) {}

  const std::string &name() const { return text; }
  uint64_t size() const { return bytes; }

  /// Up to `count` bytes from `offset`; the number read.
  size_t read(uint64_t offset, void *dst, size_t count) const noexcept {
    if (offset >= bytes)
      return 0;
    if (file)
      return size_t(std::max<int64_t>(0, file->readSome(offset, dst, count)));
    count = size_t(std::min<uint64_t>(count, bytes - offset));
    std::memcpy(dst, data + offset, count);
    return count;
  }

private:
  std::optional<InputFile> file;
  const uint8_t *data = nullptr;
  std::string text;
  uint64_t bytes;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_PICTURE_FILE_H
