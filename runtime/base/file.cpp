// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/file.h"

#include "runtime/base/error.h"
#include "runtime/base/write_all.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dpsims {

//===-------------------------------------------------------------------------------------------------------------===//
// Reading
//===-------------------------------------------------------------------------------------------------------------===//

InputFile::InputFile(const std::string &path) : name(path) {
  // Without O_NONBLOCK opening a pipe would wait for its writer.
  descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    fail(systemCode(errno), path, ": cannot open: ", systemError());
  struct stat status;
  std::string problem;
  ErrorCode problemCode = ErrorCode::InvalidArgument;
  if (::fstat(descriptor, &status) != 0) {
    problem = systemError();
    problemCode = ErrorCode::Io;
  } else if (!S_ISREG(status.st_mode))
    problem = S_ISDIR(status.st_mode) ? "it is a directory, not a file" : "it is not a regular file";
  if (!problem.empty()) {
    ::close(descriptor);
    fail(problemCode, path, ": cannot read: ", problem);
  }
  bytes = uint64_t(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor >= 0)
    ::close(descriptor);
}

InputFile::InputFile(InputFile &&other) noexcept
    : name(std::move(other.name)), descriptor(std::exchange(other.descriptor, -1)), bytes(other.bytes) {}

InputFile &InputFile::operator=(InputFile &&other) noexcept {
  std::swap(name, other.name);
  std::swap(descriptor, other.descriptor);
  std::swap(bytes, other.bytes);
  return *this;
}

int64_t InputFile::readSome(uint64_t offset, void *dst, size_t count) const noexcept {
  size_t done = 0;
  while (done < count) {
    ssize_t n = ::pread(descriptor, static_cast<char *>(dst) + done, count - done, off_t(offset + done));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    done += size_t(n);
  }
  return int64_t(done);
}

void InputFile::read(uint64_t offset, void *dst, size_t count) const {
  int64_t n = readSome(offset, dst, count);
  if (n < 0)
    fail(ErrorCode::Io, name, ": cannot read ", count, " bytes at ", offset, ": ", systemError());
  if (size_t(n) != count)
    fail(ErrorCode::InvalidData, name, ": the file ends at byte ", offset + uint64_t(n), ", ", count, " bytes at ",
         offset, " were expected");
}

MappedFile::MappedFile(const std::string &path) : name(path) {
  InputFile file(path);
  bytes = size_t(file.size());
  if (bytes == 0)
    return;
  void *mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.descriptor, 0);
  if (mapped == MAP_FAILED)
    fail(systemCode(errno), path, ": cannot map ", bytes, " bytes: ", systemError());
  address = static_cast<const uint8_t *>(mapped);
}

MappedFile::~MappedFile() {
  if (address)
    ::munmap(const_cast<uint8_t *>(address), bytes);
}

MappedFile::MappedFile(MappedFile &&other) noexcept
    : name(std::move(other.name)), address(std::exchange(other.address, nullptr)),
      bytes(std::exchange(other.bytes, 0)) {}

MappedFile &MappedFile::operator=(MappedFile &&other) noexcept {
  std::swap(name, other.name);
  std::swap(address, other.address);
  std::swap(bytes, other.bytes);
  return *this;
}

std::vector<uint8_t> readFile(const std::string &path, uint64_t limit) {
  InputFile file(path);
  if (file.size() > limit)
    fail(ErrorCode::InvalidData, path, ": the file has ", file.size(), " bytes, more than the ", limit,
         " allowed here");
  std::vector<uint8_t> content(size_t(file.size()));
  if (!content.empty())
    file.read(0, content.data(), content.size());
  return content;
}

std::string readText(const std::string &path, uint64_t limit) {
  std::vector<uint8_t> content = readFile(path, limit);
  return std::string(content.begin(), content.end());
}

//===-------------------------------------------------------------------------------------------------------------===//
// Writing
//===-------------------------------------------------------------------------------------------------------------===//

static constexpr size_t pendingLimit = size_t(1) << 20;

static std::string parentDirectory(const std::string &path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

static std::string resolveLinks(const std::string &path) {
  std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), &std::free);
  return resolved ? resolved.get() : path;
}

