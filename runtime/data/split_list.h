// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lists of the pictures of a split, as many data sets come with: a name a line.

#ifndef DPSIMS_RUNTIME_DATA_SPLIT_LIST_H
#define DPSIMS_RUNTIME_DATA_SPLIT_LIST_H

#include <set>
#include <string>

namespace dpsims {

/// The names of a list, what the stars of the patterns stand for; the ending of a picture is taken off, and empty lines
/// do not count. Error: the file cannot be read; a name is none of `known`; names the line.
std::set<std::string> readSplitList(const std::string &path, const std::set<std::string> &known);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_SPLIT_LIST_H
