// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_TOOLS_COMPILE_DATA_SECTION_H
#define DPSIMS_TOOLS_COMPILE_DATA_SECTION_H

#include <string>

namespace dpsims {

/// What the runtime will refuse in the section "data" of a configuration (JSON text, of the file `path`); empty if it
/// takes the section.
std::string dataSectionFault(const std::string &configuration, const std::string &path);

} // namespace dpsims

#endif // DPSIMS_TOOLS_COMPILE_DATA_SECTION_H
