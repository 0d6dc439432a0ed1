// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan_cache.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/log.h"

#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

namespace dpsims {

namespace {

using Json = nlohmann::json;
constexpr int version = 2; // of what is measured, and how

Json emptyCache() { return {{"version", version}, {"machines", Json::object()}}; }

bool exists(const std::string &path) { return access(path.c_str(), F_OK) == 0; }

std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// The file's content. Error: it cannot be read, or is none of ours.
Json readCache(const std::string &path) {
  Json file = Json::parse(readText(path), nullptr, false);
  if (file.is_discarded() || !file.is_object() || !file.value("machines", Json()).is_object())
    fail(ErrorCode::InvalidData, path, ": is damaged, or no plan cache");
  for (const Json &choices : file["machines"])
    if (!choices.is_object())
      fail(ErrorCode::InvalidData, path, ": is damaged, or no plan cache");
  if (file.value("version", Json()) != version)
    fail(ErrorCode::Incompatible, path, ": is a plan cache of version ", file.value("version", Json()).dump(),
         ", and this program's is ", version);
  return file;
}

// The file's content, nothing where there is none to be had.
Json readOrEmpty(const std::string &path) {
  try {
    return exists(path) ? readCache(path) : emptyCache();
  } catch (const Error &) {
    return emptyCache();
  }
}

std::string machinesOf(const Json &file) {
  std::string text;
  for (const auto &[machine, choices] : file["machines"].items())
    text += (text.empty() ? "" : "; ") + machine;
  return text;
}

// Keeps other processes from writing in the file's folder between our reading and our writing.
class FolderLock {
public:
  explicit FolderLock(const std::string &folder)
      : descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor >= 0)
      flock(descriptor, LOCK_EX);
  }
  ~FolderLock() {
    if (descriptor >= 0)
      close(descriptor);
  }
  FolderLock(const FolderLock &) = delete;
  FolderLock &operator=(const FolderLock &) = delete;

private:
  int descriptor;
};

// Changes the file as `change` does its content; it appears whole or not at all.
template <typename Change> void update(const std::string &path, const Change &change) {
  const std::string folder = folderOf(path);
  makeDirectory(folder);
  FolderLock lock(folder);
  const Json old = readOrEmpty(path);
  Json file = old;
  change(file);
  if (file != old)
    writeFile(path, file.dump(1) + "\n");
}

} // namespace

PlanCache::PlanCache(const DeviceOptions &options, std::string machine)
    : path(options.planCache), machine(std::move(machine)), named(options.planCacheNamed) {
  if (!path.empty() && exists(path))
    read();
}

void PlanCache::read() {
  Json file;
  try {
    file = readCache(path);
  } catch (const Error &error) {
    if (named)
      fail(error.code(), error.what(), "; make one with dpsims-run plans");
    warn(error.what(), ": it is recreated");
    return;
  }
  auto mine = file["machines"].find(machine);
  if (mine != file["machines"].end())
    choices = *mine;
  else if (named && !file["machines"].empty())
    fail(ErrorCode::Incompatible, path, ": has plans for ", machinesOf(file), ", and this is ", machine,
         "; make them with dpsims-run plans");
}

std::string PlanCache::findWord(const std::string &key) const {
  auto found = choices.find(key);
  if (found == choices.end())
    return {};
  if (!found->is_string())
    tellDamaged(key);
  return found->is_string() ? found->get<std::string>() : std::string();
}

const Json *PlanCache::findRecord(const std::string &key) const {
  auto found = choices.find(key);
  if (found == choices.end())
    return nullptr;
  if (!found->is_object())
    tellDamaged(key);
  return found->is_object() ? &*found : nullptr;
}

void PlanCache::tellDamaged(const std::string &key) const {
  if (!told)
    warn(path, ": has damaged plans, the first for ", quoted(key), ": they are recreated");
  told = true;
}

void PlanCache::store(const std::string &key, Json choice) {
  choices[key] = std::move(choice);
  changed.insert(key);
}

void PlanCache::save() {
  if (path.empty() || changed.empty())
    return;
  try {
    write();
  } catch (const Error &) {
    if (named)
      throw;
  }
  changed.clear();
}

void PlanCache::write() {
  update(path, [&](Json &file) {
    Json &mine = file["machines"][machine];
    for (const std::string &key : changed)
      mine[key] = choices[key];
  });
}

void claimPlanCache(const std::string &path) {
  std::error_code ignored;
  if (exists(path) && !std::filesystem::is_regular_file(path, ignored))
    fail(path, ": is not a file that plans can be added to: name another");
  // Never put in its place, where others may be adding plans of theirs.
  const AtomicFile claim(path);
  try {
    if (exists(path))
      readCache(path);
  } catch (const Error &error) {
    fail(error.code(), error.what(), ": name another file for the plans, or delete it");
  }
}

void requirePlans(const std::string &path, const std::string &machine, const std::vector<std::string> &keys) {
  const Json file = readOrEmpty(path);
  const Json &machines = file["machines"];
  auto plans = machines.find(machine);
  for (const std::string &key : keys)
    if (plans == machines.end() || !plans->contains(key))
      fail(ErrorCode::Io, path, ": the plans could not be written: is the disk full?");
}

void addPlans(const std::string &from, const std::string &to) {
  if (from.empty() || to.empty())
    return;
  const Json source = readOrEmpty(from);
  if (source["machines"].empty())
    return;
  try {
    update(to, [&](Json &file) {
      for (const auto &[machine, plans] : source["machines"].items()) {
        Json &target = file["machines"][machine];
        for (const auto &[key, choice] : plans.items())
          if (!target.contains(key))
            target[key] = choice;
      }
    });
  } catch (const Error &) { // a read-only home
  }
}

} // namespace dpsims
