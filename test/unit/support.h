// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What several unit tests need.

#ifndef DPSIMS_TEST_UNIT_SUPPORT_H
#define DPSIMS_TEST_UNIT_SUPPORT_H

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include <stdlib.h>

namespace dpsims::test {

/// A directory that lives as long as the object.
class TemporaryDirectory {
public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dpsims-unit-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string operator/(const std::string &name) const { return path + "/" + name; }

  /// How many things are in it, hidden ones too.
  size_t entries() const {
    return size_t(std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator()));
  }

  std::string path;
};

/// The message of the Error that `function` throws; fails the test if it throws none, or the message has several lines.
template <typename Function> std::string errorOf(Function function) {
  try {
    function();
  } catch (const Error &error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }
  ADD_FAILURE() << "no error";
  return "";
}

/// Does the text have all the parts?
inline testing::AssertionResult hasParts(const std::string &text, std::initializer_list<const char *> parts) {
  for (const char *part : parts)
    if (text.find(part) == std::string::npos)
      return testing::AssertionFailure() << "'" << part << "' is not in: " << text;
  return testing::AssertionSuccess();
}

/// Damages bytes for the loops that try many damaged files: the same damage on every run.
class Damage {
public:
  explicit Damage(uint64_t seed) : state(seed) {}

  uint64_t next(uint64_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % bound;
  }

  /// A copy with a few bytes changed, or cut short, or with a piece doubled. Bytes before `limit` are changed.
  std::vector<uint8_t> of(std::vector<uint8_t> bytes, size_t limit) {
    const uint64_t kind = next(8);
    if (kind == 0)
      bytes.resize(size_t(next(bytes.size())));
    else if (kind == 1) {
      const size_t from = size_t(next(limit)), count = size_t(next(std::min<size_t>(64, bytes.size() - from)));
      const std::vector<uint8_t> piece(bytes.begin() + long(from), bytes.begin() + long(from + count));
      bytes.insert(bytes.begin() + long(next(limit)), piece.begin(), piece.end());
    } else
      for (uint64_t i = 1 + next(4); i > 0; --i)
        bytes[size_t(next(limit))] = uint8_t(kind < 5 ? next(256) : uint64_t("{}[]\",:0-9.e\\"[next(13)]));
    return bytes;
  }

private:
  uint64_t state;
};

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_SUPPORT_H
