// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_SERVE_MODEL_DESCRIPTION_H
#define DPSIMS_RUNTIME_SERVE_MODEL_DESCRIPTION_H

#include "runtime/sample/sample_program.h"
#include "runtime/serve/label_codec.h"

#include <string>

namespace dpsims::serve {

/// What GET /v1/model says: size, classes with names and colors, a map to begin with.
std::string describeModel(const std::string &name, const SampleProgram &program, const LabelCodec &codec);

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_MODEL_DESCRIPTION_H
