// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tests of the interface in C need.

#ifndef DPSIMS_TEST_EMBED_EMBED_SUPPORT_H
#define DPSIMS_TEST_EMBED_EMBED_SUPPORT_H

#include "model_builder.h"
#include "support.h"

#include <dpsims/dpsims.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace dpsims::test {

struct Free {
  void operator()(dpsims_model *model) const { dpsims_model_free(model); }
  void operator()(dpsims_session *session) const { dpsims_session_free(session); }
};
using ModelHandle = std::unique_ptr<dpsims_model, Free>;
using SessionHandle = std::unique_ptr<dpsims_session, Free>;

/// Did the call succeed?
inline testing::AssertionResult isOk(dpsims_status status) {
  if (status == DPSIMS_OK)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << dpsims_status_name(status) << ": " << dpsims_last_error();
}

/// Did the call fail so, with one line that has the parts?
inline testing::AssertionResult failsWith(dpsims_status actual, dpsims_status expected,
                                          std::initializer_list<const char *> parts) {
  const std::string message = dpsims_last_error();
  if (actual != expected)
    return testing::AssertionFailure() << dpsims_status_name(actual) << ": " << message;
  if (message.find('\n') != std::string::npos)
    return testing::AssertionFailure() << "several lines: " << message;
  return hasParts(message, parts);
}

inline ModelHandle parse(const ModelBuilder &builder) {
  const std::vector<uint8_t> bytes = builder.finish();
  dpsims_model *model = nullptr;
  EXPECT_TRUE(isOk(dpsims_model_parse(bytes.data(), bytes.size(), "test.dpsims", &model)));
  return ModelHandle(model);
}

/// The program "main", z (5) = x (5) + y (5).
inline ModelBuilder adder() {
  ModelBuilder builder;
  const uint32_t x = builder.input("x", {5}), y = builder.input("y", {5});
  builder.launch("add", 5, {x, y, builder.output("z", {5})});
  return builder;
}

const char painterConfig[] =
    R"({"num_classes": 5, "data": {"ignore": [9], "names": ["a", "b", "c", "d", "e"], "palette":
    {"0": [0, 0, 0], "1": [10, 20, 30], "2": [1, 0, 0], "3": [2, 0, 0], "4": [255, 0, 0], "9": [1, 1, 1]}}})";

inline ModelBuilder painterOf(uint64_t batch, bool instances) { return painterOf(painterConfig, batch, instances); }

/// On one thread, with no file of convolutions.
inline dpsims_options plainOptions() {
  dpsims_options options = DPSIMS_OPTIONS_INIT;
  options.threads = 1;
  options.plan_cache = "";
  return options;
}

inline SessionHandle open(const ModelHandle &model, const char *program = nullptr, const char *weights = nullptr) {
  const dpsims_options options = plainOptions();
  dpsims_session *session = nullptr;
  EXPECT_TRUE(isOk(dpsims_session_open(model.get(), program, weights, &options, &session)));
  return SessionHandle(session);
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_EMBED_EMBED_SUPPORT_H
