// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's readers, without their exceptions.

#ifndef DPSIMS_TOOLS_DPSIMS_COMPILE_RUNTIME_READERS_H
#define DPSIMS_TOOLS_DPSIMS_COMPILE_RUNTIME_READERS_H

#include <cstdint>
#include <optional>
#include <string>

namespace dpsims {

/// What the runtime will refuse in the section "data" of a configuration (JSON text, of the file `path`); empty if it
/// takes the section.
std::string dataSectionFault(const std::string &configuration, const std::string &path);

/// As wholeNumber of runtime/base/number.h; nothing where the text is not such a number.
std::optional<uint64_t> readWholeNumber(const std::string &text);

} // namespace dpsims

#endif
