// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/progress.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include <unistd.h>

namespace dpsims {

// Seconds until the first line and between lines.
static constexpr double terminalFirst = 1, terminalEvery = 0.1, logEvery = 10;

Progress::Console Progress::standardError() {
  auto write = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  };
  auto seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  return {write, seconds, ::isatty(STDERR_FILENO) == 1};
}

Progress::Console Progress::silent() {
  return {[](std::string_view) {}, [] { return 0.0; }, /*terminal=*/false};
}

std::string durationText(double seconds) {
  // Half a second rounds up; a year is more than anybody waits.
  const long total = std::isfinite(seconds) ? std::lround(std::clamp(seconds, 0.0, 3.2e7)) : 32000000;
  char text[32];
  if (total >= 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", total / 3600, total / 60 % 60, total % 60);
  else
    std::snprintf(text, sizeof text, "%ld:%02ld", total / 60, total % 60);
  return text;
}

// Three digits: 0.0123, 6.10, 450.
static std::string speedText(double speed) {
  const int decimals = speed >= 100 ? 0 : speed >= 10 ? 1 : speed >= 1 ? 2 : 4;
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", decimals, speed);
  return text;
}

Progress::Progress(std::string label, int64_t total, std::string unit, Console console)
    : label(std::move(label)), unit(std::move(unit)), total(total), console(std::move(console)) {
  start = this->console.seconds();
  nextShow = start + (this->console.terminal ? terminalFirst : logEvery);
}

Progress::~Progress() {
  if (shown && !ended && console.terminal)
    console.write("\n");
}

std::string Progress::line(double now) const {
  std::string text = label + " " + std::to_string(done);
  if (total > 0)
    text += "/" + std::to_string(total);
  text += " " + unit;
  const double elapsed = now - start;
  if (elapsed > 0 && done > 0) {
    text += ", " + speedText(double(done) / elapsed) + " " + unit + "/s";
    if (total > done)
      text += ", " + durationText(elapsed / double(done) * double(total - done)) + " left";
  }
  return note.empty() ? text : text + ", " + note;
}

void Progress::show(const std::string &text, bool last) {
  if (console.terminal)
    console.write("\r" + text + "\x1b[K" + (last ? "\n" : ""));
  else
    console.write(text + "\n");
  shown = true;
}

void Progress::advance(int64_t count, std::string_view newNote) {
  std::lock_guard<std::mutex> lock(mutex);
  done += count;
  if (!newNote.empty())
    note = newNote;
  const double now = console.seconds();
  if (ended || now < nextShow)
    return;
  nextShow = now + (console.terminal ? terminalEvery : logEvery);
  show(line(now), false);
}

void Progress::finish() {
  std::lock_guard<std::mutex> lock(mutex);
  if (ended)
    return;
  ended = true;
  if (!shown)
    return;
  const double now = console.seconds();
  show(line(now) + ", " + durationText(now - start) + " in all", true);
}

} // namespace dpsims
