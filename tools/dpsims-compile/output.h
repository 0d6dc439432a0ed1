// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The files that dpsims-compile writes.
#ifndef DPSIMS_TOOLS_DPSIMS_COMPILE_OUTPUT_H
#define DPSIMS_TOOLS_DPSIMS_COMPILE_OUTPUT_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace dpsims {

/// Writes beside the target and renames: a full disk leaves no half of a file. A device or a pipe is written itself,
/// not replaced; "-" is standard output. Returns what went wrong, without the path; empty if nothing did.
std::string writeFile(llvm::StringRef path, llvm::StringRef bytes);

/// Whether both name one file, which need not exist.
bool isSamePath(llvm::StringRef a, llvm::StringRef b);

} // namespace dpsims

#endif
