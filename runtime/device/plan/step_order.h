// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a plan's steps are spread over lanes (streams, say) that work beside each other, by what they read and write.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_STEP_ORDER_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_STEP_ORDER_H

#include "runtime/format/model.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dpsims {

/// Which steps of a plan must keep their order: one writes bytes that the other reads or writes, or both launch the
/// same kernel, which may have memory of its own.
class StepConflicts {
public:
  explicit StepConflicts(const Plan &plan);

  bool conflict(size_t a, size_t b) const;
  size_t stepCount() const { return steps.size(); }

private:
  struct Range {
    uint64_t space; // and, where that has several tensors, which
    uint64_t begin, end;
  };
  struct Accesses {
    std::vector<Range> reads, writes;
    int64_t kernel = -1;
  };
  static bool overlap(const std::vector<Range> &a, const std::vector<Range> &b);

  std::vector<Accesses> steps;
};

/// A lane does its steps in the order of the plan. Between lanes a step waits for the ends of others. What comes before
/// the plan and after it is the first lane's. No wait is there that others imply.
struct StepOrder {
  struct Place {
    uint32_t lane = 0;
    std::vector<size_t> waits; ///< earlier steps of other lanes, latest first
  };

  uint32_t lanes = 1;
  std::vector<Place> steps;
  std::vector<uint32_t> forks; ///< lanes that begin by waiting for the first lane's start
  std::vector<size_t> joins;   ///< steps that the first lane waits for in the end

  size_t waitCount() const;
};

/// Gives each step the lane on which it can begin first, if steps take `seconds`: with the same arguments always the
/// same order. With one lane nothing waits.
StepOrder orderSteps(const StepConflicts &conflicts, const std::vector<double> &seconds, uint32_t lanes);

/// The same by what the steps take at least, roughly: by their bytes and operations on a GPU.
StepOrder orderSteps(const Plan &plan, uint32_t lanes);

/// When the last step ends if they take `seconds`, waits nothing, and lanes do not slow each other down.
double endOf(const StepOrder &order, const std::vector<double> &seconds);

/// The same with as many lanes as could be of use: the longest chain of steps that must keep their order.
double criticalPath(const StepConflicts &conflicts, const std::vector<double> &seconds);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_STEP_ORDER_H
