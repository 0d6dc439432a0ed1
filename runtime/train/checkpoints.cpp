// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/checkpoints.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/text.h"
#include "runtime/data/config_difference.h"
#include "runtime/format/checksum.h"
#include "runtime/train/run_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace dpsims {

namespace fs = std::filesystem;
using Json = nlohmann::json;

static constexpr int formatOfState = 1;
static const char folderPrefix[] = "step-", remainsPrefix[] = ".part-", damagedPrefix[] = "damaged-",
                  doneName[] = "DONE", stateName[] = "state.json";

static Json parseObject(const std::string &path) {
  Json json = Json::parse(readText(path), nullptr, false);
  if (!json.is_object())
    fail(ErrorCode::InvalidData, path, ": is not what a checkpoint has there: damaged");
  return json;
}

std::string sumOfFile(const std::string &path) {
  MappedFile file(path);
  return hexText(format::checksum(file.data(), file.size()));
}

//===-------------------------------------------------------------------------------------------------------------===//
// Writing
//===-------------------------------------------------------------------------------------------------------------===//

static Json stateJson(const CheckpointState &state) {
  return {{"format", formatOfState},
          {"step", state.step},
          {"seed", state.seed},
          {"batch", state.batch},
          {"source_hash", state.sourceHash},
          {"config", Json::parse(state.config, nullptr, false)},
          {"frozen", state.frozen},
          {"pictures", state.pictures},
          {"ranks", state.ranks}};
}

// The files of a folder that is being written, and what they must be.
static Json sumsOf(const std::string &folder) {
  Json sums = Json::object();
  for (const fs::directory_entry &entry : fs::directory_iterator(folder))
    sums[entry.path().filename().string()] = {{"bytes", entry.file_size()}, {"sum", sumOfFile(entry.path().string())}};
  return sums;
}

std::string Checkpoint::file(const std::string &name) const { return joinPath(path, name); }

std::string Checkpoints::folder(uint64_t step) const {
  char name[40];
  std::snprintf(name, sizeof name, "%s%08llu", folderPrefix, static_cast<unsigned long long>(step));
  return joinPath(directory, name);
}

