// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/file_finder.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace dpsims {

namespace {

namespace fs = std::filesystem;

/// Is it an error other than that there is no such thing?
bool isFailure(const std::error_code &error) {
  return error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

/// Where the ending of a picture's name begins, at its dot; npos if the name has none.
size_t pictureEnding(const std::string &name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos)
    return dot;
  const std::string ending = lower(name.substr(dot + 1));
  return ending == "png" || ending == "jpg" || ending == "jpeg" ? dot : std::string::npos;
}

/// Does a name end so? The case of a picture's ending does not count.
bool endsIn(const std::string &name, const std::string &ending) {
  if (name.size() < ending.size())
    return false;
  const std::string own = name.substr(name.size() - ending.size());
  const size_t dot = pictureEnding(ending);
  if (dot == std::string::npos)
    return own == ending;
  return own.compare(0, dot, ending, 0, dot) == 0 && lower(own.substr(dot)) == lower(ending.substr(dot));
}

enum class Kind { File, Folder, DanglingLink, Other };

struct Entry {
  std::string name;
  Kind kind;
};

Kind kindOf(const fs::file_status &status) {
  return status.type() == fs::file_type::regular     ? Kind::File
         : status.type() == fs::file_type::directory ? Kind::Folder
         : status.type() == fs::file_type::not_found ? Kind::DanglingLink
                                                     : Kind::Other;
}

/// What is in a folder, sorted, without hidden names; nothing if there is no such folder.
std::vector<Entry> entriesOf(const std::string &directory) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    const std::string name = entry->path().filename().string();
    if (name[0] != '.')
      entries.push_back({name, kindOf(entry->status(ignored))});
  }
  if (isFailure(error))
    fail(systemCode(error.value()), directory, ": cannot read the directory: ", error.message());
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.name < b.name; });
  return entries;
}

class Finder {
public:
  void find(const std::string &directory, const std::string &pattern, const std::string &name) {
    const size_t slash = pattern.find('/');
    const std::string part = pattern.substr(0, slash);
    const bool isLast = slash == std::string::npos;
    if (part.find('*') != std::string::npos)
      findAll(directory, part, isLast ? "" : pattern.substr(slash + 1), isLast, name);
    else if (isLast)
      addIfThere(name, joinPath(directory, part));
    else
      find(joinPath(directory, part), pattern.substr(slash + 1), name);
  }

  FoundFiles found;

private:
  /// The entries of a folder that a part with a star stands for.
  void findAll(const std::string &directory, const std::string &part, const std::string &rest, bool isLast,
               const std::string &name) {
    for (const Entry &entry : entriesOf(directory.empty() ? "." : directory)) {
      const std::string path = joinPath(directory, entry.name);
      found.seen.insert(entry.kind == Kind::Folder ? path + "/" : path);
      std::string star;
      if (!matches(entry.name, part, isLast, star))
        continue;
      const std::string full = name + (name.empty() ? "" : "/") + star;
      if (entry.kind == Kind::DanglingLink)
        addDangling(path);
      else if (isLast && entry.kind == Kind::File)
        add(full, path);
      else if (!isLast && entry.kind == Kind::Folder)
        findBelow(path, rest, full);
    }
  }

  /// A folder that has nothing counts as not used.
  void findBelow(const std::string &folder, const std::string &rest, const std::string &name) {
    const size_t before = found.paths.size() + found.problems.size();
    find(folder, rest, name);
    if (found.paths.size() + found.problems.size() > before)
      found.used.insert(folder + "/");
  }

  static bool matches(const std::string &entry, const std::string &part, bool isLast, std::string &star) {
    const size_t at = part.find('*');
    const std::string after = part.substr(at + 1);
    size_t end = entry.size() - std::min(entry.size(), after.size());
    if (isLast && after.empty())
      end = pictureEnding(entry);
    else if (!endsIn(entry, after))
      return false;
    if (end == std::string::npos || end < at || entry.compare(0, at, part, 0, at) != 0)
      return false;
    star = entry.substr(at, end - at);
    return true;
  }

  void addIfThere(const std::string &name, const std::string &path) {
    std::error_code error;
    if (fs::exists(path, error))
      add(name, path);
    else if (isFailure(error))
      fail(systemCode(error.value()), path, ": cannot look for the file: ", error.message(),
           "; check --data and the patterns of data");
    else if (fs::is_symlink(path, error))
      addDangling(path);
  }

  void addDangling(const std::string &path) {
    found.used.insert(path);
    found.problems.push_back(path + ": is a link to nothing; fetch what it names, or remove it");
  }

  void add(const std::string &name, const std::string &path) {
    found.used.insert(path);
    auto [entry, fresh] = found.paths.emplace(name, path);
    if (fresh)
      return;
    found.problems.push_back(std::max(entry->second, path) + ": has the name of " + std::min(entry->second, path) +
                             "; remove one of them");
    entry->second = std::min(entry->second, path);
  }
};

} // namespace

FoundFiles findFiles(const std::string &directory, const std::string &pattern) {
  Finder finder;
  if (pattern[0] == '/')
    finder.find("/", pattern.substr(1), "");
  else
    finder.find(directory, pattern, "");
  return std::move(finder.found);
}

std::string fixedFolder(const std::string &directory, const std::string &pattern) {
  const size_t slash = pattern.rfind('/', pattern.find('*'));
  return slash == std::string::npos ? directory : joinPath(directory, pattern.substr(0, slash));
}

std::string fillStars(std::string pattern, const std::string &name, const char *ending) {
  if (pattern.back() == '*')
    pattern += ending;
  size_t at = 0;
  for (size_t begin = 0, end; begin <= name.size() && (at = pattern.find('*', at)) != std::string::npos;
       begin = end + 1) {
    end = std::min(name.find('/', begin), name.size());
    pattern.replace(at, 1, name.substr(begin, end - begin));
    at += end - begin;
  }
  return pattern;
}

bool isFolder(const std::string &path) {
  std::error_code error;
  const bool result = fs::is_directory(path, error);
  if (isFailure(error))
    fail(systemCode(error.value()), path, ": cannot read the directory: ", error.message(),
         "; check --data and the patterns of data");
  return result;
}

std::string describeUnused(const std::vector<std::string> &unused, const char *reason) {
  constexpr size_t listed = 10;
  if (unused.empty())
    return "";
  std::string text = std::to_string(unused.size());
  text += (unused.size() == 1 ? " file or folder is not used (" : " files or folders are not used (") +
          std::string(reason) + "): ";
  for (size_t i = 0; i < std::min(unused.size(), listed); ++i)
    text += (i ? ", " : "") + unused[i];
  return oneLine(text + (unused.size() > listed ? ", ..." : "")); // one line, whatever the names
}

} // namespace dpsims
