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

void log(LogLevel level, const std::string &line) {
  LogState &it = state();
  std::lock_guard<std::recursive_mutex> lock(it.mutex);
  if (!it.sink || it.isBusy) {
    std::fprintf(stderr, "dpsims: %s: %s\n", name(level), oneLine(line).c_str());
    return;
  }
  struct Busy {
    explicit Busy(bool &flag) : flag(flag) { flag = true; }
    ~Busy() { flag = false; }
    bool &flag;
  } busy(it.isBusy);
  it.sink(level, oneLine(line));
}

} // namespace dpsims
