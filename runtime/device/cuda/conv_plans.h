// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which engine does a convolution: cuDNN's first that keeps to the policy, or, where it matters and the GPU is here,
// the fastest of several in a measurement made once. What was chosen is kept in the plan cache with its compiled code.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CONV_PLANS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CONV_PLANS_H

#include "runtime/base/progress.h"
#include "runtime/device/cuda/graph_timer.h"
#include "runtime/device/plan_cache.h"

#include <chrono>
#include <map>
#include <optional>

namespace dpsims::cuda {

class ConvPlans {
public:
  /// `candidates`: how many of cuDNN's proposals are kept, for a target that is not here, to be measured where it is.
  ConvPlans(CudnnTarget target, size_t candidates, const DeviceOptions &options);

  /// From now on proposals for a convolution that is worth it are measured.
  void measureWith(const GraphTimer &with) { timer = with; }

  /// The graph for a spec, the same one for equal specs; null if cuDNN has none.
  std::shared_ptr<const ConvGraph> find(const ConvGraphSpec &spec);

  /// Whether the spec's epilogue is better done by a kernel after the plain convolution. Says no where nothing was
  /// measured.
  bool prefersKernel(const ConvGraphSpec &spec, const ConvGraph &fused, const ConvGraph &plain);

  const std::string &device() const { return target.name(); }

  /// Writes new choices to the cache.
  void save();

  using Candidates = std::vector<std::shared_ptr<ConvGraph>>;
  struct Found {
    bool hasEpilogue = false;
    Candidates graphs; // the one that is taken is first
  };
  /// What was asked for, by key.
  const std::map<std::string, Found> &found() const { return asked; }

private:
  EnginePolicy policyFor(const ConvGraphSpec &spec) const { return {spec.tf32, nondeterministic}; }
  Candidates choose(const ConvGraphSpec &spec, const std::string &key);
  Candidates load(const ConvGraphSpec &spec, const std::string &key, bool &measured) const;
  bool measure(const ConvGraphSpec &spec, Candidates &graphs, size_t most);
  void keep(const std::string &key, const Candidates &graphs, bool measured);
  double epilogueSeconds(const ConvGraphSpec &spec);

  CudnnTarget target;
  size_t candidates;
  bool nondeterministic;
  PlanCache cache;
  using Clock = std::chrono::steady_clock;
  Clock::time_point lastSaved = Clock::now();
  std::optional<GraphTimer> timer;
  std::optional<Progress> progress; // of what is being measured
  std::map<std::string, Found> asked;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CONV_PLANS_H
