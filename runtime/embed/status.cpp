// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/embed/status.h"

#include "runtime/base/log.h"

#include <cstring>

namespace dpsims::embed {

// Not a string: it must not fail, nor have to be destroyed with its thread after the library is gone.
static thread_local char lastError[4096];

dpsims_status report(dpsims_status status, const char *message) noexcept {
  size_t length = strnlen(message, sizeof lastError - 1);
  if (message[length]) // cut between characters, not within one
    while (length > 0 && (static_cast<unsigned char>(message[length]) & 0xc0) == 0x80)
      --length;
  std::memcpy(lastError, message, length);
  lastError[length] = 0;
  return status;
}

static void dropLine(LogLevel, const std::string &) {}

// A library prints nothing unless it is asked to.
static bool beQuiet() noexcept {
  setLogSink(dropLine);
  return true;
}
[[maybe_unused]] static const bool isQuiet = beQuiet();

} // namespace dpsims::embed

using namespace dpsims;

const char *dpsims_last_error(void) { return embed::lastError; }

const char *dpsims_version(void) { return DPSIMS_VERSION; }

const char *dpsims_status_name(dpsims_status status) {
  if (status == DPSIMS_OK)
    return "ok";
  const int number = static_cast<int>(status);
  const bool isKnown = (number >= DPSIMS_INVALID_ARGUMENT && number <= DPSIMS_DEVICE) || status == DPSIMS_INTERNAL;
  return isKnown ? name(static_cast<ErrorCode>(number)) : "unknown";
}

void dpsims_set_log(dpsims_log_callback callback, void *user) {
  embed::guarded([&] {
    if (!callback) {
      setLogSink(embed::dropLine);
      return;
    }
    setLogSink([=](LogLevel level, const std::string &line) {
      callback(level == LogLevel::Note ? DPSIMS_NOTE : DPSIMS_WARNING, line.c_str(), user);
    });
  });
}
