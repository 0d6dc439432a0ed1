// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files of other kinds that people give by mistake, told by their first bytes. For the compiler too, which links
// nothing of the runtime.

#ifndef DPSIMS_RUNTIME_BASE_FOREIGN_FILE_H
#define DPSIMS_RUNTIME_BASE_FOREIGN_FILE_H

#include <cctype>
#include <cstddef>
#include <string_view>

namespace dpsims {

/// Bytes of a file's beginning that foreignKind wants, if the file has them.
inline constexpr size_t foreignKindBytes = 512;

/// What a file is that is not a picture, model, weights or text, with the way out: "is a Git LFS pointer, ...". Null if
/// its beginning tells nothing.
inline const char *foreignKind(std::string_view begin) {
  using namespace std::string_view_literals;
  auto starts = [&](std::string_view with) { return begin.substr(0, with.size()) == with; };
  auto startsInAnyCase = [&](std::string_view with) {
    if (begin.size() < with.size())
      return false;
    for (size_t i = 0; i < with.size(); ++i)
      if (std::tolower(static_cast<unsigned char>(begin[i])) != with[i])
        return false;
    return true;
  };
  if (starts("version https://git-lfs"))
    return "is a Git LFS pointer, not the file itself: fetch that with \"git lfs pull\"";
  if (starts("PK\3\4"))
    return "is a zip archive, or what PyTorch saves: unpack the one; for the other there is "
           "tools/scripts/pth-to-safetensors.py";
  if (starts("\x1f\x8b") || starts("BZh") ||
      starts("\xfd"
             "7zXZ") ||
      starts("7z\xbc\xaf"sv) || starts("\x28\xb5\x2f\xfd"))
    return "is compressed: unpack it";
  if (starts("\x89HDF"))
    return "is HDF5, as Keras saves: weights are wanted from PyTorch";
  if (starts("\x93NUMPY"))
    return "is an array of NumPy: save what it holds in the form that is wanted here";
  if (starts("GGUF"))
    return "is GGUF, for language models: weights are wanted as safetensors";
  if (starts("%PDF-"))
    return "is a PDF";
  if (starts("\xef\xbb\xbf"))
    begin.remove_prefix(3);
  while (!begin.empty() && std::isspace(static_cast<unsigned char>(begin.front())))
    begin.remove_prefix(1);
  if (startsInAnyCase("<svg") || (starts("<?xml") && begin.find("<svg") != std::string_view::npos))
    return "is an SVG, a drawing without pixels";
  if (startsInAnyCase("<!doctype") || startsInAnyCase("<html") || startsInAnyCase("<?xml"))
    return "is a web page, maybe an error or a request to log in: download the file itself";
  return nullptr;
}

/// Were the line ends changed of a file that is not text, as by FTP in text mode or by Git? For one that is known to be
/// damaged: the bytes of a good file look like that by chance once in 2^40 times.
inline bool hasChangedLineEnds(std::string_view bytes) {
  size_t feeds = 0, afterReturns = 0;
  for (size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    ++feeds;
    afterReturns += at && bytes[at - 1] == '\r';
  }
  return (feeds >= 5 && afterReturns == feeds) || (feeds >= 8192 && afterReturns == 0);
}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_FOREIGN_FILE_H
