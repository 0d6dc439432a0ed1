// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared libraries that belong to the program, and are loaded only when they are needed.

#ifndef DPSIMS_RUNTIME_BASE_BESIDE_H
#define DPSIMS_RUNTIME_BASE_BESIDE_H

#include <string>

namespace dpsims {

/// The path of a file beside this library or the program, as built and as installed, that can be read; empty if there
/// is none.
std::string besideProgram(const std::string &file);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_BESIDE_H
