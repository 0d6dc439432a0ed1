// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What connects devices, for --network.
#ifndef DPSIMS_TOOLS_DPSIMS_COMPILE_NETWORK_H
#define DPSIMS_TOOLS_DPSIMS_COMPILE_NETWORK_H

#include "passes/Compiler/Network.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dpsims {

/// From a file as those of runtime/device/cuda/networks. The error is one line without the flag's name.
llvm::Expected<Network> readNetwork(llvm::StringRef path);

} // namespace dpsims

#endif
