// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_EMBED_SESSION_H
#define DPSIMS_RUNTIME_EMBED_SESSION_H

#include "include/dpsims/dpsims.h"
#include "runtime/embed/painter.h"
#include "runtime/session/session.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

struct dpsims_session {
  /// Error: as dpsims_session_open.
  dpsims_session(std::shared_ptr<const dpsims::CompiledModel> model, const dpsims::Entry &entry, const char *weights,
                 const dpsims_options &options);

  /// Error: the session is not of the program "sample".
  const dpsims::embed::Painter &painter() const;

  const std::shared_ptr<const dpsims::CompiledModel> model;
  const dpsims::Entry &entry;
  std::optional<dpsims::embed::Painter> sampler; ///< of the program "sample"
  std::unique_ptr<dpsims::Device> device;
  std::string description; ///< of the device
  std::mutex mutex;        ///< held while the program runs
  std::optional<dpsims::Session> session;
};

#endif // DPSIMS_RUNTIME_EMBED_SESSION_H
