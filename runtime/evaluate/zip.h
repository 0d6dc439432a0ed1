// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files in a ZIP archive, stored or deflated. Archives are not trusted.

#ifndef DPSIMS_RUNTIME_EVALUATE_ZIP_H
#define DPSIMS_RUNTIME_EVALUATE_ZIP_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dpsims {

using ZipFiles = std::map<std::string, std::vector<uint8_t>>;

/// All files of an archive of at most 4 GB, one part, without encryption. Error: it is damaged or no archive; `wanted`
/// says what should be there instead.
ZipFiles readZip(const std::string &path, const std::string &wanted);

/// Stores the files, atomically. Error: they take 4 GB or more.
void writeZip(const std::string &path, const ZipFiles &files);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_ZIP_H
