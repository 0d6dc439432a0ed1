// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_EMBED_MODEL_H
#define DPSIMS_RUNTIME_EMBED_MODEL_H

#include "include/dpsims/dpsims.h"
#include "runtime/format/model.h"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace dpsims::embed {

/// The tensors of an entry as the interface shows them. Its addresses stay, so it is not copied.
class ProgramView {
public:
  /// `model` must outlive the object, `entry` is one of its own.
  ProgramView(const CompiledModel &model, const Entry &entry);
  ProgramView(const ProgramView &) = delete;
  ProgramView &operator=(const ProgramView &) = delete;

  const dpsims_program *get() const { return &program; }

private:
  /// Tensors, and the addresses of each.
  struct TensorList {
    explicit TensorList(std::vector<dpsims_tensor> described);
    std::vector<dpsims_tensor> tensors;
    std::vector<const dpsims_tensor *> addresses;
  };

  TensorList inputs, outputs, variables;
  dpsims_program program;
};

} // namespace dpsims::embed

struct dpsims_model {
  explicit dpsims_model(std::shared_ptr<const dpsims::CompiledModel> model);

  const std::shared_ptr<const dpsims::CompiledModel> compiled;
  std::list<dpsims::embed::ProgramView> programs; ///< in the model's order
  std::vector<std::string> classNames;
  std::vector<dpsims_class> classes;

private:
  void addClasses();
};

#endif // DPSIMS_RUNTIME_EMBED_MODEL_H
