// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranks that are threads.

#ifndef DPSIMS_TEST_UNIT_RANKS_SUPPORT_H
#define DPSIMS_TEST_UNIT_RANKS_SUPPORT_H

#include "model_builder.h"
#include "support.h"

#include "runtime/communicator/in_process.h"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace dpsims::test {

/// What ranks said before they ended, by rank.
using Messages = std::map<int, std::string>;

/// Does `work` on `count` ranks at once, and what dpsims-run does when it fails: of those that fail one tells.
inline Messages asRanks(int count, const std::function<void(const std::shared_ptr<RankCommunicator> &)> &work,
                        double timeout = defaultRankTimeout) {
  const std::vector<std::shared_ptr<RankCommunicator>> ranks = makeRanksInProcess(count, timeout);
  Messages messages;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int rank = 0; rank < count; ++rank)
    threads.emplace_back([&, rank] {
      const std::shared_ptr<RankCommunicator> &own = ranks[size_t(rank)];
      try {
        work(own);
      } catch (const RankFailed &) { // another tells
      } catch (const std::exception &error) {
        if (own->giveUp()) {
          std::lock_guard<std::mutex> lock(mutex);
          messages[rank] = error.what();
        }
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  return messages;
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_RANKS_SUPPORT_H
