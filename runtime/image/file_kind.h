// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kinds of picture files by their first bytes. For the readers of this folder.

#ifndef DPSIMS_RUNTIME_IMAGE_FILE_KIND_H
#define DPSIMS_RUNTIME_IMAGE_FILE_KIND_H

#include <cstddef>
#include <cstdint>

namespace dpsims {

enum class FileKind { Png, Jpeg, Empty, Gif, Bmp, Webp, Tiff, Pnm, Unknown };

/// Eight bytes are enough.
FileKind kindOfFile(const uint8_t *start, size_t size);

/// What a file that cannot be read is, and the way out: "it is a GIF; convert it to PNG".
const char *describeKind(FileKind kind);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_IMAGE_FILE_KIND_H
