// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files: reading in two ways, writing that never leaves half a file. Every failure is an Error that names the path
// and the system's reason.

#ifndef DPSIMS_RUNTIME_BASE_FILE_H
#define DPSIMS_RUNTIME_BASE_FILE_H

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dpsims {

/// An open file that is read at given places (pread): safe from several threads, and what is read counts as this
/// process's memory only where the caller keeps it.
class InputFile {
public:
  /// Opens a regular file. Error: it does not exist, is a directory or a device, or may not be read.
  explicit InputFile(const std::string &path);
  ~InputFile();
  InputFile(InputFile &&other) noexcept;
  InputFile &operator=(InputFile &&other) noexcept;

  const std::string &path() const { return name; }
  /// Size in bytes when the file was opened.
  uint64_t size() const { return bytes; }

  /// Reads exactly `count` bytes from `offset`. Error: the file ends before, or the system cannot read it.
  void read(uint64_t offset, void *dst, size_t count) const;

  /// Reads up to `count` bytes from `offset`; the number read, 0 at the end, -1 (and errno) on failure.
  int64_t readSome(uint64_t offset, void *dst, size_t count) const noexcept;

private:
  friend class MappedFile;
  std::string name;
  int descriptor = -1;
  uint64_t bytes = 0;
};

/// A whole file in memory, read-only, mapped: its pages come when touched. Meant for files that nobody shortens while
/// they are in use.
class MappedFile {
public:
  /// Errors as InputFile's.
  explicit MappedFile(const std::string &path);
  ~MappedFile();
  MappedFile(MappedFile &&other) noexcept;
  MappedFile &operator=(MappedFile &&other) noexcept;

  const std::string &path() const { return name; }
  /// The first byte, aligned to a page; null for an empty file.
  const uint8_t *data() const { return address; }
  /// Size in bytes.
  size_t size() const { return bytes; }

private:
  std::string name;
  const uint8_t *address = nullptr;
  size_t bytes = 0;
};

/// A file that appears whole or not at all: the bytes go to a temporary file beside the target, `commit` makes them
/// durable (fsync) and puts them in the target's place (rename). Without a commit, or when anything fails, the
/// temporary is removed and the old file stays. A link is followed; a device or pipe (/dev/stdout) is written directly.
class AtomicFile {
public:
  /// Error: the directory does not exist or may not be written, the target is a directory or is write-protected.
  explicit AtomicFile(const std::string &path);
  ~AtomicFile();
  AtomicFile(const AtomicFile &) = delete;
  AtomicFile &operator=(const AtomicFile &) = delete;

  /// Appends `count` bytes.
  void write(const void *data, size_t count);
  void write(std::string_view text) { write(text.data(), text.size()); }

  /// Makes the file appear. Nothing may be written afterwards.
  void commit();

  const std::string &path() const { return name; }

private:
  void openTemporary();
  void flush();
  void discard() noexcept;
  [[noreturn]] void failSystem(const char *what, int number);

  std::string name;      // as the caller wrote it, for messages
  std::string target;    // with links resolved
  std::string temporary; // empty when writing directly
  int descriptor = -1;
  std::vector<uint8_t> pending;
};

/// Writes a whole file in one go, through AtomicFile.
void writeFile(const std::string &path, const void *data, size_t count);
void writeFile(const std::string &path, std::string_view text);

/// Reads a whole file. Error: it is longer than `limit` bytes; the message names both sizes.
std::vector<uint8_t> readFile(const std::string &path, uint64_t limit);
std::string readText(const std::string &path, uint64_t limit = uint64_t(64) << 20);

/// Files that are told apart by the system, whatever their paths: those that an output must not be.
class FileSet {
public:
  /// One that does not exist, or an empty path, is left out.
  void add(const std::string &path);
  bool contains(const std::string &path) const;

private:
  std::set<std::pair<uint64_t, uint64_t>> files; // device and number
};

/// Makes a directory and its parents; one that exists is fine. Error: it cannot be made, is a file, or may not be
/// written.
void makeDirectory(const std::string &path);

/// Makes what was renamed in a directory durable, as far as the file system can: some cannot sync directories.
void syncDirectory(const std::string &directory);

/// Error unless `path` is a directory that can be read.
void requireDirectory(const std::string &path);

/// `directory`/`name`; `name` alone if it is absolute or `directory` is empty.
std::string joinPath(const std::string &directory, const std::string &name);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_FILE_H