AtomicFile::AtomicFile(const std::string &path) : name(path), target(path) {
  if (path.empty())
    fail("cannot write a file: its name is empty");
  struct stat status;
  bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode))
    fail(path, ": cannot write: it is a directory");
  if (exists && ::access(path.c_str(), W_OK) != 0)
    fail(ErrorCode::Io, path, ": cannot write: ", systemError());
  if (exists && !S_ISREG(status.st_mode)) {
    // A rename would put a file in a device's place.
    descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
      fail(ErrorCode::Io, path, ": cannot write: ", systemError());
    return;
  }
  if (exists)
    target = resolveLinks(path);
  openTemporary();
  if (exists)
    ::fchmod(descriptor, status.st_mode & 07777); // best effort: some file systems have no modes
}

void AtomicFile::openTemporary() {
  // The target's name is not a part of the temporary's, which could then be too long.
  static std::atomic<unsigned> counter{0};
  const std::string directory = parentDirectory(target);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    temporary = directory + "/.dpsims-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
    descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0)
      return;
    if (errno != EEXIST)
      break; // EEXIST: left by a process of the same number that was killed
  }
  int number = errno;
  temporary.clear();
  fail(systemCode(number), name, ": cannot write in directory ", directory, ": ", systemError(number));
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (descriptor >= 0)
    ::close(descriptor);
  descriptor = -1;
  if (!temporary.empty())
    ::unlink(temporary.c_str());
  temporary.clear();
}

void AtomicFile::failSystem(const char *what, int number) {
  const bool kept = !temporary.empty();
  discard();
  fail(systemCode(number), name, ": cannot ", what, ": ", systemError(number), kept ? "; nothing was changed" : "");
}

void AtomicFile::flush() {
  if (int number = writeAll(descriptor, pending.data(), pending.size()))
    failSystem("write", number);
  pending.clear();
}

void AtomicFile::write(const void *data, size_t count) {
  if (descriptor < 0)
    fail(ErrorCode::Internal, name, ": written to after it was closed");
  const uint8_t *bytes = static_cast<const uint8_t *>(data);
  if (pending.size() + count > pendingLimit)
    flush();
  if (count < pendingLimit) {
    pending.insert(pending.end(), bytes, bytes + count);
  } else if (int number = writeAll(descriptor, bytes, count)) {
    failSystem("write", number);
  }
}

void syncDirectory(const std::string &directory) {
  int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void AtomicFile::commit() {
  if (descriptor < 0)
    fail(ErrorCode::Internal, name, ": committed after it was closed");
  flush();
  if (!temporary.empty() && ::fsync(descriptor) != 0)
    failSystem("write", errno);
  // Network file systems report a full disk only here.
  if (::close(std::exchange(descriptor, -1)) != 0)
    failSystem("write", errno);
  if (temporary.empty())
    return;
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    failSystem("put the written file in place", errno);
  temporary.clear();
  syncDirectory(parentDirectory(target));
}

void writeFile(const std::string &path, const void *data, size_t count) {
  AtomicFile file(path);
  file.write(data, count);
  file.commit();
}

void writeFile(const std::string &path, std::string_view text) { writeFile(path, text.data(), text.size()); }

//===-------------------------------------------------------------------------------------------------------------===//
// Directories
//===-------------------------------------------------------------------------------------------------------------===//

static std::optional<std::pair<uint64_t, uint64_t>> identityOf(const std::string &path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0)
    return std::nullopt;
  return std::make_pair(uint64_t(status.st_dev), uint64_t(status.st_ino));
}

void FileSet::add(const std::string &path) {
  if (const auto identity = identityOf(path))
    files.insert(*identity);
}

bool FileSet::contains(const std::string &path) const {
  const auto identity = identityOf(path);
  return identity && files.count(*identity);
}

void makeDirectory(const std::string &path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    fail(systemCode(error.value()), path, ": cannot make the directory: ", error.message());
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    fail(ErrorCode::Io, path, ": cannot write in the directory: ", systemError());
}

void requireDirectory(const std::string &path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0)
    fail(systemCode(errno), path, ": cannot read the directory: ", systemError());
  if (!S_ISDIR(status.st_mode))
    fail(path, ": it is not a directory");
  if (::access(path.c_str(), R_OK | X_OK) != 0)
    fail(systemCode(errno), path, ": cannot read the directory: ", systemError());
}

std::string joinPath(const std::string &directory, const std::string &name) {
  if (directory.empty() || (!name.empty() && name[0] == '/'))
    return name;
  return directory.back() == '/' ? directory + name : directory + "/" + name;
}

} // namespace dpsims
