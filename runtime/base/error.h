// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime's one exception, and how to throw it.

#ifndef DPSIMS_RUNTIME_BASE_ERROR_H
#define DPSIMS_RUNTIME_BASE_ERROR_H

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

// Exceptions that cross from one shared object to another are known by a symbol.
#define DPSIMS_VISIBLE __attribute__((visibility("default")))

namespace dpsims {

/// What kind of trouble an error is: what a program that uses the runtime may want to tell apart. The numbers stay:
/// libraries of devices hand them on (runtime/device/library/device_library.h).
enum class ErrorCode : uint8_t {
  InvalidArgument = 1, ///< a flag, an option or an argument of a call: change it
  NotFound = 2,        ///< there is no such file, or nothing of that name in a file
  Io = 3,              ///< the system could not read or write a file
  InvalidData = 4,     ///< a file's content: damaged, of another kind, or against the rules of its own
  Incompatible = 5, ///< each is right, and they do not go together: a model and this processor, or weights for another
  OutOfMemory = 6,  ///< of the host or of the device
  Unavailable = 7,  ///< this machine or this build has no such device, or lacks a library for it
  Device = 8,       ///< a device or one of its libraries failed
  Diverged = 9,     ///< training came to numbers that are not finite
  Internal = 10,    ///< a bug
};

/// "invalid_argument", "not_found", ...
const char *name(ErrorCode code);

/// What goes wrong because of a file, a flag or the machine. The message is one line and names the file, the value,
/// the place and the way out: "labels.png: id 77 at (3, 4) is not one of the 11 classes; add it to data.ignore".
/// Control characters (names in hostile files) are escaped, so that the message stays one line; so are combining
/// characters and what is not UTF-8, so that names which differ look different.
class DPSIMS_VISIBLE Error : public std::runtime_error {
public:
  explicit Error(std::string_view message, ErrorCode code = ErrorCode::InvalidArgument);

  ErrorCode code() const { return kind; }

private:
  ErrorCode kind;
};

/// What a device could not do, or why there is none. The message names no model: whoever runs one adds it.
class DPSIMS_VISIBLE DeviceError : public Error {
public:
  explicit DeviceError(std::string_view message, ErrorCode code = ErrorCode::Device) : Error(message, code) {}
};

/// The text on one line, as an Error's is.
std::string oneLine(std::string_view text);

/// The pieces, written one after the other with operator<<.
template <typename... Pieces> std::string textOf(const Pieces &...pieces) {
  std::ostringstream text;
  (text << ... << pieces);
  return text.str();
}

/// Throws an Error whose message is the pieces. Without a code: ErrorCode::InvalidArgument.
template <typename... Pieces> [[noreturn]] void fail(ErrorCode code, const Pieces &...pieces) {
  throw Error(textOf(pieces...), code);
}
template <typename... Pieces> [[noreturn]] void fail(const Pieces &...pieces) {
  fail(ErrorCode::InvalidArgument, pieces...);
}

/// Throws a DeviceError. Without a code: ErrorCode::Device.
template <typename... Pieces> [[noreturn]] void failDevice(ErrorCode code, const Pieces &...pieces) {
  throw DeviceError(textOf(pieces...), code);
}
template <typename... Pieces> [[noreturn]] void failDevice(const Pieces &...pieces) {
  failDevice(ErrorCode::Device, pieces...);
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

/// What kind of trouble an error number is about a file: NotFound, OutOfMemory or Io.
ErrorCode systemCode(int number);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_ERROR_H
