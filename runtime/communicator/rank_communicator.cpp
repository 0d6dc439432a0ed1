// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/communicator/rank_communicator.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include <sched.h>

namespace dpsims {

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

static void sleepFor(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

RankFailed::RankFailed(int rank)
    : Error("rank " + std::to_string(rank) + " failed, and says why", ErrorCode::Unavailable) {}

RankCommunicator::RankCommunicator(std::unique_ptr<Transport> carrier, double timeout)
    : transport(std::move(carrier)), timeout(timeout) {}

//===-------------------------------------------------------------------------------------------------------------===//
// Values
//===-------------------------------------------------------------------------------------------------------------===//

// Up to so many values every rank takes all of all; above, each reduces a part and hands it to the others.
static constexpr size_t mostGathered = 2048;

// How many values are under way at a time, about.
static constexpr size_t chunkSize = size_t(1) << 22;

static void reduceInto(float *values, const float *others, size_t count, Reduction reduction) {
  if (reduction == Reduction::Sum)
    for (size_t i = 0; i < count; ++i)
      values[i] += others[i];
  else
    for (size_t i = 0; i < count; ++i)
      values[i] = others[i] > values[i] || others[i] != others[i] ? others[i] : values[i];
}

float *RankCommunicator::scratch(size_t count) {
  if (memory.size() < count)
    memory.resize(count);
  return memory.data();
}

void RankCommunicator::reduceGathered(float *values, size_t count, Reduction reduction) {
  float *all = scratch(count * size_t(size()));
  allGather(values, count * sizeof(float), all);
  std::copy(all, all + count, values);
  for (int other = 1; other < size(); ++other)
    reduceInto(values, all + size_t(other) * count, count, reduction);
}

// Each rank gets its part of all ranks' values, reduces it, and hands the result to all: every byte travels twice,
// however many ranks there are. What the ranks do not divide is filled up with zeros.
void RankCommunicator::reduceInParts(float *values, size_t count, Reduction reduction) {
  const size_t ranks = size_t(size()), part = (count + ranks - 1) / ranks;
  float *received = scratch(2 * part * ranks), *padded = values;
  if (part * ranks != count) {
    padded = received + part * ranks;
    std::copy(values, values + count, padded);
    std::fill(padded + count, padded + part * ranks, 0.0f);
  }
  exchangeParts(padded, part, reduction, received);
  transport->beginAllGather(received, padded, part * sizeof(float));
  wait();
  if (padded != values)
    std::copy(padded, padded + count, values);
}

void RankCommunicator::allReduce(float *values, size_t count, Reduction reduction) {
  if (size() == 1)
    return;
  if (count <= mostGathered)
    return reduceGathered(values, count, reduction);
  const size_t ranks = size_t(size()), chunk = std::max<size_t>(chunkSize / ranks, 1) * ranks;
  for (size_t first = 0; first < count; first += chunk)
    reduceInParts(values + first, std::min(chunk, count - first), reduction);
}

// Each rank sends each other one its part, and adds what comes, in the ranks' order, to `received`, which has room for
// as many as there are ranks.
void RankCommunicator::exchangeParts(const float *parts, size_t count, Reduction reduction, float *received) {
  transport->beginAllToAll(parts, received, count * sizeof(float));
  wait();
  for (size_t other = 1; other < size_t(size()); ++other)
    reduceInto(received, received + other * count, count, reduction);
}

void RankCommunicator::reduceScatter(const float *values, size_t part, float *dst) {
  const size_t ranks = size_t(size()), chunk = std::min(std::max<size_t>(chunkSize / ranks, 1), part);
  for (size_t first = 0; first < part; first += chunk) {
    const size_t count = std::min(chunk, part - first);
    float *received = scratch(2 * count * ranks), *packed = received + count * ranks;
    for (size_t rank = 0; rank < ranks && count < part; ++rank)
      std::copy_n(values + rank * part + first, count, packed + rank * count);
    exchangeParts(count < part ? packed : values, count, Reduction::Sum, received);
    std::copy_n(received, count, dst + first);
  }
}

void RankCommunicator::allGather(const void *src, size_t bytes, void *dst) {
  if (bytes <= Transport::mostBytes) {
    transport->beginAllGather(src, dst, bytes);
    return wait();
  }
  char *pieces = static_cast<char *>(dst);
  std::memcpy(pieces + size_t(rank()) * bytes, src, bytes);
  for (int root = 0; root < size(); ++root)
    broadcast(pieces + size_t(root) * bytes, bytes, root);
}

void RankCommunicator::broadcast(void *data, size_t bytes, int root) {
  for (size_t first = 0; first < bytes; first += Transport::mostBytes) {
    transport->beginBroadcast(static_cast<char *>(data) + first, std::min(Transport::mostBytes, bytes - first), root);
    wait();
  }
}

//===-------------------------------------------------------------------------------------------------------------===//
// Waiting
//===-------------------------------------------------------------------------------------------------------------===//

// Who waits leaves the processor to others that compute: first between two looks, then for longer and longer.
static void pause(double waited) {
  if (waited < 1e-3)
    ::sched_yield();
  else
    sleepFor(waited < 2e-2 ? 2e-5 : waited < 1 ? 2e-4 : 1e-3);
}

void RankCommunicator::wait() {
  ++exchange;
  const Clock::time_point start = Clock::now();
  while (!transport->done()) {
    hear();
    const double waited = secondsSince(start);
    if (waited > timeout && !callRoll())
      explainSilence();
    pause(waited);
  }
}

void RankCommunicator::hear() {
  int from;
  RankNote note;
  while (transport->take(from, note))
    if (note.kind == RankNote::Failed)
      throw RankFailed(from);
    else if (note.kind == RankNote::WhoIsThere)
      transport->post(from, {RankNote::Here, exchange});
    else if (note.kind == RankNote::Here && note.exchange == exchange)
      present.insert(from);
}

// Asks who waits in this exchange. True: it is over after all.
bool RankCommunicator::callRoll() {
  present = {rank()};
  for (int other = 0; other < size(); ++other)
    if (other != rank())
      transport->post(other, {RankNote::WhoIsThere, exchange});
  const Clock::time_point start = Clock::now();
  while (secondsSince(start) < 2) {
    if (transport->done())
      return true;
    hear();
    sleepFor(1e-3);
  }
  return false;
}

void RankCommunicator::explainSilence() {
  std::string silent;
  int count = 0;
  for (int other = 0; other < size(); ++other)
    if (!present.count(other) && ++count)
      silent += (silent.empty() ? "" : ", ") + std::to_string(other);
  if (count == 0)
    fail(ErrorCode::Unavailable, "all ranks wait, and nothing has come for ", timeout,
         " s: the network between them carries nothing");
  fail(ErrorCode::Unavailable, count == 1 ? "rank " : "ranks ", silent, count == 1 ? " has" : " have",
       " not answered for ", timeout, " s: hung, or slower than --rank-timeout allows");
}

bool RankCommunicator::giveUp() noexcept {
  bool isFirst = true;
  try {
    for (int other = 0; other < size(); ++other)
      if (other != rank())
        transport->post(other, {RankNote::Failed, exchange});
    const Clock::time_point start = Clock::now();
    for (int from; secondsSince(start) < 0.3; sleepFor(1e-3))
      for (RankNote note; transport->take(from, note);)
        isFirst = isFirst && !(note.kind == RankNote::Failed && from < rank());
  } catch (const std::exception &) { // the network is gone: each says what it sees
  }
  return isFirst;
}

} // namespace dpsims