void Checkpoints::removeRemains() const {
  std::error_code ignored;
  std::vector<fs::path> remains;
  for (fs::directory_iterator entry(directory, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (entry->path().filename().string().rfind(remainsPrefix, 0) == 0)
      remains.push_back(entry->path());
  for (const fs::path &path : remains)
    fs::remove_all(path, ignored);
}

// Gives a folder another name; what has that name goes.
static void replaceFolder(const std::string &from, const std::string &to, const std::string &aside) {
  std::error_code error;
  if (fs::exists(to, error))
    fs::rename(to, aside, error);
  if (!error)
    fs::rename(from, to, error);
  if (error)
    fail(systemCode(error.value()), to, ": cannot put the checkpoint in place: ", error.message());
  syncDirectory(fs::path(to).parent_path().string());
  fs::remove_all(aside, error);
}

Checkpoint Checkpoints::write(const CheckpointState &state,
                              const std::function<void(const std::string &folder)> &writeFiles) const {
  makeDirectory(directory);
  removeRemains();
  const std::string name = std::to_string(state.step);
  const std::string part = joinPath(directory, remainsPrefix + name), aside = part + "-old",
                    target = folder(state.step);
  try {
    makeDirectory(part);
    writeFiles(part);
    writeFile(joinPath(part, stateName), stateJson(state).dump(1) + "\n");
    writeFile(joinPath(part, doneName), sumsOf(part).dump(1) + "\n");
    replaceFolder(part, target, aside);
  } catch (const std::exception &error) {
    removeRemains();
    const auto *own = dynamic_cast<const Error *>(&error);
    fail(own ? own->code() : ErrorCode::Internal, error.what(), "; the checkpoint of step ", name,
         " is not written, older ones are as they were");
  }
  return {state, target};
}

//===-------------------------------------------------------------------------------------------------------------===//
// Reading
//===-------------------------------------------------------------------------------------------------------------===//

// The step of a folder's name; false if it is none.
static bool stepOf(const std::string &name, uint64_t &step) {
  const std::string digits = name.substr(std::min(name.size(), sizeof folderPrefix - 1));
  if (name.rfind(folderPrefix, 0) != 0 || digits.empty() || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string::npos)
    return false;
  step = std::stoull(digits);
  return true;
}

std::vector<uint64_t> Checkpoints::steps() const {
  std::vector<uint64_t> result;
  std::error_code error;
  uint64_t step;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (stepOf(entry->path().filename().string(), step))
      result.push_back(step);
  std::sort(result.begin(), result.end());
  return result;
}

static void verifySums(const std::string &folder) {
  const Json sums = parseObject(joinPath(folder, doneName));
  for (const auto &[name, expected] : sums.items()) {
    const std::string path = joinPath(folder, fs::path(name).filename().string());
    if (!expected.is_object() || expected.value("bytes", Json()) != InputFile(path).size() ||
        expected.value("sum", Json()) != sumOfFile(path))
      fail(ErrorCode::InvalidData, path, ": is damaged: it is not as it was written");
  }
  for (const char *name : {stateName, modelFile})
    if (!sums.contains(name))
      fail(ErrorCode::NotFound, joinPath(folder, name), ": is missing");
}

static CheckpointState readState(const std::string &path) {
  const Json json = parseObject(path);
  try {
    if (json.at("format") != formatOfState)
      fail(ErrorCode::Incompatible, path, ": format ", json.at("format").dump(), ", this build of dpsims reads ",
           formatOfState);
    return {json.at("step").get<uint64_t>(), json.at("seed").get<uint64_t>(),
            json.at("batch").get<int64_t>(), json.at("source_hash").get<std::string>(),
            json.at("config").dump(),        json.value("frozen", ""),
            json.value("pictures", ""),      json.value("ranks", 1)};
  } catch (const Json::exception &) {
    fail(ErrorCode::InvalidData, path, ": is not what a checkpoint has there: damaged");
  }
}

Checkpoint Checkpoints::open(uint64_t step) const {
  const std::string path = folder(step);
  verifySums(path);
  const Checkpoint found{readState(joinPath(path, stateName)), path};
  if (found.state.step != step)
    fail(ErrorCode::InvalidData, path, ": is a checkpoint of step ", found.state.step, " under another name");
  return found;
}

// What cannot be read may be whole: it is not damaged.
static void requireReadable(const std::string &folder) {
  for (const char *name : {doneName, stateName, modelFile}) {
    const std::string path = joinPath(folder, name);
    if (::access(path.c_str(), R_OK) != 0 && errno != ENOENT && errno != ENOTDIR)
      fail(ErrorCode::Io, path, ": cannot read: ", systemError(), "; make it readable, or move the checkpoint away");
  }
}

std::optional<Checkpoint> Checkpoints::newest(const std::function<void(const std::string &)> &warn) const {
  const std::vector<uint64_t> all = steps();
  for (auto step = all.rbegin(); step != all.rend(); ++step) {
    requireReadable(folder(*step));
    try {
      return open(*step);
    } catch (const Error &error) {
      warn(std::string(error.what()) + "; the checkpoint is passed over");
    }
  }
  return std::nullopt;
}

std::optional<Checkpoint> Checkpoints::recover(const std::function<void(const std::string &)> &warn) const {
  std::error_code ignored;
  if (fs::exists(directory, ignored) && ::access(directory.c_str(), W_OK | X_OK) != 0)
    fail(ErrorCode::Io, directory, ": cannot write there: ", systemError(),
         "; make it writable, or start over in another --output");
  const std::optional<Checkpoint> found = newest(warn);
  for (uint64_t step : steps()) {
    if (!found || step <= found->state.step)
      continue;
    const std::string aside = joinPath(directory, damagedPrefix + fs::path(folder(step)).filename().string());
    fs::remove_all(aside, ignored);
    fs::rename(folder(step), aside, ignored);
  }
  return found;
}

void Checkpoints::prune(size_t keep, uint64_t every) const {
  std::vector<uint64_t> all = steps();
  all.resize(all.size() - std::min(all.size(), keep));
  for (uint64_t step : all) {
    if (every && step > 0 && step % every == 0)
      continue;
    // Half a folder must not look like a checkpoint.
    const std::string aside = joinPath(directory, remainsPrefix + std::to_string(step) + "-old");
    std::error_code ignored;
    fs::rename(folder(step), aside, ignored);
    fs::remove_all(aside, ignored);
  }
}

//===-------------------------------------------------------------------------------------------------------------===//
// Comparing
//===-------------------------------------------------------------------------------------------------------------===//

void requireSameRun(const std::string &path, const CheckpointState &saved, const CheckpointState &current) {
  const std::string keys = differingKeys(saved.config, current.config, "the checkpoint", "the model");
  if (!keys.empty())
    fail(ErrorCode::Incompatible, path, ": a checkpoint of another configuration: ", keys,
         "; use the model of that run, or start over in another --output");
  if (saved.batch != current.batch)
    fail(ErrorCode::Incompatible, path, ": a checkpoint of batch ", saved.batch, ", the model is compiled for ",
         current.batch, ": compile it with --batch ", saved.batch);
  if (saved.seed != current.seed)
    fail(ErrorCode::Incompatible, path, ": a checkpoint of --seed ", saved.seed, ", not ", current.seed,
         ": leave --seed out, or start over in another --output");
}

} // namespace dpsims
