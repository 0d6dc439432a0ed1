// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/iteration_queue.h"

#include <algorithm>
#include <cmath>

namespace dpsims {

IterationQueue::IterationQueue(Session &session, Iteration &iteration, std::unique_ptr<Loader> batches, RunLogs *logs,
                               const RunRanks &ranks)
    : session(session), iteration(iteration), logs(logs), ranks(ranks), loader(std::move(batches)),
      submitted(loader->step()) {}

void IterationQueue::advance() {
  ranks.agree([this] { iteration.prepare(loader->next(), submitted); });
  whole = false;
  iteration.submit(session);
  ++submitted;
  whole = true;
  if (session.pending() == session.depth())
    take(session.depth() - session.depth() / 2);
}

// The losses of the oldest iterations in flight.
void IterationQueue::take(size_t count) {
  whole = false;
  session.wait(count);
  whole = true;
  for (; count; --count) {
    const uint64_t number = submitted - session.pending();
    lastLosses = iteration.collect(session);
    requireFinite(number);
    if (logs)
      logs->append(number + 1, lastLosses);
  }
}

void IterationQueue::requireFinite(uint64_t number) {
  const auto bad = std::find_if(lastLosses.begin(), lastLosses.end(), [](float loss) { return !std::isfinite(loss); });
  if (bad == lastLosses.end())
    return;
  whole = false;
  const std::string &name = iteration.names()[size_t(bad - lastLosses.begin())];
  throw Diverged{name + (std::isnan(*bad) ? " is not a number" : " is infinite"), number};
}

} // namespace dpsims
