// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/non_finite.h"

#include <algorithm>
#include <cmath>

namespace dpsims {

bool allFinite(const std::vector<float> &values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

static const WeightSpec &specOf(const Session &session, size_t variable) {
  return session.model().weights[session.entry().variables[variable]];
}

static std::vector<float> valueOf(const Session &session, size_t variable) {
  std::vector<float> value(static_cast<size_t>(specOf(session, variable).keptCount()));
  session.readVariable(variable, value.data());
  return value;
}

std::string nonFiniteVariable(const Session &session) {
  for (size_t i = 0; i < session.entry().variables.size(); ++i)
    if (!allFinite(valueOf(session, i)))
      return specOf(session, i).name;
  return "";
}

std::string nonFiniteVariable(const Session &session, const RunRanks &ranks) {
  const std::string own = nonFiniteVariable(session);
  return ranks.ofLeast(own.empty() ? 1 : 0, own);
}

// Of the ops that each rank found, the one that comes first. A rank has its own images: on others the value may appear
// later, where the ranks' sums carry it.
static std::string firstOp(const std::string &own, const Session &session, const RunRanks &ranks) {
  const std::vector<Step> &steps = session.entry().main.steps;
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const Step &step) { return step.label == own; });
  // Before any step comes what the run began with; after all, nothing.
  const uint64_t place = own.empty()            ? steps.size() + 1
                         : found == steps.end() ? 0
                                                : uint64_t(found - steps.begin()) + 1;
  return ranks.ofLeast(place, own);
}

std::optional<NonFinite> findNonFinite(Session &session, Iteration &iteration, Loader &loader, uint64_t lastStep,
                                       const RunRanks &ranks) {
  const size_t variables = session.entry().variables.size();
  while (loader.step() <= lastStep) {
    const uint64_t step = loader.step();
    std::vector<std::vector<float>> before;
    for (size_t i = 0; i < variables; ++i)
      before.push_back(valueOf(session, i));
    iteration.prepare(loader.next(), step);
    if (allFinite(iteration.run(session)) && nonFiniteVariable(session, ranks).empty())
      continue;
    for (size_t i = 0; i < variables; ++i)
      session.writeVariable(i, before[i].data());
    NonFinite found{step, ""};
    iteration.runChecked(session, found.op);
    found.op = firstOp(found.op, session, ranks);
    return found;
  }
  return std::nullopt;
}

} // namespace dpsims
