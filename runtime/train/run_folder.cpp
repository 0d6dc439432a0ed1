// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_folder.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace dpsims {

namespace fs = std::filesystem;

// A run that failed before it began leaves these behind.
static bool isTrace(const fs::path &name) { return name == "lock" || name == plansFile; }

static bool hasContent(const std::string &directory) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (!isTrace(entry->path().filename()))
      return true;
  if (error)
    fail(ErrorCode::Io, directory, ": cannot read the directory: ", error.message());
  return false;
}

RunFolder::RunFolder(std::string path, bool resume) : directory(std::move(path)) {
  makeDirectory(directory);
  lock();
  if (resume || !hasContent(directory))
    return;
  ::close(descriptor);
  fail(directory, ": is not empty: continue the run there with --resume, or choose another --output");
}

RunFolder::~RunFolder() {
  if (descriptor >= 0)
    ::close(descriptor);
}

void RunFolder::lock() {
  const std::string name = file("lock");
  descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0)
    fail(ErrorCode::Io, name, ": cannot write: ", systemError());
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    const std::string process = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, process.data(), process.size(), 0) < 0)
      errno = 0; // the number only serves the message below
    return;
  }
  const int number = errno;
  char process[32] = {};
  if (::pread(descriptor, process, sizeof process - 1, 0) < 0)
    process[0] = 0;
  ::close(descriptor);
  if (number != EWOULDBLOCK)
    fail(ErrorCode::Io, name, ": cannot lock: ", systemError(number));
  const long holder = std::atol(process);
  fail(directory, ": another run trains in this folder", holder > 0 ? " (process " + std::to_string(holder) + ")" : "",
       ": stop it first, or choose another --output");
}

std::string RunFolder::file(const std::string &name) const { return joinPath(directory, name); }

} // namespace dpsims
