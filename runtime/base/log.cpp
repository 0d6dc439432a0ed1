// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/log.h"

#include <cstdio>
#include <mutex>
#include <utility>

namespace dpsims {

namespace {

struct LogState {
  std::recursive_mutex mutex;
  LogSink sink;
  bool isBusy = false;
};

LogState &state() {
  static LogState it;
  return it;
}

} // namespace

const char *name(LogLevel level) { return level == LogLevel::Note ? "note" : "warning"; }

LogSink setLogSink(LogSink sink) {
  LogState &it = state();
  std::lock_guard<std::recursive_mutex> lock(it.mutex);
  return std::exchange(it.sink, std::move(sink));
}

// False where it throws: no exception may cross a library's interface in C.
static bool giveToSink(LogState &it, LogLevel level, const std::string &line) {
  bool isTaken = true;
  it.isBusy = true;
  try {
    const LogSink sink = it.sink; // which may set another one
    sink(level, line);
  } catch (...) {
    isTaken = false; // the line goes to stderr
  }
  it.isBusy = false;
  return isTaken;
}

void log(LogLevel level, const std::string &line) {
  LogState &it = state();
  std::lock_guard<std::recursive_mutex> lock(it.mutex);
  const std::string text = oneLine(line);
  if (!it.sink || it.isBusy || !giveToSink(it, level, text))
    std::fprintf(stderr, "dpsims: %s: %s\n", name(level), text.c_str());
}

} // namespace dpsims
