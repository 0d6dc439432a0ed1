// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR's language server, whose main function is all that its library gives, in a process of its own; this one is
// between it and the editor, and adds to its answers what it does not know (language.h).

#ifndef DPSIMS_TOOLS_DPSIMS_LSP_SERVER_SERVER_H
#define DPSIMS_TOOLS_DPSIMS_LSP_SERVER_SERVER_H

#include <functional>

namespace dpsims {

/// Serves standard input and output until the editor ends it; `inner(argc, argv)` is MLIR's server. The exit status.
int serveEditor(int argc, char **argv, const std::function<int(int, char **)> &inner);

} // namespace dpsims

#endif // DPSIMS_TOOLS_DPSIMS_LSP_SERVER_SERVER_H
