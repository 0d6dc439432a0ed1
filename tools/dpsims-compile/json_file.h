// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files of JSON that flags name. They may hold anything.
#ifndef DPSIMS_TOOLS_DPSIMS_COMPILE_JSON_FILE_H
#define DPSIMS_TOOLS_DPSIMS_COMPILE_JSON_FILE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace dpsims {

/// An error of one line.
llvm::Error flagError(const llvm::Twine &message);

/// What `path` has. `wanted` says in errors what it should be: "a file of dpsims-run bench --json".
llvm::Expected<llvm::json::Value> readJsonFile(llvm::StringRef path, const llvm::Twine &wanted);

} // namespace dpsims

#endif
