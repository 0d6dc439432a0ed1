// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The files that a pattern of a data set stands for, and those beside them that it does not.

#ifndef DPSIMS_RUNTIME_DATA_FILE_FINDER_H
#define DPSIMS_RUNTIME_DATA_FILE_FINDER_H

#include <map>
#include <set>
#include <string>
#include <vector>

namespace dpsims {

struct FoundFiles {
  std::map<std::string, std::string> paths; ///< by what the stars stand for, with "/" between
  std::set<std::string> used;               ///< these, and the folders on the way
  std::set<std::string> seen; ///< all that is in the folders looked into, hidden files aside; a folder ends in "/"
  std::vector<std::string> problems; ///< a line for each file that cannot be used
};

/// Finds the files of a pattern in a folder, whose own name may have any characters. Endings of pictures are the same
/// in any case; a pattern that ends in "*" takes those of every kind. Error: a folder cannot be read.
FoundFiles findFiles(const std::string &directory, const std::string &pattern);

/// The folder before the first star: "a/b" of "a/b/*_x/*.png".
std::string fixedFolder(const std::string &directory, const std::string &pattern);

/// The pattern with the stars' texts, which `name` has between its slashes; `ending` where the pattern has none.
std::string fillStars(std::string pattern, const std::string &name, const char *ending);

/// Is there such a folder? Error: the system does not say.
bool isFolder(const std::string &path);

/// Why a data set passes over files.
inline const char *unusedReason(bool skipsUnpaired) {
  return skipsUnpaired ? "no pattern of the data set has their names, or they lack a partner"
                       : "no pattern of the data set has their names";
}

/// "3 files or folders are not used (REASON): a.gif, b/, c.txt", the first ten; empty for none.
std::string describeUnused(const std::vector<std::string> &unused, const char *reason);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_FILE_FINDER_H
