// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan/step_order.h"

#include <algorithm>
#include <numeric>

namespace dpsims {

StepConflicts::StepConflicts(const Plan &plan) {
  auto rangeOf = [&](uint32_t index) {
    const Buffer &buffer = plan.buffers[index];
    const uint64_t tensor = isIndexed(buffer.space) ? buffer.index : 0;
    return Range{static_cast<uint64_t>(buffer.space) << 32 | tensor, buffer.offset, buffer.offset + buffer.bytes()};
  };
  for (const Step &step : plan.steps) {
    const StepBuffers buffers = buffersOf(step);
    Accesses &accesses = steps.emplace_back();
    for (uint32_t index : buffers.reads)
      accesses.reads.push_back(rangeOf(index));
    for (uint32_t index : buffers.writes)
      accesses.writes.push_back(rangeOf(index));
    if (const auto *launch = std::get_if<LaunchStep>(&step.operation))
      accesses.kernel = launch->kernel;
  }
}

bool StepConflicts::overlap(const std::vector<Range> &a, const std::vector<Range> &b) {
  for (const Range &x : a)
    for (const Range &y : b)
      if (x.space == y.space && x.begin < y.end && y.begin < x.end)
        return true;
  return false;
}

bool StepConflicts::conflict(size_t a, size_t b) const {
  const Accesses &x = steps[a], &y = steps[b];
  return (x.kernel >= 0 && x.kernel == y.kernel) || overlap(x.writes, y.writes) || overlap(x.writes, y.reads) ||
         overlap(x.reads, y.writes);
}

size_t StepOrder::waitCount() const {
  return std::accumulate(steps.begin(), steps.end(), forks.size() + joins.size(),
                         [](size_t count, const Place &place) { return count + place.waits.size(); });
}

namespace {

// A wait costs a few launches: a chain of steps stays on its lane.
constexpr double waitSeconds = 2e-6;

// Of each lane, how many of its steps have ended.
using Clock = std::vector<size_t>;

void advance(Clock &clock, const Clock &other) {
  for (size_t lane = 0; lane < clock.size(); ++lane)
    clock[lane] = std::max(clock[lane], other[lane]);
}

// Places steps one after another.
class Placement {
public:
  Placement(const StepConflicts &conflicts, const std::vector<double> &seconds, uint32_t lanes)
      : conflicts(conflicts), seconds(seconds), lanes(lanes), tails(lanes, Clock(lanes)), free(lanes) {
    order.lanes = lanes;
  }

  StepOrder run() {
    for (size_t step = 0; step < conflicts.stepCount(); ++step)
      place(step);
    fork();
    join();
    return std::move(order);
  }

private:
  // Did `step` end where the clock stands?
  bool isPast(size_t step, const Clock &clock) const {
    const uint32_t lane = order.steps[step].lane;
    return clock[lane] >= clocks[step][lane];
  }

  // The last of the steps that must have ended before, latest first: the ends of all others follow.
  std::vector<size_t> sourcesOf(size_t step) const {
    std::vector<size_t> sources;
    Clock known(lanes);
    for (size_t earlier = step; earlier-- > 0;) {
      if (isPast(earlier, known) || !conflicts.conflict(earlier, step))
        continue;
      sources.push_back(earlier);
      advance(known, clocks[earlier]);
    }
    return sources;
  }

  double startOn(uint32_t lane, const std::vector<size_t> &sources) const {
    double start = free[lane];
    for (size_t source : sources)
      if (!isPast(source, tails[lane]))
        start = std::max(start, ends[source] + waitSeconds);
    return start;
  }

  void place(size_t step) {
    const std::vector<size_t> sources = sourcesOf(step);
    uint32_t best = sources.empty() ? 0 : order.steps[sources.front()].lane; // of equals
    for (uint32_t lane = 0; lane < lanes; ++lane)
      if (startOn(lane, sources) < startOn(best, sources))
        best = lane;
    ends.push_back(startOn(best, sources) + seconds[step]);
    free[best] = ends.back();
    StepOrder::Place place{best, {}};
    Clock &clock = tails[best];
    for (size_t source : sources)
      if (!isPast(source, clock)) {
        place.waits.push_back(source);
        advance(clock, clocks[source]);
      }
    ++clock[best];
    clocks.push_back(clock);
    order.steps.push_back(std::move(place));
  }

  // Who waits for a step begins after the start, too.
  void fork() {
    std::vector<bool> hasBegun(lanes);
    for (const StepOrder::Place &place : order.steps) {
      if (place.lane > 0 && !hasBegun[place.lane] && place.waits.empty())
        order.forks.push_back(place.lane);
      hasBegun[place.lane] = true;
    }
  }

  void join() {
    Clock known = tails[0];
    for (size_t step = order.steps.size(); step-- > 0;)
      if (!isPast(step, known)) {
        order.joins.push_back(step);
        advance(known, clocks[step]);
      }
  }

  const StepConflicts &conflicts;
  const std::vector<double> &seconds;
  uint32_t lanes;
  std::vector<Clock> tails;  // where each lane stands after its last step so far
  std::vector<double> free;  // when
  std::vector<Clock> clocks; // where each step's lane stands after it
  std::vector<double> ends;
  StepOrder order;
};

// On a GPU of 2022: only proportions matter.
double expectedSeconds(const Step &step) {
  constexpr double launch = 3e-6, bandwidth = 3e12, flops = 2e14;
  return launch + std::max(static_cast<double>(step.bytes) / bandwidth, static_cast<double>(step.flops) / flops);
}

} // namespace

StepOrder orderSteps(const StepConflicts &conflicts, const std::vector<double> &seconds, uint32_t lanes) {
  if (lanes > 1)
    return Placement(conflicts, seconds, lanes).run();
  StepOrder order;
  order.steps.resize(conflicts.stepCount());
  return order;
}

StepOrder orderSteps(const Plan &plan, uint32_t lanes) {
  std::vector<double> seconds;
  for (const Step &step : plan.steps)
    seconds.push_back(expectedSeconds(step));
  return orderSteps(StepConflicts(plan), seconds, lanes);
}

double endOf(const StepOrder &order, const std::vector<double> &seconds) {
  std::vector<double> ends, free(order.lanes);
  for (size_t step = 0; step < order.steps.size(); ++step) {
    double start = free[order.steps[step].lane];
    for (size_t wait : order.steps[step].waits)
      start = std::max(start, ends[wait]);
    ends.push_back(start + seconds[step]);
    free[order.steps[step].lane] = ends.back();
  }
  return *std::max_element(free.begin(), free.end());
}

double criticalPath(const StepConflicts &conflicts, const std::vector<double> &seconds) {
  std::vector<double> ends;
  double last = 0;
  for (size_t step = 0; step < conflicts.stepCount(); ++step) {
    double start = 0;
    for (size_t earlier = 0; earlier < step; ++earlier)
      if (ends[earlier] > start && conflicts.conflict(earlier, step))
        start = ends[earlier];
    ends.push_back(start + seconds[step]);
    last = std::max(last, ends.back());
  }
  return last;
}

} // namespace dpsims
