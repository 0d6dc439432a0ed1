// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime has to say beside its results and errors.

#ifndef DPSIMS_RUNTIME_BASE_LOG_H
#define DPSIMS_RUNTIME_BASE_LOG_H

#include "runtime/base/error.h"

#include <cstdint>
#include <functional>
#include <string>

namespace dpsims {

enum class LogLevel : uint8_t {
  Note,    ///< a choice was made that the user may want otherwise
  Warning, ///< something is slower or other than was asked for
};

/// "note" or "warning".
const char *name(LogLevel level);

/// Takes a line without its end, of any thread, one at a time. What it logs itself goes to stderr, as does a line at
/// which it throws.
using LogSink = std::function<void(LogLevel level, const std::string &line)>;

/// From now on lines go there, those of libraries of devices too; null: to stderr, as "dpsims: warning: ...". Returns
/// where they went.
DPSIMS_VISIBLE LogSink setLogSink(LogSink sink);

/// Hands a line to the sink, control characters escaped.
void log(LogLevel level, const std::string &line);

template <typename... Pieces> void note(const Pieces &...pieces) { log(LogLevel::Note, textOf(pieces...)); }
template <typename... Pieces> void warn(const Pieces &...pieces) { log(LogLevel::Warning, textOf(pieces...)); }

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_LOG_H
