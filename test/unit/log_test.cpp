// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/log.h"
#include "runtime/device/library/export.h"
#include "runtime/device/library/library_device.h"

#include <gtest/gtest.h>
#include <stdexcept>
#include <vector>

using namespace dpsims;

extern "C" const dpsims_device_library *dpsims_device_library_table(void);

namespace {

std::vector<std::string> lines;

class Log : public testing::Test {
protected:
  void SetUp() override {
    lines.clear();
    before = setLogSink([](LogLevel level, const std::string &line) { lines.push_back(name(level) + (": " + line)); });
  }
  void TearDown() override { setLogSink(before); }

  LogSink before;
};

TEST_F(Log, GoesToTheSink) {
  note("a", 1);
  warn("two\nlines");
  EXPECT_EQ(lines, (std::vector<std::string>{"note: a1", "warning: two\\nlines"}));
}

TEST_F(Log, GoesToStandardErrorWithoutOne) {
  setLogSink(nullptr);
  testing::internal::CaptureStderr();
  note("x");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "dpsims: note: x\n");
  EXPECT_TRUE(lines.empty());
}

TEST_F(Log, OfASinkDoesNotComeBack) {
  setLogSink([](LogLevel, const std::string &line) { warn(line, " again"); });
  testing::internal::CaptureStderr();
  note("x");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "dpsims: warning: x again\n");
}

TEST_F(Log, OfASinkThatThrowsIsNotLost) {
  setLogSink([](LogLevel, const std::string &) { throw std::runtime_error("full"); });
  testing::internal::CaptureStderr();
  note("x");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "dpsims: note: x\n");
}

TEST_F(Log, CrossesTheBoundary) {
  dpsims_device_library_table()->set_log(
      [](int32_t level, const char *line) { lines.push_back(std::to_string(level) + " " + line); });
  warn("of the library");
  EXPECT_EQ(lines, (std::vector<std::string>{"1 of the library"}));
}

} // namespace
