// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime's one exception, and how to throw it.

#ifndef DPSIMS_RUNTIME_BASE_ERROR_H
#define DPSIMS_RUNTIME_BASE_ERROR_H

#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dpsims {

/// What goes wrong because of a file, a flag or the machine. The message is one line and names the file, the value,
/// the place and the way out: "labels.png: id 77 at (3, 4) is not one of the 11 classes; add it to data.ignore".
/// Control characters (names in hostile files) are escaped, so that the message stays one line; so are combining
/// characters and what is no UTF-8, so that names which differ look different.
class Error : public std::runtime_error {
public:
  explicit Error(std::string_view message);
};

/// What a device could not do, or why there is none. The message names no model: whoever runs one adds it.
class DeviceError : public Error {
public:
  using Error::Error;
};

/// Throws an Error whose message is the pieces, written one after the other with operator<<; fail<DeviceError>(...)
/// throws one of those.
template <typename Kind = Error, typename... Pieces> [[noreturn]] void fail(const Pieces &...pieces) {
  std::ostringstream text;
  (text << ... << pieces);
  throw Kind(text.str());
}

/// quoted(text): the text in quotes, its middle left out if it is longer than 160 characters; for names from files.
/// An object, because of functions std::quoted would win for a std::string.
struct Quoted {
  std::string operator()(std::string_view text) const;
};
inline constexpr Quoted quoted{};

/// The text of `errno` or of the given error number, "No space left on device".
std::string systemError();
std::string systemError(int number);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_ERROR_H
