// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_MODEL_CACHE_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_MODEL_CACHE_H

#include "runtime/format/model.h"

#include <memory>

namespace dpsims {

/// What all plans of a model share, such as its loaded code. It lives as long as one of them.
template <typename Shared> class ModelCache {
public:
  /// The model's, made by make() unless it was the last one asked for.
  template <typename Make> std::shared_ptr<Shared> find(const std::shared_ptr<const CompiledModel> &model, Make make) {
    std::shared_ptr<Shared> shared = lastShared.lock();
    if (!shared || lastModel.lock() != model) {
      shared = make();
      lastModel = model;
      lastShared = shared;
    }
    return shared;
  }

private:
  std::weak_ptr<const CompiledModel> lastModel;
  std::weak_ptr<Shared> lastShared;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_MODEL_CACHE_H
