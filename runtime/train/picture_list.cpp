// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/picture_list.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/text.h"
#include "runtime/format/checksum.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace dpsims {

static const char header[] = "dpsims pictures 1\n";

static PictureList::Split splitOf(const Dataset *dataset) {
  PictureList::Split split;
  for (size_t i = 0; dataset && i < dataset->size(); ++i) {
    uint64_t bytes = 0;
    for (const std::string &path : dataset->files(i)) {
      std::error_code error; // told when it is read
      const uintmax_t size = path.empty() ? 0 : std::filesystem::file_size(path, error);
      bytes += error ? 0 : size;
    }
    split.emplace(dataset->name(i), bytes);
  }
  return split;
}

PictureList PictureList::of(const TrainingData &data) {
  if (data.configuration().layouts.empty())
    return {};
  return {splitOf(&data.trainingSet()), splitOf(data.validationSet())};
}

//===-------------------------------------------------------------------------------------------------------------===//
// The file: a line a picture, "train BYTES NAME"
//===-------------------------------------------------------------------------------------------------------------===//

// Names may have any bytes but 0.
static std::string escaped(const std::string &name) {
  std::string text;
  for (char c : name)
    text += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
  return text;
}

static std::string unescaped(const std::string &text) {
  std::string name;
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\\' || i + 1 == text.size())
      name += text[i];
    else
      name += text[++i] == 'n' ? '\n' : text[i];
  return name;
}

static std::string linesOf(const PictureList::Split &split, const char *word) {
  std::string text;
  for (const auto &[name, bytes] : split)
    text += std::string(word) + " " + std::to_string(bytes) + " " + escaped(name) + "\n";
  return text;
}

void PictureList::write(const std::string &path) const {
  writeFile(path, header + linesOf(training, "train") + linesOf(validation, "val"));
}

PictureList PictureList::read(const std::string &path) {
  std::istringstream text(readText(path, uint64_t(1) << 32));
  std::string line;
  const std::string damaged = path + ": is damaged: it is not a list of a run's pictures";
  if (!std::getline(text, line) || line + "\n" != header)
    fail(ErrorCode::InvalidData, damaged);
  PictureList list;
  while (std::getline(text, line)) {
    const size_t first = line.find(' '), second = line.find(' ', first + 1);
    const std::string word = line.substr(0, first);
    if (second == std::string::npos || text.eof() || (word != "train" && word != "val"))
      fail(ErrorCode::InvalidData, damaged);
    const uint64_t bytes = std::strtoull(line.c_str() + first, nullptr, 10);
    (word == "train" ? list.training : list.validation).emplace(unescaped(line.substr(second + 1)), bytes);
  }
  return list;
}

std::string PictureList::fingerprint() const {
  if (empty())
    return "";
  const std::string text = linesOf(training, "train") + linesOf(validation, "val");
  return std::to_string(training.size()) + " training and " + std::to_string(validation.size()) +
         " validation pictures, " + hexText(format::checksum(text.data(), text.size()));
}

//===-------------------------------------------------------------------------------------------------------------===//
// Comparing
//===-------------------------------------------------------------------------------------------------------------===//

PictureList PictureList::together(const PictureList &newer) const {
  PictureList result = newer;
  const auto isKnown = [&](const std::string &name) {
    return newer.training.count(name) != 0 || newer.validation.count(name) != 0;
  };
  for (const auto &[name, bytes] : training)
    if (!isKnown(name))
      result.training.emplace(name, bytes);
  for (const auto &[name, bytes] : validation)
    if (!isKnown(name))
      result.validation.emplace(name, bytes);
  return result;
}

namespace {

/// Names of one kind of change: how many, and the first five.
struct Names {
  size_t count = 0;
  std::string list;

  void add(const std::string &name) {
    if (count++ < 5)
      list += (list.empty() ? "" : ", ") + name;
  }

  std::string text(const char *one, const char *several) const {
    return std::to_string(count) + (count == 1 ? one : several) + " (" + list + (count > 5 ? ", ..." : "") + ")";
  }
};

} // namespace

std::string PictureList::changesTo(const PictureList &now) const {
  PictureList::Split before = training, after = now.training;
  before.insert(validation.begin(), validation.end());
  after.insert(now.validation.begin(), now.validation.end());
  Names fresh, gone, other;
  for (const auto &[name, bytes] : after)
    if (const auto found = before.find(name); found == before.end())
      fresh.add(name);
    else if (found->second != bytes)
      other.add(name);
  for (const auto &[name, bytes] : before)
    if (!after.count(name))
      gone.add(name);
  std::string text;
  const auto append = [&](const Names &names, const char *one, const char *several) {
    if (names.count)
      text += (text.empty() ? "" : ", ") + names.text(one, several);
  };
  append(fresh, " picture is new", " pictures are new");
  append(gone, " is gone", " are gone");
  append(other, " has other files", " have other files");
  return text;
}

std::vector<std::string> PictureList::mixedIn(const PictureList &now) const {
  std::vector<std::string> names;
  const auto collect = [&](const Split &current, const Split &opposite, const Split &same) {
    for (const auto &[name, bytes] : current)
      if (opposite.count(name) && !same.count(name))
        names.push_back(name);
  };
  collect(now.training, validation, training);
  collect(now.validation, training, validation);
  return names;
}

} // namespace dpsims
