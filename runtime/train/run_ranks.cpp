// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_ranks.h"

#include "runtime/communicator/rank_communicator.h"
#include "runtime/format/checksum.h"
#include "runtime/train/stop_signal.h"

#include <algorithm>

namespace dpsims {

void AgreedFailure::rethrow() const {
  if (own)
    std::rethrow_exception(own);
  throw RankFailed(rank);
}

//===-------------------------------------------------------------------------------------------------------------===//
// Facts
//===-------------------------------------------------------------------------------------------------------------===//

std::vector<uint64_t> RunRanks::gathered(uint64_t value) const {
  std::vector<uint64_t> result(static_cast<size_t>(size()));
  all->allGather(&value, sizeof value, result.data());
  return result;
}

static size_t firstOther(const std::vector<uint64_t> &values) {
  return size_t(std::find_if(values.begin(), values.end(), [&](uint64_t value) { return value != values[0]; }) -
                values.begin());
}

uint64_t RunRanks::fromFirst(uint64_t value) const {
  if (several())
    all->broadcast(&value, sizeof value, 0);
  return value;
}

std::string RunRanks::fromRank(std::string text, int rank) const {
  uint64_t size = text.size();
  all->broadcast(&size, sizeof size, rank);
  text.resize(size_t(size));
  all->broadcast(text.data(), text.size(), rank);
  return text;
}

std::string RunRanks::fromFirst(std::string text) const { return several() ? fromRank(std::move(text), 0) : text; }

std::string RunRanks::ofLeast(uint64_t number, const std::string &text) const {
  if (!several())
    return text;
  const std::vector<uint64_t> numbers = gathered(number);
  return fromRank(text, int(std::min_element(numbers.begin(), numbers.end()) - numbers.begin()));
}

void RunRanks::requireSame(const std::vector<std::pair<std::string, std::string>> &facts) const {
  if (!several())
    return;
  for (const auto &[what, value] : facts) {
    const std::vector<uint64_t> sums = gathered(format::checksum(value.data(), value.size()));
    const size_t other = firstOther(sums);
    if (other == sums.size())
      continue;
    const std::string ofFirst = fromFirst(value), ofOther = fromRank(value, int(other));
    fail(ErrorCode::Incompatible, what, " is ", quoted(ofOther), " on rank ", other, " and ", quoted(ofFirst),
         " on rank 0: start all ranks alike");
  }
}

static const WeightSpec &specOf(const Session &session, size_t variable) {
  return session.model().weights[session.entry().variables[variable]];
}

void RunRanks::readWhole(const Session &session, size_t i, float *dst) const {
  const WeightSpec &spec = specOf(session, i);
  if (spec.parts == 1)
    return session.readVariable(i, dst);
  forHelp(variableHelp + i);
  std::vector<float> part(size_t(spec.keptCount()));
  session.readVariable(i, part.data());
  all->allGather(part.data(), part.size() * sizeof(float), dst);
}

void RunRanks::giveParts(const Session &session, size_t i) const {
  const WeightSpec &spec = specOf(session, i);
  std::vector<float> part(size_t(spec.keptCount())), whole(part.size() * spec.parts);
  session.readVariable(i, part.data());
  all->allGather(part.data(), part.size() * sizeof(float), whole.data());
}

void RunRanks::requireSameWeights(const Session &session, uint64_t step) const {
  if (!several())
    return;
  const size_t count = session.entry().variables.size();
  std::vector<uint64_t> own(count), all(count * size_t(size()));
  for (size_t i = 0; i < count; ++i) {
    if (specOf(session, i).parts > 1)
      continue;
    std::vector<float> value(size_t(elementCount(specOf(session, i).shape)));
    session.readVariable(i, value.data());
    own[i] = format::checksum(value.data(), value.size() * sizeof(float));
  }
  this->all->allGather(own.data(), count * sizeof(uint64_t), all.data());
  for (size_t rank = 1; rank < size_t(size()); ++rank)
    for (size_t i = 0; i < count; ++i)
      if (all[rank * count + i] != all[i])
        throw WeightsDiffer(textOf(
            "after iteration ", step, " the weight ", quoted(specOf(session, i).name), " has other bits on rank ", rank,
            " than on rank 0: a fault of a machine's memory or processor, or of dpsims-run; go on from the last "
            "checkpoint with --resume"));
}

void SharedWeights::read(uint32_t index, float *dst) {
  if (source)
    source->read(index, dst);
  if (ranks.several())
    ranks.communicator()->broadcast(dst, size_t(elementCount(model.weights[index].shape)) * sizeof(float), 0);
}

//===-------------------------------------------------------------------------------------------------------------===//
// Acting together
//===-------------------------------------------------------------------------------------------------------------===//

void RunRanks::throwIfStopped() const {
  float stopped = StopSignal::requested() ? 1 : 0;
  if (several())
    all->allReduce(&stopped, 1, Reduction::Max);
  if (stopped > 0)
    throw Stopped{};
}

void RunRanks::agree(const std::function<void()> &work) const {
  if (!several())
    return work();
  std::exception_ptr own;
  try {
    work();
  } catch (const std::exception &) {
    own = std::current_exception();
  }
  // The largest tells what all do: the numbers of ranks that failed are above that of a wish to stop.
  float state = own ? 2 + float(rank()) : StopSignal::requested() ? 1 : 0;
  all->allReduce(&state, 1, Reduction::Max);
  if (state >= 2)
    throw AgreedFailure(own, int(state) - 2);
  if (state > 0)
    throw Stopped{};
}

enum Command : uint64_t { Done, Stop, Asked }; // from Asked on: what others are to help with

void RunRanks::forHelp(uint64_t what) const { fromFirst(Asked + what); }

void RunRanks::lead(const std::function<void()> &work, const Help &help) const {
  if (isFirst()) {
    try {
      work();
    } catch (const Stopped &) {
      fromFirst(uint64_t(Stop));
      throw;
    }
    fromFirst(uint64_t(Done));
    return;
  }
  for (uint64_t command; (command = fromFirst(uint64_t(0))) != Done;) {
    if (command == Stop)
      throw Stopped{};
    try {
      help(command - Asked);
    } catch (const Stopped &) { // the first rank was told as well, and says what comes of it
    }
  }
}

} // namespace dpsims
