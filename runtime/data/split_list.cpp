// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/split_list.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace dpsims {

static std::string withoutEnding(const std::string &name) {
  const size_t dot = name.rfind('.');
  std::string ending = dot == std::string::npos ? "" : name.substr(dot);
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg" ? name.substr(0, dot) : name;
}

std::set<std::string> readSplitList(const std::string &path, const std::set<std::string> &known) {
  std::istringstream text(readText(path));
  std::set<std::string> names;
  size_t number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const size_t begin = line.find_first_not_of(" \t\r"), end = line.find_last_not_of(" \t\r");
    if (begin == std::string::npos)
      continue;
    const std::string whole = line.substr(begin, end - begin + 1),
                      name = known.count(whole) ? whole : withoutEnding(whole);
    if (!known.count(name))
      fail(ErrorCode::InvalidData, path, ": line ", number, ": no picture with a label map is called ", quoted(whole),
           "; write what the stars of data.images stand for, or remove the line");
    names.insert(name);
  }
  if (names.empty())
    fail(ErrorCode::InvalidData, path, ": is a list of a split, and has no names");
  return names;
}

} // namespace dpsims
