// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/communicator/in_process.h"

#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

namespace dpsims {

namespace {

enum class Movement : uint8_t { AllToAll, AllGather, Broadcast };

/// What a rank brings to the exchange under way.
struct Part {
  Movement movement;
  const char *src;
  char *dst;
  size_t bytes;
  int root;
};

/// What the ranks share.
struct Group {
  explicit Group(int size) : parts(size_t(size)), notes(size_t(size)) {}

  std::mutex mutex; // of all that follows
  std::vector<Part> parts;
  size_t arrived = 0;
  uint64_t completed = 0; // exchanges
  std::vector<std::deque<std::pair<int, RankNote>>> notes;

  // The last to arrive moves everybody's bytes.
  void arrive(size_t rank, const Part &part) {
    std::lock_guard<std::mutex> lock(mutex);
    parts[rank] = part;
    if (++arrived < parts.size())
      return;
    for (const Part &other : parts)
      if (other.movement != part.movement || other.bytes != part.bytes || other.root != part.root)
        fail(ErrorCode::Internal, "the ranks are at different exchanges");
    for (size_t to = 0; to < parts.size(); ++to)
      move(to);
    arrived = 0;
    ++completed;
  }

  void move(size_t to) const {
    const Part &own = parts[to];
    if (own.movement == Movement::Broadcast) {
      if (int(to) != own.root)
        std::memcpy(own.dst, parts[size_t(own.root)].src, own.bytes);
      return;
    }
    for (size_t from = 0; from < parts.size(); ++from)
      std::memcpy(own.dst + from * own.bytes,
                  parts[from].src + (own.movement == Movement::AllToAll ? to * own.bytes : 0), own.bytes);
  }
};

class ThreadTransport : public Transport {
public:
  ThreadTransport(std::shared_ptr<Group> group, int rank) : group(std::move(group)), own(rank) {}

  int rank() const override { return own; }
  int size() const override { return int(group->parts.size()); }

  void beginAllToAll(const void *src, void *dst, size_t bytes) override {
    begin({Movement::AllToAll, static_cast<const char *>(src), static_cast<char *>(dst), bytes, 0});
  }
  void beginAllGather(const void *src, void *dst, size_t bytes) override {
    begin({Movement::AllGather, static_cast<const char *>(src), static_cast<char *>(dst), bytes, 0});
  }
  void beginBroadcast(void *data, size_t bytes, int root) override {
    begin({Movement::Broadcast, static_cast<char *>(data), static_cast<char *>(data), bytes, root});
  }

  bool done() override {
    std::lock_guard<std::mutex> lock(group->mutex);
    return group->completed >= begun;
  }

  void post(int to, const RankNote &note) override {
    std::lock_guard<std::mutex> lock(group->mutex);
    group->notes[size_t(to)].emplace_back(own, note);
  }

  bool take(int &from, RankNote &note) override {
    std::lock_guard<std::mutex> lock(group->mutex);
    auto &waiting = group->notes[size_t(own)];
    if (waiting.empty())
      return false;
    std::tie(from, note) = waiting.front();
    waiting.pop_front();
    return true;
  }

  // A thread ends by itself: its errors are the others' by the note that it gave up.
  void finish() override {}
  void abort(int) override {}

private:
  void begin(const Part &part) {
    ++begun;
    group->arrive(size_t(own), part);
  }

  std::shared_ptr<Group> group;
  int own;
  uint64_t begun = 0;
};

} // namespace

std::vector<std::shared_ptr<RankCommunicator>> makeRanksInProcess(int count, double timeout) {
  const auto group = std::make_shared<Group>(count);
  std::vector<std::shared_ptr<RankCommunicator>> ranks;
  for (int rank = 0; rank < count; ++rank)
    ranks.push_back(std::make_shared<RankCommunicator>(std::make_unique<ThreadTransport>(group, rank), timeout));
  return ranks;
}

} // namespace dpsims
